import { SplitPattern } from "./split-pattern.js";
import { ByteKind, KINDS_OF_TWO, kindsOfBytes, LEAVES, STATE_MASK, splitTable, TAKES_BACK } from "./split-table.js";

/** Bytes that are cut without the table: to make it takes as long, and a program with one short text never needs it. */
const BYTES_BEFORE_TABLE = 4096;
/** How many bytes are cut at a time. They are at most as many pieces. */
const BYTES_AT_A_TIME = 8192;

/**
 * Cuts UTF-8 into pieces, many at once, by the two halves of the splitter.
 *
 * ASCII goes through the table of `split-table.ts`, without a branch that depends on the text: a boundary is written at
 * every byte, and whether it counts is added up. A processor would mispredict such a branch at the end of nearly every
 * word, which costs more time than all the rest: the table takes half the time of the loops of {@link SplitPattern}.
 * Where the table does not know enough (characters beyond ASCII, contractions of two letters, lines of blanks), the
 * pattern cuts one piece, and the table goes on after it.
 */
export class Splitter {
  /** After {@link Splitter.split}: where each piece begins, followed by the end of the last one. */
  readonly bounds: Int32Array = new Int32Array(BYTES_AT_A_TIME + 4);

  readonly #pattern = new SplitPattern();
  readonly #kinds = kindsOfBytes();
  #table: Uint8Array | undefined;
  #bytesBeforeTable = BYTES_BEFORE_TABLE;

  /**
   * Cuts a text from `start` on, where a piece has to begin, and returns the number of pieces, at least one. They need
   * not be all: the next one begins where the last one ends. `view` must be of the same bytes. `END_OF_TEXT` must stand
   * at index `length`, followed by two more bytes, whatever they are.
   */
  split(bytes: Uint8Array, view: DataView, start: number, length: number): number {
    if (this.#table === undefined) {
      if (this.#bytesBeforeTable > 0) return this.#splitByPattern(bytes, start, length);
      this.#table = splitTable(this.#kinds);
    }
    const table = this.#table;
    const kinds = this.#kinds;
    const pattern = this.#pattern;
    const bounds = this.bounds;
    const stop = Math.min(start + BYTES_AT_A_TIME, length);
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
      // The last piece has begun, but where it ends is not known.
      at = bounds[count - 1]!;
      if (at >= stop || (count > 1 && (step & LEAVES) === 0)) return count - 1;
      for (;;) {
        at = pattern.pieceEnd(bytes, at);
        bounds[count] = at;
        if (at >= stop) return count;
        if (kinds[bytes[at]!] !== ByteKind.WIDE && kinds[bytes[at + 1]!] !== ByteKind.WIDE) break;
        count++;
      }
    }
  }

  #splitByPattern(bytes: Uint8Array, start: number, length: number): number {
    const bounds = this.bounds;
    const stop = Math.min(start + BYTES_AT_A_TIME, length);
    let count = 0;
    let at = start;
    while (at < stop) {
      bounds[count++] = at;
      at = this.#pattern.pieceEnd(bytes, at);
    }
    bounds[count] = at;
    this.#bytesBeforeTable -= at - start;
    return count;
  }
}
