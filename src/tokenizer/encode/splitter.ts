import { Scanner } from "./split-pattern.js";
import { ByteKind, KINDS_OF_TWO, kindsOfBytes, LEAVES, STATE_MASK, splitTable, TAKES_BACK } from "./split-table.js";

/** Bytes that are cut without the table: making it takes as long, and a program with one short text does without. */
const BYTES_BEFORE_TABLE = 4096;
/** Bytes cut at a time; as many pieces at most. */
const BLOCK = 8192;

/**
 * Cuts UTF-8 into pieces, many at once.
 *
 * ASCII goes through a table, without a branch that depends on it: at every byte a boundary is written, and whether it
 * counts is added up. At the end of nearly every word a processor mispredicts such a branch, and loses more time by
 * that than by all else: this way takes half the time of the {@link Scanner}'s loops. Where it does not know
 * (characters beyond ASCII, contractions of two letters, lines of blanks) the scanner cuts a piece, and the table goes
 * on after it.
 */
export class Splitter {
  /** After {@link Splitter.split}: where each piece begins, and then where the last one ends. */
  readonly bounds: Int32Array = new Int32Array(BLOCK + 4);

  readonly #scanner = new Scanner();
  readonly #kinds = kindsOfBytes();
  #table: Uint8Array | undefined;
  #bytesBeforeTable = BYTES_BEFORE_TABLE;

  /**
   * Cuts a text from `start` on, where a piece has to begin; gives the number of pieces, one at least. They may be all
   * or not: the next begins where the last one ends. `view` is of the same bytes. `END_OF_TEXT` must stand at `length`,
   * and two more bytes, whatever they are, after it.
   */
  split(bytes: Uint8Array, view: DataView, start: number, length: number): number {
    if (this.#table === undefined) {
      if (this.#bytesBeforeTable > 0) return this.#splitPlainly(bytes, start, length);
      this.#table = splitTable(this.#kinds);
      this.#scanner.runIn();
    }
    const table = this.#table;
    const kinds = this.#kinds;
    const scanner = this.#scanner;
    const bounds = this.bounds;
    const stop = Math.min(start + BLOCK, length);
    let count = 0;
    let at = start;
    for (;;) {
      let kind = kinds[bytes[at]!]!;
      let step = 0;
      do {
        const pair = table[KINDS_OF_TWO + view.getUint16(at + 1, true)]!;
        step = table[((step & STATE_MASK) << 8) | (kind << 8) | pair]!;
        bounds[count] = at;
        count += step & 1;
        bounds[count] = at + 1;
        count += (step >> 1) & 1;
        at += 2;
        kind = pair & 15;
      } while ((step & LEAVES) === 0 && at < stop);
      if ((step & TAKES_BACK) !== 0) count--;
      // The last piece has begun, but whether it ends here is not known.
      at = bounds[count - 1]!;
      if (at >= stop || (count > 1 && (step & LEAVES) === 0)) return count - 1;
      for (;;) {
        at = scanner.pieceEnd(bytes, at);
        bounds[count] = at;
        if (at >= stop) return count;
        if (kinds[bytes[at]!] !== ByteKind.WIDE && kinds[bytes[at + 1]!] !== ByteKind.WIDE) break;
        count++;
      }
    }
  }

  #splitPlainly(bytes: Uint8Array, start: number, length: number): number {
    const bounds = this.bounds;
    const stop = Math.min(start + BLOCK, length);
    let count = 0;
    let at = start;
    while (at < stop) {
      bounds[count++] = at;
      at = this.#scanner.pieceEnd(bytes, at);
    }
    bounds[count] = at;
    this.#bytesBeforeTable -= at - start;
    return count;
  }
}
