import { BLOCKS, BYTES_OF_FIRST_TOKENS, DIGITS, GROUPS, MERGED, RIGHTS, TOKEN_COUNT } from "./merges.generated.js";

/** The first token that is made of two others; those before it are the single bytes. */
export const FIRST_MERGED = 256;

const GROUP_COUNT_BITS = 11;
const GROUP_COUNT_MASK: number = (1 << GROUP_COUNT_BITS) - 1;

/** Numbers of a block. */
const BLOCK = 3;
/** Groups that are looked for before a table of all of them is made: a short text needs a few, and the table 3 ms. */
const SEARCHES = 64;

/**
 * The merges as the package holds them: by their left token, each group readable by itself. Unpacking all of them takes
 * several times as long as starting a program does; a first text needs one in twenty.
 *
 * They are read from the strings themselves. Bytes can be read faster, but making them takes a millisecond that every
 * program would wait for, and 1.2 MB that it would keep.
 */
export class Merges {
  /** By left token: where its merges begin << 11 | how many there are; 0 for none. */
  #groups: Int32Array | undefined;
  #searches = 0;
  readonly #valueOfDigit = new Uint8Array(128);

  constructor() {
    for (let value = 0; value < DIGITS.length; value++) this.#valueOfDigit[DIGITS.charCodeAt(value)] = value;
  }

  #groupOf(left: number): number {
    if (this.#groups === undefined) {
      if (this.#searches++ < SEARCHES) return this.#search(left);
      this.#groups = this.#allGroups();
    }
    return this.#groups[left]!;
  }

  #allGroups(): Int32Array {
    const groups = new Int32Array(TOKEN_COUNT);
    const reader = new GroupReader(this.#valueOfDigit, -1, 0, 0);
    while (reader.next()) groups[reader.left] = (reader.start << GROUP_COUNT_BITS) | reader.count;
    return groups;
  }

  /** Looks for a group in the last block that begins before it. */
  #search(left: number): number {
    let from = 0;
    let to = BLOCKS[0].length / BLOCK;
    while (to - from > 1) {
      const middle = (from + to) >>> 1;
      if (this.#number(BLOCKS, middle * BLOCK) <= left) from = middle;
      else to = middle;
    }
    const block = from * BLOCK;
    const before = this.#number(BLOCKS, block) - 1;
    const at = this.#number(BLOCKS, block + 1);
    const reader = new GroupReader(this.#valueOfDigit, before, at, this.#number(BLOCKS, block + 2));
    while (reader.next() && reader.left <= left) {
      if (reader.left === left) return (reader.start << GROUP_COUNT_BITS) | reader.count;
    }
    return 0;
  }

  /** Writes the merges of a left token: for each its right token and the token it makes. Gives how many there are. */
  read(left: number, rights: Int32Array, tokens: Int32Array): number {
    const group = this.#groupOf(left);
    const count = group & GROUP_COUNT_MASK;
    const start = group >>> GROUP_COUNT_BITS;
    for (let i = 0; i < count; i++) {
      rights[i] = this.#number(RIGHTS, start + i);
      tokens[i] = this.#number(MERGED, start + i);
    }
    return count;
  }

  /** Writes for every token that is made of two others which they are. */
  readAll(lefts: Int32Array, rights: Int32Array): void {
    const valueOfDigit = this.#valueOfDigit;
    const utf8 = new TextEncoder();
    const digits = [...RIGHTS, ...MERGED].map((plane) => utf8.encode(plane));
    const numberAt = (first: number, at: number): number =>
      (valueOfDigit[digits[first]![at]!]! << 12) |
      (valueOfDigit[digits[first + 1]![at]!]! << 6) |
      valueOfDigit[digits[first + 2]![at]!]!;
    const reader = new GroupReader(valueOfDigit, -1, 0, 0);
    while (reader.next()) {
      const { left, start, count } = reader;
      for (let at = start; at < start + count; at++) {
        const token = numberAt(3, at);
        lefts[token] = left;
        rights[token] = numberAt(0, at);
      }
    }
  }

  /**
   * The token that two tokens merge into, or -1: a binary search in the packed merges, which needs nothing unpacked.
   */
  find(left: number, right: number): number {
    const group = this.#groupOf(left);
    let from = group >>> GROUP_COUNT_BITS;
    let to = from + (group & GROUP_COUNT_MASK);
    while (from < to) {
      const middle = (from + to) >>> 1;
      const candidate = this.#number(RIGHTS, middle);
      if (candidate === right) return this.#number(MERGED, middle);
      if (candidate < right) from = middle + 1;
      else to = middle;
    }
    return -1;
  }

  /** One of the numbers of three digits. */
  #number(digits: readonly [string, string, string], at: number): number {
    const valueOfDigit = this.#valueOfDigit;
    return (
      (valueOfDigit[digits[0].charCodeAt(at)]! << 12) |
      (valueOfDigit[digits[1].charCodeAt(at)]! << 6) |
      valueOfDigit[digits[2].charCodeAt(at)]!
    );
  }
}

/** Reads the groups one after the other. */
class GroupReader {
  /** The left token of the group, where its merges begin, and how many there are. */
  left: number;
  start: number;
  count = 0;
  #at: number;
  readonly #valueOfDigit: Uint8Array;

  /** Begins before a group: `left` is that of the one before, `at` where it stands in {@link GROUPS}. */
  constructor(valueOfDigit: Uint8Array, left: number, at: number, start: number) {
    this.#valueOfDigit = valueOfDigit;
    this.left = left;
    this.#at = at;
    this.start = start;
  }

  /** Goes on to the next group; `false` after the last. */
  next(): boolean {
    if (this.#at >= GROUPS.length) return false;
    this.start += this.count;
    this.left += this.#number();
    this.count = this.#number();
    return true;
  }

  #number(): number {
    let digit = this.#valueOfDigit[GROUPS.charCodeAt(this.#at++)]!;
    let number = digit & 31;
    for (let shift = 5; digit >= 32; shift += 5) {
      digit = this.#valueOfDigit[GROUPS.charCodeAt(this.#at++)]!;
      number |= (digit & 31) << shift;
    }
    return number;
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
