import type { Merges } from "../merges.js";
import { BLOCK_MERGE_LIMIT, BlockMerge } from "./block-merge.js";
import { FirstMerge } from "./first-merge.js";
import { SHORT_MERGE_LIMIT, ShortMerge } from "./merge-short.js";
import { LongMerge } from "./merge-windows.js";
import { PairTable } from "./pair-table.js";

/** A text of 300 words has as many bytes in words that differ; for more than that the table is the faster way. */
const FIRST_BYTES = 1024;

/** Byte-pair merging of a piece, in the way that suits its length and how much was merged before. */
export class PieceMerge {
  readonly #first: FirstMerge;
  readonly #short: ShortMerge;
  readonly #block: BlockMerge;
  readonly #long: LongMerge;
  /** Bytes that still go to {@link FirstMerge}. */
  #firstBytes = FIRST_BYTES;

  constructor(merges: Merges) {
    const table = new PairTable(merges);
    this.#first = new FirstMerge(merges);
    this.#short = new ShortMerge(table);
    this.#block = new BlockMerge(table);
    this.#long = new LongMerge(table, this.#block);
  }

  /** Merges the bytes from `start` to before `end`, one at least; writes the tokens and gives the index after the last. */
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, outAt: number): number {
    const length = end - start;
    if (length > BLOCK_MERGE_LIMIT) return this.#long.merge(bytes, start, end, out, outAt);
    if (this.#firstBytes > 0) {
      this.#firstBytes -= length;
      return this.#first.merge(bytes, start, end, out, outAt);
    }
    if (length > SHORT_MERGE_LIMIT) return this.#block.merge(bytes, start, end, out, outAt);
    return this.#short.merge(bytes, start, end, out, outAt);
  }
}
