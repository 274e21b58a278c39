import type { Merges } from "../merges.js";
import { SHORT_MERGE_LIMIT, ShortMerge } from "./merge-short.js";
import { TreeMerge } from "./merge-tree.js";
import { WINDOW, WindowMerge } from "./merge-windows.js";
import { preparePairTable, tokenOfByte } from "./pair-table.js";

/**
 * Bytes that are merged without the table of pairs. The words of a text of 300 words, each counted once, have about as
 * many; for more than that, filling the table is faster.
 */
const BYTES_BEFORE_TABLE = 1024;
/** The longest piece that is merged without the table, in bytes: that takes quadratic time. */
const LONGEST_BEFORE_TABLE = 128;

/** Byte-pair merging of a piece, in the way that suits its length and how much was merged before. */
export class PieceMerge {
  readonly #packed: PackedMerge;
  readonly #short = new ShortMerge();
  readonly #tree = new TreeMerge();
  readonly #windows = new WindowMerge(this.#tree);
  #bytesBeforeTable = BYTES_BEFORE_TABLE;

  constructor(merges: Merges) {
    preparePairTable();
    this.#packed = new PackedMerge(merges);
  }

  /**
   * Merges the bytes from `start` up to `end`, at least one; writes the tokens from index `at` of `out` on, and returns
   * the index after the last. One more byte must follow, whatever it is.
   */
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, at: number): number {
    const length = end - start;
    if (this.#bytesBeforeTable > 0 && length <= LONGEST_BEFORE_TABLE) {
      this.#bytesBeforeTable -= length;
      return this.#packed.merge(bytes, start, end, out, at);
    }
    if (length <= SHORT_MERGE_LIMIT) return this.#short.merge(bytes, start, end, out, at);
    if (length <= WINDOW) return this.#tree.merge(bytes, start, end, out, at);
    return this.#windows.merge(bytes, start, end, out, at);
  }
}

/**
 * Byte-pair merging straight from the packed merges. It is many times slower than with a table, but there is no table to
 * fill: a program that encodes one short text is done before the table would hold the letters of the alphabet (10 ms).
 */
class PackedMerge {
  readonly #merges: Merges;

  constructor(merges: Merges) {
    this.#merges = merges;
  }

  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, at: number): number {
    const parts: number[] = [];
    for (let i = start; i < end; i++) parts.push(tokenOfByte[bytes[i]!]!);
    // What each part and the next merge into, or -1.
    const merged: number[] = [];
    for (let i = 0; i + 1 < parts.length; i++) merged.push(this.#merges.find(parts[i]!, parts[i + 1]!));
    for (;;) {
      let least = -1;
      for (let i = 0; i < merged.length; i++) {
        if (merged[i]! >= 0 && (least < 0 || merged[i]! < merged[least]!)) least = i;
      }
      if (least < 0) break;
      parts.splice(least, 2, merged[least]!);
      merged.splice(least, 1);
      if (least > 0) merged[least - 1] = this.#merges.find(parts[least - 1]!, parts[least]!);
      if (least < merged.length) merged[least] = this.#merges.find(parts[least]!, parts[least + 1]!);
    }
    for (let i = 0; i < parts.length; i++) out[at + i] = parts[i]!;
    return at + parts.length;
  }
}
