import { LongPieceCache } from "./cache-long.js";
import type { PieceMerge } from "./merge.js";
import { PRIME_1, PRIME_2 } from "./pair-table.js";

// The number of entries, as a power of two. More would hold more of the words of a text, but would not stay in the
// processor's cache.
const ENTRY_BITS = 16;
/** How many entries a set has, as a power of two. They are side by side and fill one line of the processor's cache. */
const WAY_BITS = 2;

const ENTRY = 4;
const SET: number = ENTRY << WAY_BITS;
const SET_MASK: number = (1 << (ENTRY_BITS - WAY_BITS)) - 1;

/** Which bits of two words belong to a piece, by its length of 0 to 8 bytes. */
const FIRST_MASK: Int32Array = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
const SECOND_MASK: Int32Array = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);

/**
 * Remembers the tokens of pieces, because nine of ten have been seen before. A piece can be in four places, which it
 * shares with others of the same hash; the last four that were used stay. With only one place for each, frequent words
 * would keep replacing each other, and prose would spend a quarter of its time on merging them again.
 *
 * An entry holds the whole piece and its tokens, so that one access to memory finds both. The piece and its length are
 * compared in full; the hash only says where to look. The tables have a fixed size, whatever is encoded: 2.25 MB,
 * including those for longer pieces.
 */
export class PieceCache {
  readonly #merge: PieceMerge;
  readonly #long: LongPieceCache;
  /**
   * Pieces of up to 8 bytes, four integers each. A piece of more than three tokens has count 0: its tokens are in the
   * cache for long pieces.
   *
   *     bit 31      28 27     24 23  22 21    18 17                0
   *        ┌───────────────────────────────────────────────────────┐
   *      0 │ bytes 0 to 3 of the piece                             │
   *      1 │ bytes 4 to 7                                          │
   *        ├──────────┬─────────┬──────┬────────┬──────────────────┤
   *      2 │          │ token 3,│ count│ length │ token 1          │
   *        │          │ high 4  │      │        │                  │
   *        ├──────────┴─────────┴──────┴────────┼──────────────────┤
   *      3 │ token 3, low 14 bits               │ token 2          │
   *        └────────────────────────────────────┴──────────────────┘
   */
  readonly #entries = new Int32Array(ENTRY << ENTRY_BITS);

  constructor(merge: PieceMerge) {
    this.#merge = merge;
    this.#long = new LongPieceCache(merge);
  }

  /**
   * Encodes `count` pieces, each from one of `bounds` to the next. Writes their tokens from index `from` on, and after
   * them up to five numbers without meaning. Returns the index after the last token. `view` must be of the same bytes,
   * with at least 16 more after the last piece.
   */
  encode(bytes: Uint8Array, view: DataView, bounds: Int32Array, count: number, out: Int32Array, from: number): number {
    let at = from;
    let start = bounds[0]!;
    for (let i = 1; i <= count; i++) {
      const end = bounds[i]!;
      const length = end - start;
      if (length > 8) {
        at = this.#long.encode(bytes, view, start, end, out, at);
      } else {
        const first = view.getInt32(start, true) & FIRST_MASK[length]!;
        const second = view.getInt32(start + 4, true) & SECOND_MASK[length]!;
        const hash = Math.imul(first, PRIME_1) ^ Math.imul(second + length, PRIME_2);
        const entry = ((hash ^ (hash >>> 15)) & SET_MASK) * SET;
        if (this.#holds(entry, first, second, length) || this.#find(entry, first, second, length)) {
          const tokens = this.#recall(entry, out, at);
          at = tokens === 0 ? this.#long.encode(bytes, view, start, end, out, at) : at + tokens;
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
   * Looks for a piece in the other places of a set. If it is there, it moves to the first place; if not, the first place
   * becomes free for it. The others move back by one.
   */
  #find(set: number, first: number, second: number, length: number): boolean {
    const entries = this.#entries;
    let entry = set + ENTRY;
    while (entry < set + SET && !this.#holds(entry, first, second, length)) entry += ENTRY;
    const isFound = entry < set + SET;
    // If it is not there, the one in the last place is forgotten.
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

  /** Writes the tokens of an entry, and returns how many there are. Always writes three numbers. */
  #recall(entry: number, out: Int32Array, at: number): number {
    const entries = this.#entries;
    const meta = entries[entry + 2]!;
    const more = entries[entry + 3]!;
    // A branch on the number of tokens would be mispredicted too often.
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
