import { CharacterClass, unpackCharacterClasses } from "./character-class.js";

const { OTHER, UPPER, LOWER, CASELESS, MARK, NUMBER, SPACE } = CharacterClass;

/**
 * Stands after the last byte of a text: no byte of UTF-8, and of no class, so that no loop needs to look for the end.
 */
export const END_OF_TEXT = 0xff;

const BLANK = 0x20;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;

/** A code point of no class, for {@link END_OF_TEXT}. */
const NO_CODE_POINT = 0x110000;

/** Text that takes every way through the scanner there is, and ends in white space. */
const RUN_IN_TEXT =
  "A word's wE'LL i've you're I'm it'd don't o'x r'r l'a U'\u017f 1 12 1234 1\u00bd (a) !!/\n/ !\u00e9 !!\u00e9 \t! \t\tx \n x\n" +
  "\u00e9\u00c9 \u00c9\u00c9t \u6f22\u5b57's \u0301a \u0301 \u2014 \u2014\u0301\n/\u00bd\u00bd\u00bd\u00bd \u{1f600} \u{1d49c}\u2003\u2003x \n\u2003\nx \u3000 ";

/**
 * Cuts UTF-8 into the pieces of o200k's split pattern, one at a time, at any byte where a piece begins: the pattern,
 * alternative by alternative, as loops over code points.
 */
export class Scanner {
  readonly #classes = unpackCharacterClasses();

  /**
   * Takes every branch once. V8 compiles a loop while it runs, with only what it has seen so far; a text that begins
   * with a long run of one kind would leave code behind that has to be given up at the end of every other piece, over
   * and over: ten times slower. Worth its tenth of a millisecond before a long text.
   */
  runIn(): void {
    const text = new TextEncoder().encode(RUN_IN_TEXT);
    const bytes = new Uint8Array(text.length + 4);
    bytes.set(text);
    bytes[text.length] = END_OF_TEXT;
    for (let at = 0; at < text.length; ) at = this.pieceEnd(bytes, at);
  }

  /** Where the piece that begins at `start` ends. {@link END_OF_TEXT} must stand after the text. */
  pieceEnd(bytes: Uint8Array, start: number): number {
    const classes = this.#classes;
    const first = codePointAt(bytes, start);
    const firstClass = classes[first];
    const second = start + widthOf(first);

    // A word, with one character before it or none. A mark may be that character, or the word's first.
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

    // Punctuation, with a blank before it or none, and the newlines and slashes after it.
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

    // White space: up to its last newline, or all but its last character.
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

/** Where `[upper caseless mark]*[lower caseless mark]+` ends, or 0 where it does not match. */
function lowerWordEnd(classes: Uint8Array, bytes: Uint8Array, start: number): number {
  let at = start;
  // After the last character of the first set that is in the second set too: what the first set may have to give back.
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
 * Where `[upper caseless mark]+[lower caseless mark]*` ends where {@link lowerWordEnd} fails, or 0: a run of capitals.
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
 * After `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` in any case, or before the apostrophe where it is none of them.
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
  // U+017F, the long s, is a case of s.
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

/** Bytes of a code point in UTF-8. */
function widthOf(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}
