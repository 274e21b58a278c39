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

/** Lengths of pieces, in bytes, for which buffers are kept: usual ones, and the longest whose keys hold positions. */
const USUAL_LENGTH = 1024;
const LONGEST_KEPT: number = POSITION_MASK + 1;

/**
 * Byte-pair merging of longer pieces with a tournament tree: the leaves are the keys of the pairs, and every node above
 * them is the lesser of its two children, so that the least key of all stands at the root. A join changes three leaves;
 * from each of them the nodes above are played again. So a piece of n bytes takes n log n steps.
 *
 *     keys      1           the root                 The parent of node i is i >> 1, its sibling i ^ 1; with n leaves,
 *             2   3                                  they are the nodes n to 2n - 1. That n is not a power of two, and
 *            4 5 6 7        leaves of 4 positions    some leaves stand one level higher, does not matter.
 *
 * A key has 13 bits for its position. Pieces of more than 8,192 bytes are cut into at most as many blocks of 2^shift
 * positions, and keys name the block; its leaves are the lowest level of a smaller tree, in which the leftmost leaf with
 * that key is found on the way down.
 */
export class TreeMerge {
  #kept = new Parts(0, 0);
  #next: Int32Array = this.#kept.next;

  /**
   * After {@link TreeMerge.merge}: for the position of each token, counted from the start of the piece, the position of
   * the next.
   */
  get next(): Int32Array {
    return this.#next;
  }

  /**
   * Merges the bytes from `start` up to `end`, at least one; writes the tokens from index `at` of `out` on, and returns
   * the index after the last. One more byte must follow, whatever it is.
   */
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, at: number): number {
    const length = end - start;
    let shift = 0;
    while ((length - 1) >> shift > POSITION_MASK) shift++;
    const blocks = ((length - 1) >> shift) + 1;
    const leaves = blocks << shift;
    const parts = this.#partsFor(leaves);
    const { keys, next, previous } = parts;
    this.#next = next;

    separate(parts, bytes, start, length, leaves, shift);
    for (let leaf = leaves + length; leaf < 2 * leaves; leaf++) keys[leaf] = NO_PAIR;
    for (let node = leaves - 1; node > 0; node--) keys[node] = lesser(keys[2 * node]!, keys[2 * node + 1]!);

    for (;;) {
      const least = keys[1]!;
      if (least >= LEAST_USELESS_KEY) break;
      let leaf = blocks + (least & POSITION_MASK);
      while (leaf < leaves) {
        leaf <<= 1;
        if (keys[leaf] !== least) leaf++;
      }
      const position = leaf - leaves;
      const joined = next[position]!;
      const key = join(parts, length, leaves, shift, position, least >> POSITION_BITS);
      // The winner's own leaf keeps its key until the end: the other two then change nothing above where they meet it.
      replayWhileChanged(keys, leaves + joined);
      if (position > 0) replayWhileChanged(keys, leaves + previous[position]!);
      keys[leaf] = key;
      replay(keys, leaf);
    }
    return write(parts, length, out, at);
  }

  #partsFor(leaves: number): Parts {
    if (leaves <= this.#kept.length) return this.#kept;
    if (leaves > LONGEST_KEPT) return new Parts(leaves, 2 * leaves);
    const length = leaves <= USUAL_LENGTH ? USUAL_LENGTH : LONGEST_KEPT;
    this.#kept = new Parts(length, 2 * length);
    return this.#kept;
  }
}

/** Plays the nodes above a leaf again, up to the first that stays as it is. */
function replayWhileChanged(keys: Int32Array, leaf: number): void {
  let least = keys[leaf]!;
  for (let node = leaf; node > 1; ) {
    least = lesser(least, keys[node ^ 1]!);
    node >>= 1;
    if (keys[node] === least) break;
    keys[node] = least;
  }
}

/** Plays all nodes above a leaf again. For the leaf that has won the last game, all of them change. */
function replay(keys: Int32Array, leaf: number): void {
  let least = keys[leaf]!;
  for (let node = leaf; node > 1; ) {
    least = lesser(least, keys[node ^ 1]!);
    node >>= 1;
    keys[node] = least;
  }
}
