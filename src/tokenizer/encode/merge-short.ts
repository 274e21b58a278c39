import { lesser } from "./lesser.js";
import { findMerge, NO_MERGE, type PairTable } from "./pair-table.js";

/** Bytes that {@link ShortMerge.merge} takes at most. */
export const SHORT_MERGE_LIMIT = 32;

const POSITION_BITS = 5;
const POSITION_MASK = 31;
/** Higher than the key of any pair. */
const NO_PAIR = 0x7fffffff;

/** Keys that are compared at a time. */
const LANES = 4;

/**
 * Byte-pair merging of short stretches: keep what every pair of neighbours would become, and merge the lowest until none
 * is left. Looking at every pair each time is quadratic, and for the dozen bytes of a word the fastest way there is.
 */
export class ShortMerge {
  readonly #table: PairTable;
  // Parts stand where their first byte stands. A pair's key is its rank with the position of its left part, so that the
  // least key is the lowest rank, and the leftmost of equals.
  readonly #keys = new Int32Array(SHORT_MERGE_LIMIT + LANES);
  readonly #tokens = new Int32Array(SHORT_MERGE_LIMIT);
  readonly #next = new Uint8Array(SHORT_MERGE_LIMIT);
  readonly #previous = new Uint8Array(SHORT_MERGE_LIMIT + 1);

  constructor(table: PairTable) {
    this.#table = table;
  }

  /** Merges the bytes from `start` to before `end`, one at least; writes the tokens and gives the index after the last. */
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, outAt: number): number {
    const table = this.#table;
    const { ofBytes, tokenOfByte, bitmap, slots, unloaded } = table;
    const keys = this.#keys;
    const tokens = this.#tokens;
    const next = this.#next;
    const previous = this.#previous;
    const length = end - start;
    let byte = bytes[start]!;
    for (let i = 0; i < length; i++) {
      const following = bytes[start + i + 1]!;
      const token = tokenOfByte[byte]!;
      if (unloaded[token] !== 0) table.load(token);
      const key = (ofBytes[(byte << 8) | following]! << POSITION_BITS) | i;
      tokens[i] = token;
      keys[i] = key;
      next[i] = i + 1;
      previous[i + 1] = i;
      byte = following;
    }
    // The last part has no right neighbour.
    let last = length - 1;
    for (let i = last; i < last + LANES; i++) keys[i] = NO_PAIR;

    for (;;) {
      // The least of every fourth, four at a time, so that none waits for the one before.
      let least = NO_PAIR;
      let least1 = NO_PAIR;
      let least2 = NO_PAIR;
      let least3 = NO_PAIR;
      for (let i = 0; i < last; i += LANES) {
        least = lesser(least, keys[i]!);
        least1 = lesser(least1, keys[i + 1]!);
        least2 = lesser(least2, keys[i + 2]!);
        least3 = lesser(least3, keys[i + 3]!);
      }
      least = lesser(lesser(least, least1), lesser(least2, least3));
      if (least >= NO_MERGE << POSITION_BITS) break;
      const position = least & POSITION_MASK;
      const token = least >> POSITION_BITS;
      if (unloaded[token] !== 0) table.load(token);
      const eaten = next[position]!;
      const after = next[eaten]!;
      tokens[position] = token;
      next[position] = after;
      keys[eaten] = NO_PAIR;
      if (eaten === last) {
        last = position;
        keys[position] = NO_PAIR;
      } else {
        previous[after] = position;
        keys[position] = (findMerge(bitmap, slots, token, tokens[after]!) << POSITION_BITS) | position;
      }
      if (position > 0) {
        const before = previous[position]!;
        keys[before] = (findMerge(bitmap, slots, tokens[before]!, token) << POSITION_BITS) | before;
      }
    }

    let at = outAt;
    for (let i = 0; i < length; i = next[i]!) out[at++] = tokens[i]!;
    return at;
  }
}
