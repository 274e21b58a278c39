import { bytesOf, isOrdinaryToken } from "../../src/tokenizer/decode/vocabulary.js";
import { CharacterClass, unpackCharacterClasses } from "../../src/tokenizer/encode/character-class.js";

const { OTHER, UPPER, LOWER, CASELESS, MARK, NUMBER, SPACE } = CharacterClass;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const BLANK = 0x20;

/** What may follow the apostrophe of a word, in lower case. U+017F folds to `s`, which is handled where this is used. */
const CONTRACTIONS = ["s", "t", "re", "ve", "m", "ll", "d"];

/**
 * The oracle of the fast tokenizer: o200k as it is defined, without regard to speed. The split pattern is spelled out
 * over code points, alternative by alternative; then strings of bytes are merged, lowest rank first. It is slow, but
 * never quadratic. All that it shares with the fast one are the bytes of the vocabulary and the table of character
 * classes.
 */
export class PlainTokenizer {
  readonly #classes: Uint8Array = unpackCharacterClasses();
  /** Tokens by their bytes, one character each. */
  readonly #ranks = new Map<string, number>();

  constructor() {
    for (let token = 0; isOrdinaryToken(token); token++) this.#ranks.set(byteString(bytesOf(token)), token);
  }

  encodeOrdinary(text: string): number[] {
    const tokens: number[] = [];
    const utf8 = new TextEncoder();
    for (const piece of this.split(text)) {
      const bytes = byteString(utf8.encode(piece));
      const whole = this.#ranks.get(bytes);
      if (whole !== undefined) tokens.push(whole);
      else this.#merge(bytes, tokens);
    }
    return tokens;
  }

  /** Cuts a text into the pieces that the split pattern matches. */
  split(text: string): string[] {
    const points = Array.from(text, (character) => {
      const point = character.codePointAt(0)!;
      return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    });
    const pieces: string[] = [];
    for (let start = 0; start < points.length; ) {
      const end = this.#pieceEnd(points, start);
      let piece = "";
      for (let i = start; i < end; i++) piece += String.fromCodePoint(points[i]!);
      pieces.push(piece);
      start = end;
    }
    return pieces;
  }

  #pieceEnd(points: number[], start: number): number {
    const classAt = (i: number) => (i < points.length ? this.#classes[points[i]!]! : -1);
    const isNewline = (i: number) => points[i] === NEWLINE || points[i] === RETURN;
    const beginsWord = (i: number) => [UPPER, CASELESS, MARK].includes(classAt(i) as never);
    const endsWord = (i: number) => [LOWER, CASELESS, MARK].includes(classAt(i) as never);
    const isPunctuation = (i: number) => classAt(i) === OTHER || classAt(i) === MARK;

    // The end of [upper, caseless, mark]*[lower, caseless, mark]+, or -1.
    const lowerWord = (from: number) => {
      let i = from;
      while (beginsWord(i)) i++;
      if (endsWord(i)) {
        while (endsWord(i)) i++;
        return i;
      }
      // The first set has taken what the second needs: give back as far as the last character that is in both.
      while (i > from && !endsWord(i - 1)) i--;
      return i > from ? i : -1;
    };
    // The end of [upper, caseless, mark]+[lower, caseless, mark]*, or -1.
    const upperWord = (from: number) => {
      let i = from;
      while (beginsWord(i)) i++;
      if (i === from) return -1;
      while (endsWord(i)) i++;
      return i;
    };
    const withContraction = (end: number) => {
      if (points[end] !== APOSTROPHE) return end;
      const next = points
        .slice(end + 1, end + 3)
        .map((point) => (point === 0x17f ? "s" : point < 0x80 ? String.fromCharCode(point).toLowerCase() : "?"))
        .join("");
      const found = CONTRACTIONS.find((contraction) => next.startsWith(contraction));
      return found === undefined ? end : end + 1 + found.length;
    };

    const mayPrecedeWord = classAt(start) === MARK || classAt(start) === OTHER || classAt(start) === SPACE;
    const hasPrefix = mayPrecedeWord && !isNewline(start);
    for (const word of [lowerWord, upperWord]) {
      if (hasPrefix) {
        const end = word(start + 1);
        if (end >= 0) return withContraction(end);
      }
      const end = word(start);
      if (end >= 0) return withContraction(end);
    }

    let i = start;
    while (i < start + 3 && classAt(i) === NUMBER) i++;
    if (i > start) return i;

    i = points[start] === BLANK ? start + 1 : start;
    if (isPunctuation(i)) {
      while (isPunctuation(i)) i++;
      while (isNewline(i) || points[i] === SLASH) i++;
      return i;
    }

    let spaceEnd = start;
    while (classAt(spaceEnd) === SPACE) spaceEnd++;
    for (i = spaceEnd; i > start; i--) {
      if (isNewline(i - 1)) return i;
    }
    // \s+(?!\S): all of it at the end of the text; otherwise all but the last character, which belongs to what follows.
    return spaceEnd === points.length || spaceEnd === start + 1 ? spaceEnd : spaceEnd - 1;
  }

  /** The tokens that merging makes of any bytes, taken as one piece. */
  merge(bytes: Uint8Array): number[] {
    const tokens: number[] = [];
    this.#merge(byteString(bytes), tokens);
    return tokens;
  }

  /** Byte-pair merging: again and again the pair of neighbours with the lowest rank, the leftmost of equals. */
  #merge(bytes: string, tokens: number[]): void {
    const { length } = bytes;
    // Parts are linked by where they begin. One that was merged into its left neighbour has end 0.
    const end = Array.from({ length }, (_, i) => i + 1);
    const previous = Array.from({ length }, (_, i) => i - 1);
    const rankAt = (start: number) => {
      const next = end[start]!;
      return next < length ? this.#ranks.get(bytes.slice(start, end[next])) : undefined;
    };
    // A pair is in the heap as rank * 2^32 + start, so that the lowest comes first, and of equals the leftmost.
    const heap = new MinHeap();
    const offer = (start: number) => {
      const rank = rankAt(start);
      if (rank !== undefined) heap.push(rank * 2 ** 32 + start);
    };
    for (let start = 0; start + 1 < length; start++) offer(start);
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const start = entry % 2 ** 32;
      // Its parts may have been merged with others since.
      if (end[start] === 0 || rankAt(start) !== Math.floor(entry / 2 ** 32)) continue;
      const eaten = end[start]!;
      end[start] = end[eaten]!;
      end[eaten] = 0;
      if (end[start]! < length) previous[end[start]!] = start;
      offer(start);
      if (previous[start]! >= 0) offer(previous[start]!);
    }
    for (let start = 0; start < length; start = end[start]!) {
      tokens.push(this.#ranks.get(bytes.slice(start, end[start]))!);
    }
  }
}

function byteString(bytes: Uint8Array): string {
  let string = "";
  for (const byte of bytes) string += String.fromCharCode(byte);
  return string;
}

/** A binary heap of numbers, lowest first. */
class MinHeap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= item) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const lowest = items[0];
    const item = items.pop();
    if (item === undefined || items.length === 0) return lowest;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= item) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
    return lowest;
  }
}
