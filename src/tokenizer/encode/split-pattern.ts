import { CharacterClass, unpackCharacterClasses } from "./character-class.js";

const { OTHER, UPPER, LOWER, CASELESS, MARK, NUMBER, SPACE } = CharacterClass;

/**
 * The byte that stands after the last one of a text. It does not occur in UTF-8 and belongs to no class, so no loop has
 * to check whether the text has ended.
 */
export const END_OF_TEXT = 0xff;

const BLANK = 0x20;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;

/** Stands for {@link END_OF_TEXT} among the code points: one that belongs to no class. */
const NO_CODE_POINT = 0x110000;

/**
 * The plain half of the splitter: o200k's split pattern, alternative by alternative, as loops over code points. It cuts
 * any UTF-8, one piece at a time. The table of `split-table.ts`, the fast half, does the same for most of ASCII.
 *
 * The pattern, where \p{Lu} stands for Lu and Lt and \p{Lo} for Lm, Lo and M:
 *
 *     [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lo}]*[\p{Ll}\p{Lo}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 *     [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lo}]+[\p{Ll}\p{Lo}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 *     \p{N}{1,3}
 *      ?[^\s\p{L}\p{N}]+[\r\n/]*
 *     \s*[\r\n]+
 *     \s+(?!\S)
 *     \s+
 *
 * (https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py)
 */
export class SplitPattern {
  readonly #classes = unpackCharacterClasses();

  /** Returns where the piece ends that begins at `start`. {@link END_OF_TEXT} must stand after the text. */
  pieceEnd(bytes: Uint8Array, start: number): number {
    const classes = this.#classes;
    const first = codePointAt(bytes, start);
    const firstClass = classes[first];
    const second = start + widthOf(first);

    // A word, with or without one character before it. A mark may be that character, or the first of the word.
    if (firstClass !== NUMBER && bytes[start] !== 0x0a && bytes[start] !== 0x0d) {
      const hasPrefix = firstClass === OTHER || firstClass === SPACE || firstClass === MARK;
      let end = hasPrefix ? lowerWordEnd(classes, bytes, second) : 0;
      if (end === 0) end = lowerWordEnd(classes, bytes, start);
      if (end === 0 && hasPrefix) end = upperWordEnd(classes, bytes, second);
      if (end === 0) end = upperWordEnd(classes, bytes, start);
      if (end !== 0) return bytes[end] === APOSTROPHE ? contractionEnd(bytes, end) : end;
    }

    if (firstClass === NUMBER) {
      let at = second;
      for (let count = 1; count < 3; count++) {
        const codePoint = codePointAt(bytes, at);
        if (classes[codePoint] !== NUMBER) break;
        at += widthOf(codePoint);
      }
      return at;
    }

    // Punctuation, with or without a blank before it, and the newlines and slashes after it.
    let at = first === BLANK ? second : start;
    let codePoint = codePointAt(bytes, at);
    if (classes[codePoint] === OTHER) {
      do {
        at += widthOf(codePoint);
        codePoint = codePointAt(bytes, at);
      } while (classes[codePoint] === OTHER || classes[codePoint] === MARK);
      while (bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === SLASH) at++;
      return at;
    }

    // White space: up to its last newline; or, before a visible character, all but its last character.
    at = start;
    codePoint = first;
    let newlineEnd = 0;
    let last = start;
    while (classes[codePoint] === SPACE) {
      last = at;
      at += widthOf(codePoint);
      if (codePoint === 0x0a || codePoint === 0x0d) newlineEnd = at;
      codePoint = codePointAt(bytes, at);
    }
    if (newlineEnd !== 0) return newlineEnd;
    return codePoint === NO_CODE_POINT || last === start ? at : last;
  }
}

/** Returns where `[upper caseless mark]*[lower caseless mark]+` ends, or 0 if it does not match. */
function lowerWordEnd(classes: Uint8Array, bytes: Uint8Array, start: number): number {
  let at = start;
  // The end of the last character that is in both sets: the first set may have to give back what follows it.
  let shared = 0;
  let codePoint = codePointAt(bytes, at);
  let kind = classes[codePoint];
  while (kind === UPPER || kind === CASELESS || kind === MARK) {
    at += widthOf(codePoint);
    if (kind !== UPPER) shared = at;
    codePoint = codePointAt(bytes, at);
    kind = classes[codePoint];
  }
  if (kind !== LOWER) return shared;
  do {
    at += widthOf(codePoint);
    codePoint = codePointAt(bytes, at);
    kind = classes[codePoint];
  } while (kind === LOWER || kind === CASELESS || kind === MARK);
  return at;
}

/**
 * Returns where `[upper caseless mark]+[lower caseless mark]*` ends, or 0 if it does not match, given that
 * {@link lowerWordEnd} has failed: only a run of capitals is left.
 */
function upperWordEnd(classes: Uint8Array, bytes: Uint8Array, start: number): number {
  let at = start;
  let codePoint = codePointAt(bytes, at);
  while (classes[codePoint] === UPPER) {
    at += widthOf(codePoint);
    codePoint = codePointAt(bytes, at);
  }
  return at === start ? 0 : at;
}

/**
 * Returns the end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` in upper or lower case; if the apostrophe begins none
 * of them, its own position.
 */
function contractionEnd(bytes: Uint8Array, apostrophe: number): number {
  const first = bytes[apostrophe + 1]! | 0x20;
  switch (first) {
    case 0x73: // s
    case 0x74: // t
    case 0x6d: // m
    case 0x64: // d
      return apostrophe + 2;
    case 0x72: // r
    case 0x76: // v
      return (bytes[apostrophe + 2]! | 0x20) === 0x65 ? apostrophe + 3 : apostrophe;
    case 0x6c: // l
      return (bytes[apostrophe + 2]! | 0x20) === 0x6c ? apostrophe + 3 : apostrophe;
  }
  // U+017F, the long s, is equal to s if case is ignored.
  return bytes[apostrophe + 1] === 0xc5 && bytes[apostrophe + 2] === 0xbf ? apostrophe + 3 : apostrophe;
}

function codePointAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return lead;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f);
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
  if (lead === END_OF_TEXT) return NO_CODE_POINT;
  return (
    ((lead & 0x07) << 18) | ((bytes[at + 1]! & 0x3f) << 12) | ((bytes[at + 2]! & 0x3f) << 6) | (bytes[at + 3]! & 0x3f)
  );
}

/** How many bytes a code point has in UTF-8. */
function widthOf(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}
