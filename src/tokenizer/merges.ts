import { BYTES_OF_FIRST_TOKENS, DIGITS, GROUPS, MERGES, TOKEN_COUNT } from "./merges.generated.js";

/** The first token that is made of two others; those before it are the single bytes. */
export const FIRST_MERGED = 256;
export const MERGE_COUNT: number = TOKEN_COUNT - FIRST_MERGED;

const GROUP_COUNT_BITS = 11;
const GROUP_COUNT_MASK: number = (1 << GROUP_COUNT_BITS) - 1;

/**
 * The merges as the package holds them: by their left token, each group readable by itself. Unpacking all of them takes
 * several times as long as starting a program does; a first text needs one in twenty.
 */
export class Merges {
  /** By left token: where its merges begin << 11 | how many there are; 0 for none. */
  readonly #groups = new Int32Array(TOKEN_COUNT);
  readonly #valueOfDigit = new Uint8Array(128);
  /** As bytes, because the characters of a string take three times as long to read. */
  readonly #digits = new Uint8Array(MERGES.length);

  constructor() {
    for (let value = 0; value < DIGITS.length; value++) this.#valueOfDigit[DIGITS.charCodeAt(value)] = value;
    const utf8 = new TextEncoder();
    utf8.encodeInto(MERGES, this.#digits);
    const digits = new Uint8Array(GROUPS.length);
    utf8.encodeInto(GROUPS, digits);
    this.#readGroups(digits);
  }

  #readGroups(digits: Uint8Array): void {
    const valueOfDigit = this.#valueOfDigit;
    const groups = this.#groups;
    let left = -1;
    let start = 0;
    for (let at = 0; at < digits.length; ) {
      let digit = valueOfDigit[digits[at++]!]!;
      let step = digit & 31;
      for (let shift = 5; digit >= 32; shift += 5) {
        digit = valueOfDigit[digits[at++]!]!;
        step |= (digit & 31) << shift;
      }
      digit = valueOfDigit[digits[at++]!]!;
      let count = digit & 31;
      for (let shift = 5; digit >= 32; shift += 5) {
        digit = valueOfDigit[digits[at++]!]!;
        count |= (digit & 31) << shift;
      }
      left += step;
      groups[left] = (start << GROUP_COUNT_BITS) | count;
      start += count;
    }
  }

  /** Writes the merges of a left token: for each its right token and the token it makes. Gives how many there are. */
  read(left: number, rights: Int32Array, tokens: Int32Array): number {
    const group = this.#groups[left]!;
    const count = group & GROUP_COUNT_MASK;
    const start = group >>> GROUP_COUNT_BITS;
    for (let i = 0; i < count; i++) {
      rights[i] = this.#number(start + i);
      tokens[i] = this.#number(start + i + 3 * MERGE_COUNT);
    }
    return count;
  }

  /** The token that two tokens merge into, or -1: a binary search in the packed merges, which needs nothing unpacked. */
  find(left: number, right: number): number {
    const group = this.#groups[left]!;
    let from = group >>> GROUP_COUNT_BITS;
    let to = from + (group & GROUP_COUNT_MASK);
    while (from < to) {
      const middle = (from + to) >>> 1;
      const candidate = this.#number(middle);
      if (candidate === right) return this.#number(middle + 3 * MERGE_COUNT);
      if (candidate < right) from = middle + 1;
      else to = middle;
    }
    return -1;
  }

  /** The number whose high digit is at an index, its others each a plane further. */
  #number(at: number): number {
    const digits = this.#digits;
    const valueOfDigit = this.#valueOfDigit;
    return (
      (valueOfDigit[digits[at]!]! << 12) |
      (valueOfDigit[digits[at + MERGE_COUNT]!]! << 6) |
      valueOfDigit[digits[at + 2 * MERGE_COUNT]!]!
    );
  }
}

/** Merges of one left token at most. */
export const LARGEST_GROUP = 2048;

let shared: Merges | undefined;

/** The merges, made ready when first asked for. */
export function merges(): Merges {
  shared ??= new Merges();
  return shared;
}

/** The byte that each of the tokens 0 to 255 stands for. */
export function bytesOfFirstTokens(): Uint8Array {
  return Uint8Array.from({ length: FIRST_MERGED }, (_, token) =>
    Number.parseInt(BYTES_OF_FIRST_TOKENS.slice(token * 2, token * 2 + 2), 16),
  );
}
