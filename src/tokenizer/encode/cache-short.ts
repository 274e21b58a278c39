import { LongerPieces } from "./cache-long.js";
import type { PieceMerge } from "./merge.js";

// Entries, as powers of two. More would hold more of a text's words, but fall out of the processor's cache.
const ENTRY_BITS = 16;
/** Places for a piece, one after the other in memory: a line of the processor's cache holds as many. */
const WAY_BITS = 2;

const ENTRY = 4;
const SET: number = ENTRY << WAY_BITS;
const SET_MASK: number = (1 << (ENTRY_BITS - WAY_BITS)) - 1;

/** Which bits of two words belong to a piece of 0 to 8 bytes. */
const FIRST_MASK: Int32Array = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
const SECOND_MASK: Int32Array = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);

/**
 * Remembers the tokens of pieces, since nine of ten were seen before. The latest four that share a set are kept: with
 * one place for each, words that are met again and again keep driving each other out, and prose spends a quarter of its
 * time on merging them.
 *
 * An entry holds the whole piece and its tokens, so that finding it is one access to memory. The piece is compared in
 * full, and its length too; the hash only says where to look. The tables are of fixed size, 2.25 MB in all, whatever is
 * encoded.
 */
export class PieceCache {
  readonly #merge: PieceMerge;
  readonly #longer: LongerPieces;
  /**
   * Pieces of 8 bytes and less, four integers each: bytes 0-3, bytes 4-7, token 1 | length << 18 | count << 22 | token
   * 3 >> 14 << 24, token 2 | token 3 << 18. A piece of more than three tokens has count 0, and is among the longer
   * ones.
   */
  readonly #entries = new Int32Array(ENTRY << ENTRY_BITS);

  constructor(merge: PieceMerge) {
    this.#merge = merge;
    this.#longer = new LongerPieces(merge);
  }

  /**
   * Encodes `count` pieces, each from one of `bounds` to the next; writes their tokens from index `from` on, with up to
   * five of no meaning after them, and gives the index after the last. `view` is of the same bytes, of which 16 must be
   * there after the last.
   */
  encode(bytes: Uint8Array, view: DataView, bounds: Int32Array, count: number, out: Int32Array, from: number): number {
    let at = from;
    let start = bounds[0]!;
    for (let i = 1; i <= count; i++) {
      const end = bounds[i]!;
      const length = end - start;
      if (length > 8) {
        at = this.#longer.encode(bytes, view, start, end, out, at);
      } else {
        const first = view.getInt32(start, true) & FIRST_MASK[length]!;
        const second = view.getInt32(start + 4, true) & SECOND_MASK[length]!;
        const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + length, 0x85ebca77);
        const entry = ((hash ^ (hash >>> 15)) & SET_MASK) * SET;
        if (this.#holds(entry, first, second, length) || this.#find(entry, first, second, length)) {
          const tokens = this.#recall(entry, out, at);
          at = tokens === 0 ? this.#longer.encode(bytes, view, start, end, out, at) : at + tokens;
        } else {
          const after = this.#merge.merge(bytes, start, end, out, at);
          this.#remember(entry, first, second, length, out, at, after - at);
          at = after;
        }
      }
      start = end;
    }
    return at;
  }

  /**
   * Looks for a piece in the other places of a set. Makes room in the first place: there it is from then on, or there
   * it is to be remembered.
   */
  #find(set: number, first: number, second: number, length: number): boolean {
    const entries = this.#entries;
    let entry = set + ENTRY;
    while (entry < set + SET && !this.#holds(entry, first, second, length)) entry += ENTRY;
    const isFound = entry < set + SET;
    // Where it is not, the last one has to go.
    if (!isFound) entry -= ENTRY;
    const meta = entries[entry + 2]!;
    const more = entries[entry + 3]!;
    for (; entry > set; entry -= ENTRY) {
      entries[entry] = entries[entry - 4]!;
      entries[entry + 1] = entries[entry - 3]!;
      entries[entry + 2] = entries[entry - 2]!;
      entries[entry + 3] = entries[entry - 1]!;
    }
    if (isFound) {
      entries[set] = first;
      entries[set + 1] = second;
      entries[set + 2] = meta;
      entries[set + 3] = more;
    }
    return isFound;
  }

  /** Writes the tokens of an entry, and gives their number. All three are written, whether there are or not. */
  #recall(entry: number, out: Int32Array, at: number): number {
    const entries = this.#entries;
    const meta = entries[entry + 2]!;
    const more = entries[entry + 3]!;
    // A branch on their number would be mispredicted too often.
    out[at] = meta & 0x3ffff;
    out[at + 1] = more & 0x3ffff;
    out[at + 2] = (more >>> 18) | ((meta >>> 24) << 14);
    return (meta >>> 22) & 3;
  }

  #remember(
    entry: number,
    first: number,
    second: number,
    length: number,
    out: Int32Array,
    at: number,
    tokens: number,
  ): void {
    const entries = this.#entries;
    const isLong = tokens > 3;
    const third = tokens === 3 ? out[at + 2]! : 0;
    entries[entry] = first;
    entries[entry + 1] = second;
    entries[entry + 2] = isLong ? length << 18 : out[at]! | (length << 18) | (tokens << 22) | ((third >>> 14) << 24);
    entries[entry + 3] = isLong ? 0 : (tokens > 1 ? out[at + 1]! : 0) | (third << 18);
  }

  #holds(entry: number, first: number, second: number, length: number): boolean {
    const entries = this.#entries;
    if (entries[entry] !== first || entries[entry + 1] !== second) return false;
    return ((entries[entry + 2]! >>> 18) & 15) === length;
  }
}
