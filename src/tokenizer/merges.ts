import { BYTES_OF_FIRST_TOKENS, CHECKPOINTS, DIGITS, GROUPS, MERGED, RIGHTS, TOKEN_COUNT } from "./merges.generated.js";

/** The first token that is merged from two others. Those before it are the single bytes. */
export const FIRST_MERGED = 256;

// Where the merges of a left token are, its group, as one number:
//
//     bit 31                11 10          0
//        ┌────────────────────┬─────────────┐
//        │ the first (21 bits)│ count (11)  │
//        └────────────────────┴─────────────┘
const GROUP_COUNT_BITS = 11;
const GROUP_COUNT_MASK: number = (1 << GROUP_COUNT_BITS) - 1;

/** How many numbers a checkpoint has. */
const CHECKPOINT = 3;
/** How many groups are searched for before a table of all is made. A short text needs a few; the table takes 3 ms. */
const SEARCHES = 64;

/**
 * The merges as the package contains them: grouped by their left token, so that each group can be read on its own.
 * Unpacking all of them takes several times as long as starting a program, and a first text needs one in twenty.
 *
 * They are read from the strings themselves. Bytes could be read faster, but to make them of the strings takes a
 * millisecond, for which every program would wait, and 1.2 MB, which it would keep.
 */
export class Merges {
  /** The group of each left token; 0 if it has none. */
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

  /** Searches for a group from the last checkpoint before it. */
  #search(left: number): number {
    let from = 0;
    let to = CHECKPOINTS[0].length / CHECKPOINT;
    while (to - from > 1) {
      const middle = (from + to) >>> 1;
      if (this.#number(CHECKPOINTS, middle * CHECKPOINT) <= left) from = middle;
      else to = middle;
    }
    const checkpoint = from * CHECKPOINT;
    const before = this.#number(CHECKPOINTS, checkpoint) - 1;
    const at = this.#number(CHECKPOINTS, checkpoint + 1);
    const reader = new GroupReader(this.#valueOfDigit, before, at, this.#number(CHECKPOINTS, checkpoint + 2));
    while (reader.next() && reader.left <= left) {
      if (reader.left === left) return (reader.start << GROUP_COUNT_BITS) | reader.count;
    }
    return 0;
  }

  /** Writes, for each merge of a left token, the right token and the merged one. Returns how many there are. */
  read(left: number, rights: Int32Array, tokens: Int32Array): number {
    const group = this.#groupOf(left);
    const count = group & GROUP_COUNT_MASK;
    const start = group >>> GROUP_COUNT_BITS;
    for (let i = 0, right = 0; i < count; i++) {
      right += this.#number(RIGHTS, start + i);
      rights[i] = right;
      tokens[i] = this.#number(MERGED, start + i);
    }
    return count;
  }

  /** Writes, for every token that is merged from two others, which they are. */
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
      for (let at = start, right = 0; at < start + count; at++) {
        const token = numberAt(3, at);
        right += numberAt(0, at);
        lefts[token] = left;
        rights[token] = right;
      }
    }
  }

  /** The token that two tokens merge into, or -1. Reads through the group of the left one. */
  find(left: number, right: number): number {
    const group = this.#groupOf(left);
    const start = group >>> GROUP_COUNT_BITS;
    const end = start + (group & GROUP_COUNT_MASK);
    for (let at = start, candidate = 0; at < end; at++) {
      candidate += this.#number(RIGHTS, at);
      if (candidate >= right) return candidate === right ? this.#number(MERGED, at) : -1;
    }
    return -1;
  }

  /** Reads one of the numbers of three digits. */
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

  /**
   * Begins before a group.
   * @param left The left token of the group before it, or -1.
   * @param at Where it is in {@link GROUPS}.
   * @param start Where its merges begin.
   */
  constructor(valueOfDigit: Uint8Array, left: number, at: number, start: number) {
    this.#valueOfDigit = valueOfDigit;
    this.left = left;
    this.#at = at;
    this.start = start;
  }

  /** Reads the next group. Returns `false` after the last. */
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

/** How many merges one left token may have. */
export const LARGEST_GROUP: number = GROUP_COUNT_MASK;

let shared: Merges | undefined;

/** The merges, of which a program needs only one instance. */
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
