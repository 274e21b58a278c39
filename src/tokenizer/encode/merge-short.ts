import {
  join,
  LEAST_USELESS_KEY,
  lesser,
  NO_PAIR,
  Parts,
  POSITION_BITS,
  POSITION_MASK,
  separate,
  write,
} from "./merge-parts.js";

/** The longest piece that {@link ShortMerge} takes, in bytes. Beyond it the tree is faster. */
export const SHORT_MERGE_LIMIT = 32;

/** Keys that are compared at a time. */
const LANES = 4;

/**
 * Byte-pair merging of short pieces: looks at the key of every pair to find the least, again after each join. That is
 * quadratic, and for the dozen bytes of a word faster than keeping any order.
 */
export class ShortMerge {
  readonly #parts = new Parts(SHORT_MERGE_LIMIT, SHORT_MERGE_LIMIT + LANES);

  /**
   * Merges the bytes from `start` up to `end`, at least one; writes the tokens from index `at` of `out` on, and returns
   * the index after the last. One more byte must follow, whatever it is.
   */
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, at: number): number {
    const parts = this.#parts;
    const { keys, next } = parts;
    const length = end - start;
    separate(parts, bytes, start, length, 0, 0);
    // The position of the last part, which begins no pair. The loop below reads a few keys beyond it.
    let last = length - 1;
    for (let i = length; i < last + LANES; i++) keys[i] = NO_PAIR;

    for (;;) {
      // The least of every fourth key, four at a time, so that none of them has to wait for the one before.
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
      if (least >= LEAST_USELESS_KEY) break;
      const position = least & POSITION_MASK;
      keys[position] = join(parts, length, 0, 0, position, least >> POSITION_BITS);
      if (next[position] === length) last = position;
    }
    return write(parts, length, out, at);
  }
}
