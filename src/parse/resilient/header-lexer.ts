import { NAMED_TOKENS } from "../../special-tokens.js";

/** A piece of a header. */
export interface Lexeme {
  readonly kind: "space" | "word" | "channel" | "constrain" | "control";
  readonly text: string;
  /** Where it begins and ends in the header's text. */
  readonly from: number;
  readonly to: number;
}

const MARKER: string = [...NAMED_TOKENS.values(), "<|reserved_20\\d{4}|>"]
  .map((name) => name.replaceAll("|", "\\|"))
  .join("|");

let lexemes: RegExp | undefined;

/** Words, white space and markers. Made when first asked for: see white-space.ts. */
function anyLexeme(): RegExp {
  lexemes ??= new RegExp(`(${MARKER})|(\\p{White_Space}+)|(?:[^<\\p{White_Space}]|(?!${MARKER})<)+`, "gu");
  return lexemes;
}

const ANY_MARKER = new RegExp(MARKER, "u");

/** Whether a text spells a control marker. */
export function hasMarker(text: string): boolean {
  return ANY_MARKER.test(text);
}

/**
 * Cuts a header into words, white space and markers. In a header, a marker counts as one also where ordinary tokens
 * spell it, as in the reference.
 */
export function lexHeader(text: string): Lexeme[] {
  return Array.from(text.matchAll(anyLexeme()), ({ 0: found, 1: marker, 2: space, index: from }) => ({
    kind: marker !== undefined ? kindOf(marker) : space !== undefined ? "space" : "word",
    text: found,
    from,
    to: from + found.length,
  }));
}

function kindOf(marker: string): "channel" | "constrain" | "control" {
  if (marker === "<|channel|>") return "channel";
  if (marker === "<|constrain|>") return "constrain";
  return "control";
}
