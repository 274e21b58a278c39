import type { TreeMerge } from "./merge-tree.js";

/** Bytes of a window at first. Pieces that are not longer are merged whole. */
export const WINDOW = 1024;
/** Bytes at the end of such a window whose tokens may still change with what follows. */
const MARGIN = 32;
/** How many times as large windows and margins become where two windows disagree. */
const LARGER_WINDOW = 8;
const LARGER_MARGIN = 4;

/**
 * Merges pieces of any length in linear time, through windows that overlap.
 *
 * Two facts about byte-pair merging make that exact. Any run of tokens out of an encoding is the encoding of its own
 * bytes. And a sequence of tokens is the encoding of its bytes if each two neighbours are the encoding of theirs. So
 * when a window begins at a token of the one before it, and gives that same token first, the tokens of the first window
 * up to there and those of the second are together the encoding of both: every pair of neighbours comes from one of
 * them.
 *
 *     bytes     ...  t o k e n i z a t i o n ...
 *     window 1  [    |token|ization| ]            what lies within the margin at its end is not settled
 *     window 2             [ization|    ...       begins there, with the same token
 *
 * Where a window gives another token first, the piece is merged from its beginning again, through larger windows: in
 * the end, one holds all of it.
 *
 * 1 MB without a place to split takes 35 to 60 ms. In one tree it takes 70 to 190 ms: a window stays in the processor's
 * own cache, and most of that tree does not.
 */
export class WindowMerge {
  readonly #tree: TreeMerge;
  readonly #window: number;
  readonly #margin: number;

  /** Tests choose windows so small that they disagree. A margin is at least one byte. */
  constructor(tree: TreeMerge, window: number = WINDOW, margin: number = MARGIN) {
    this.#tree = tree;
    this.#window = window;
    this.#margin = margin;
  }

  /**
   * Merges the bytes from `start` up to `end`, at least one; writes the tokens from index `at` of `out` on, and returns
   * the index after the last. One more byte must follow, whatever it is.
   */
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, at: number): number {
    let size = this.#window;
    let margin = this.#margin;
    for (;;) {
      const after = this.#mergeThrough(size, margin, bytes, start, end, out, at);
      if (after !== undefined) return after;
      size *= LARGER_WINDOW;
      margin *= LARGER_MARGIN;
    }
  }

  /** Merges through windows of one size; returns the index after the last token, `undefined` where two disagree. */
  #mergeThrough(
    size: number,
    margin: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    out: Int32Array,
    at: number,
  ): number | undefined {
    const tree = this.#tree;
    // Where the window begins, in the bytes and in the tokens. All before it is settled.
    let from = start;
    let settled = at;
    // The token that the window has to begin with; -1 for the first window, which may begin with any.
    let expected = -1;
    for (;;) {
      const windowEnd = Math.min(from + size, end);
      // This overwrites the tokens that the last window left unsettled: they stand for the same bytes.
      const tokensEnd = tree.merge(bytes, from, windowEnd, out, settled);
      if (expected >= 0 && out[settled] !== expected) return undefined;
      if (windowEnd === end) return tokensEnd;
      // Settle all tokens that end before the margin. The next window begins after them.
      const { next } = tree;
      const limit = windowEnd - from - margin;
      let position = 0;
      while (next[position]! <= limit) {
        position = next[position]!;
        settled++;
      }
      if (position === 0) return undefined;
      from += position;
      expected = out[settled]!;
    }
  }
}
