import { NAMED_TOKENS } from "../special-tokens.js";

/** Where in its message a part stands. */
export type PartSection = "header" | "content" | "terminator";

/**
 * A piece of a prompt. A text part is encoded on its own, as ordinary text: the borders of parts are borders of tokens,
 * and nothing that a text spells becomes a special token.
 */
export interface RenderedPart {
  /** The text; for a special token as it is written, such as `<|start|>`. All texts joined are the prompt's text. */
  readonly text: string;
  /** The id, where the part is a special token. */
  readonly token?: number;
  /** Index of the message in the conversation, counting those left out; one past the last for the next turn's header. */
  readonly message: number;
  readonly section: PartSection;
}

/** Takes the parts of a prompt in order. Rendering pushes into it, so that no list is built for a caller who wants tokens. */
export interface PartSink {
  special(token: number, section: PartSection, message: number): void;
  text(text: string, section: PartSection, message: number): void;
}

/** Keeps the parts themselves. */
export class PartList implements PartSink {
  readonly parts: RenderedPart[] = [];

  special(token: number, section: PartSection, message: number): void {
    this.parts.push({ text: NAMED_TOKENS.get(token) ?? "", token, message, section });
  }

  text(text: string, section: PartSection, message: number): void {
    this.parts.push({ text: text.toWellFormed(), message, section });
  }
}
