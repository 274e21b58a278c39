import { markerAt, SpecialToken } from "../../special-tokens.js";

/** A word, a marker or a stretch of white space in a header. */
export interface Lexeme {
  readonly kind: "space" | "word" | "channel" | "constrain" | "control";
  readonly text: string;
  /** Where it begins and ends in the header's text. */
  readonly from: number;
  readonly to: number;
}

/**
 * Cuts a header into words, white space and markers. In a header, a marker counts as one even if ordinary tokens spell
 * it, as in the reference.
 */
export function lexHeader(text: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  const space = /\p{White_Space}+/uy;
  const letters = /[^<\p{White_Space}]+/uy;
  let wordFrom = 0;
  let at = 0;
  const endWord = (): void => {
    if (at > wordFrom) lexemes.push({ kind: "word", text: text.slice(wordFrom, at), from: wordFrom, to: at });
  };
  const add = (kind: Lexeme["kind"], found: string): void => {
    endWord();
    lexemes.push({ kind, text: found, from: at, to: at + found.length });
    at += found.length;
    wordFrom = at;
  };
  while (at < text.length) {
    const marker = markerAt(text, at);
    space.lastIndex = at;
    const blanks = marker === undefined ? space.exec(text)?.[0] : undefined;
    if (marker !== undefined) {
      add(kindOf(marker.token), marker.text);
    } else if (blanks !== undefined) {
      add("space", blanks);
    } else {
      letters.lastIndex = at;
      // A `<` that begins no marker is a letter like any other.
      at += letters.exec(text)?.[0].length ?? 1;
    }
  }
  endWord();
  return lexemes;
}

function kindOf(token: number): "channel" | "constrain" | "control" {
  if (token === SpecialToken.CHANNEL) return "channel";
  return token === SpecialToken.CONSTRAIN ? "constrain" : "control";
}
