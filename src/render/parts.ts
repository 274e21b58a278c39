import { NAMED_TOKENS } from "../special-tokens.js";

/** The section of a message that a part belongs to. */
export type PartSection = "header" | "content" | "terminator";

/**
 * A part of a prompt: a special token, or a text that is encoded on its own, as ordinary text. So the borders of parts are
 * borders of tokens, and whatever a text spells, it does not become a special token.
 */
export interface RenderedPart {
  /** The text; for a special token its marker, such as `<|start|>`. The texts of all parts, joined, are the prompt. */
  readonly text: string;
  /** The id, if the part is a special token. */
  readonly token?: number;
  /**
   * Index of the message in the conversation, in which messages that are left out count too. The header of the next turn
   * has the index after the last.
   */
  readonly message: number;
  readonly section: PartSection;
}

/** Takes the parts of a prompt, in order. Rendering calls it for each part, so a caller who wants tokens needs no list. */
export interface PartSink {
  special(token: number, section: PartSection, message: number): void;
  text(text: string, section: PartSection, message: number): void;
}

/** The part that a special token is. */
export function specialPart(token: number, section: PartSection, message: number): RenderedPart {
  return { text: NAMED_TOKENS.get(token) ?? "", token, message, section };
}

/** The part that a text is. Lone surrogates become U+FFFD, as they do when it is encoded. */
export function textPart(text: string, section: PartSection, message: number): RenderedPart {
  return { text: text.toWellFormed(), message, section };
}

/** Keeps the parts themselves. */
export class PartList implements PartSink {
  readonly parts: RenderedPart[] = [];

  special(token: number, section: PartSection, message: number): void {
    this.parts.push(specialPart(token, section, message));
  }

  text(text: string, section: PartSection, message: number): void {
    this.parts.push(textPart(text, section, message));
  }
}
