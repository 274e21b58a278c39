import { findMerge, load, loaded, NO_MERGE, ofBytes, tokenOfByte } from "./pair-table.js";

/*
 * What the short merge and the tree have in common. A piece begins as one part for each byte. Parts are linked, stand
 * where their first byte stands, and are joined with their right neighbours until no pair of neighbours merges. Which
 * pair is next is all that the two decide differently: the one with the least key.
 *
 *     bytes        l    o    w    e    r           parts after the first join, of "e" and "r":
 *     position     0    1    2    3    4
 *     tokens      "l"  "o"  "w"  "er"   -
 *     next         1    2    3    5    -
 *     previous     -    0    1    2    -
 *
 * The key of a pair belongs to the position of its left part:
 *
 *     bit  31 30            13 12             0
 *         ┌──┬────────────────┬────────────────┐
 *         │ 0│ the token that │ the position,  │   The least key is thus the lowest rank, and of equal ranks the
 *         │  │ the two become │ or its block   │   leftmost, which is the order that byte-pair merging prescribes.
 *         └──┴────────────────┴────────────────┘
 */

/** Bits of a position in a key. */
export const POSITION_BITS = 13;
export const POSITION_MASK: number = (1 << POSITION_BITS) - 1;
/** The key of a place where no pair begins. No pair that merges has one as high. */
export const NO_PAIR = 0x7fffffff;
/** The least key of a pair that does not merge. */
export const LEAST_USELESS_KEY: number = NO_MERGE << POSITION_BITS;

/** The parts of a piece while it is merged, and the keys of their pairs. */
export class Parts {
  /** The longest piece there is room for, in bytes. */
  readonly length: number;
  readonly tokens: Int32Array;
  /** The position of each part's right neighbour; the length of the piece for the last part. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly keys: Int32Array;

  constructor(length: number, keys: number) {
    this.length = length;
    this.tokens = new Int32Array(length);
    this.next = new Int32Array(length);
    this.previous = new Int32Array(length + 1);
    this.keys = new Int32Array(keys);
  }
}

/**
 * Makes a part of every byte of a piece. The keys of the pairs go into `keys` from index `first` on; a key holds the
 * position shifted to the right by `shift`. A byte must follow the piece, whatever it is.
 */
export function separate(
  parts: Parts,
  bytes: Uint8Array,
  start: number,
  length: number,
  first: number,
  shift: number,
): void {
  const { tokens, next, previous, keys } = parts;
  let byte = bytes[start]!;
  for (let i = 0; i < length; i++) {
    const following = bytes[start + i + 1]!;
    const token = tokenOfByte[byte]!;
    if (loaded[token] === 0) load(token);
    keys[first + i] = (ofBytes[(byte << 8) | following]! << POSITION_BITS) | (i >> shift);
    tokens[i] = token;
    next[i] = i + 1;
    previous[i + 1] = i;
    byte = following;
  }
  keys[first + length - 1] = NO_PAIR;
}

/**
 * Joins the part at a position with its right neighbour into a token. Writes the keys of the two places beside it, and
 * returns the new key of the position itself, which the caller has to write.
 */
export function join(
  parts: Parts,
  length: number,
  first: number,
  shift: number,
  position: number,
  token: number,
): number {
  if (loaded[token] === 0) load(token);
  const { tokens, next, previous, keys } = parts;
  const joined = next[position]!;
  const after = next[joined]!;
  tokens[position] = token;
  next[position] = after;
  keys[first + joined] = NO_PAIR;
  if (position > 0) {
    const before = previous[position]!;
    keys[first + before] = (findMerge(tokens[before]!, token) << POSITION_BITS) | (before >> shift);
  }
  if (after === length) return NO_PAIR;
  previous[after] = position;
  return (findMerge(token, tokens[after]!) << POSITION_BITS) | (position >> shift);
}

/** Writes the tokens of the parts from index `at` on, and returns the index after the last. */
export function write(parts: Parts, length: number, out: Int32Array, at: number): number {
  const { tokens, next } = parts;
  let end = at;
  for (let position = 0; position < length; position = next[position]!) out[end++] = tokens[position]!;
  return end;
}

/**
 * The lesser of two integers less than 2^31 apart, without a branch: in the search for the least of many, a processor
 * would predict it wrongly half of the time.
 */
export function lesser(a: number, b: number): number {
  const difference = b - a;
  return a + (difference & (difference >> 31));
}
