import type { PieceMerge } from "./merge.js";
import { PRIME_1, PRIME_2, PRIME_3 } from "./pair-table.js";

/** The longest piece that is remembered, in bytes. In ordinary text, 99 of 100 pieces are shorter. */
const LONGEST = 32;

// The numbers of entries, as powers of two.
const MEDIUM_BITS = 15;
const LARGE_BITS = 12;

/** How many tokens a medium entry has room for. */
const MEDIUM_TOKENS = 6;
/** How many tokens a large entry has room for. */
const LARGE_TOKENS = 11;

const MEDIUM_ENTRY = 8;
const MEDIUM_MASK: number = (1 << MEDIUM_BITS) - 1;
const LARGE_ENTRY = 16;
const LARGE_KEY = 8;
const LARGE_MASK: number = (1 << LARGE_BITS) - 1;

/** Which bits of a word belong to a piece, by how many bytes of the piece are in it: 0 to 4. */
const WORD_MASK: Int32Array = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1);

/**
 * Remembers the tokens of pieces of 9 to 32 bytes, and of shorter ones with many tokens. They are one in ten pieces of
 * English, and one in three of other languages. Pieces of the same hash share one place; the last one stays.
 */
export class LongPieceCache {
  readonly #merge: PieceMerge;
  /**
   * Pieces of up to 16 bytes, eight integers each.
   *
   *     bit 31    26 25    23 22    18 17                0
   *        ┌─────────────────────────────────────────────┐
   *    0-3 │ bytes of the piece                          │
   *        ├─────────────────┬────────┬──────────────────┤
   *      4 │ count           │ length │ token 1          │
   *        ├─────────────────┴────────┼──────────────────┤
   *      5 │ token 5, low 14 bits     │ token 2          │
   *        ├──────────────────────────┼──────────────────┤
   *      6 │ token 6, low 14 bits     │ token 3          │
   *        ├────────┬────────┬────────┼──────────────────┤
   *      7 │        │ token 6│ token 5│ token 4          │
   *        │        │ high 4 │ high 4 │                  │
   *        └────────┴────────┴────────┴──────────────────┘
   */
  readonly #medium = new Int32Array(MEDIUM_ENTRY << MEDIUM_BITS);
  /**
   * Longer pieces, sixteen integers each. Two tokens of 18 bits fit into one integer because their two high bits are
   * kept apart, all in integer 8.
   *
   *     bit 31                 14 13    12 11    10 9     6 5      0
   *        ┌───────────────────────────────────────────────────────┐
   *    0-7 │ bytes of the piece                                    │
   *        ├─────────────────────┬────────┬────────┬───────┬───────┤
   *      8 │ the high 2 bits of  │ token 2│ token 1│ count │ length│
   *        │ tokens 11, 10 ... 3 │ high 2 │ high 2 │       │       │
   *        ├─────────────────┬───┴────────┴────────┴───────┴───────┤
   *      9 │ token 2, low 16 │ token 1, low 16                     │
   *     10 │ token 4, low 16 │ token 3, low 16                     │
   *   ...  │                 │                                     │
   *     14 │                 │ token 11, low 16                    │
   *        └─────────────────┴─────────────────────────────────────┘
   */
  readonly #large = new Int32Array(LARGE_ENTRY << LARGE_BITS);

  constructor(merge: PieceMerge) {
    this.#merge = merge;
  }

  /**
   * Encodes a piece. Writes its tokens from index `at` on, and after them up to five numbers without meaning. Returns
   * the index after the last token. `view` must be of the same bytes, with at least 16 from the start of the piece on.
   */
  encode(bytes: Uint8Array, view: DataView, start: number, end: number, out: Int32Array, at: number): number {
    const length = end - start;
    if (length > 16) return this.#encodeLarge(bytes, view, start, end, out, at);
    const medium = this.#medium;
    const w0 = view.getInt32(start, true) & wordMask(length);
    const w1 = view.getInt32(start + 4, true) & wordMask(length - 4);
    const w2 = view.getInt32(start + 8, true) & wordMask(length - 8);
    const w3 = view.getInt32(start + 12, true) & wordMask(length - 12);
    let hash = Math.imul(w0, PRIME_1) ^ Math.imul(w1 + length, PRIME_2);
    hash = Math.imul(hash ^ (hash >>> 15) ^ w2, PRIME_1) ^ Math.imul(w3, PRIME_3);
    const entry = ((hash ^ (hash >>> 16)) & MEDIUM_MASK) * MEDIUM_ENTRY;
    const head = medium[entry + 4]!;
    if (
      medium[entry] === w0 &&
      medium[entry + 1] === w1 &&
      medium[entry + 2] === w2 &&
      medium[entry + 3] === w3 &&
      ((head >>> 18) & 31) === length
    ) {
      const second = medium[entry + 5]!;
      const third = medium[entry + 6]!;
      const fourth = medium[entry + 7]!;
      out[at] = head & 0x3ffff;
      out[at + 1] = second & 0x3ffff;
      out[at + 2] = third & 0x3ffff;
      out[at + 3] = fourth & 0x3ffff;
      out[at + 4] = (second >>> 18) | (((fourth >>> 18) & 15) << 14);
      out[at + 5] = (third >>> 18) | ((fourth >>> 22) << 14);
      return at + (head >>> 23);
    }
    const after = this.#merge.merge(bytes, start, end, out, at);
    const count = after - at;
    if (count <= MEDIUM_TOKENS) {
      const fifth = count > 4 ? out[at + 4]! : 0;
      const sixth = count > 5 ? out[at + 5]! : 0;
      medium[entry] = w0;
      medium[entry + 1] = w1;
      medium[entry + 2] = w2;
      medium[entry + 3] = w3;
      medium[entry + 4] = out[at]! | (length << 18) | (count << 23);
      medium[entry + 5] = (count > 1 ? out[at + 1]! : 0) | (fifth << 18);
      medium[entry + 6] = (count > 2 ? out[at + 2]! : 0) | (sixth << 18);
      medium[entry + 7] = (count > 3 ? out[at + 3]! : 0) | ((fifth >>> 14) << 18) | ((sixth >>> 14) << 22);
    }
    return after;
  }

  #encodeLarge(bytes: Uint8Array, view: DataView, start: number, end: number, out: Int32Array, at: number): number {
    const length = end - start;
    if (length > LONGEST) return this.#merge.merge(bytes, start, end, out, at);
    const large = this.#large;
    const last = ((length + 3) >> 2) - 1;

    let hash = length;
    for (let i = 0; i < last; i++) {
      hash = Math.imul(hash ^ view.getInt32(start + i * 4, true), PRIME_1) ^ (hash >>> 15);
    }
    const lastWord = view.getInt32(start + last * 4, true) & wordMask(length - last * 4);
    hash = Math.imul(hash ^ lastWord, PRIME_1);
    const entry = ((hash ^ (hash >>> 15)) & LARGE_MASK) * LARGE_ENTRY;

    const meta = large[entry + LARGE_KEY]!;
    const tokens = entry + LARGE_KEY + 1;
    if ((meta & 63) === length && large[entry + last] === lastWord) {
      let i = 0;
      while (i < last && large[entry + i] === view.getInt32(start + i * 4, true)) i++;
      if (i === last) {
        const count = (meta >>> 6) & 15;
        for (let j = 0; j < count; j++) {
          const low = (large[tokens + (j >> 1)]! >>> ((j & 1) << 4)) & 0xffff;
          out[at + j] = low | (((meta >>> (10 + 2 * j)) & 3) << 16);
        }
        return at + count;
      }
    }

    const after = this.#merge.merge(bytes, start, end, out, at);
    const count = after - at;
    if (count <= LARGE_TOKENS) {
      for (let i = 0; i < last; i++) large[entry + i] = view.getInt32(start + i * 4, true);
      large[entry + last] = lastWord;
      let newMeta = length | (count << 6);
      for (let j = 0; j < count; j++) {
        const token = out[at + j]!;
        newMeta |= (token >>> 16) << (10 + 2 * j);
        if ((j & 1) === 0) large[tokens + (j >> 1)] = token & 0xffff;
        else large[tokens + (j >> 1)]! |= token << 16;
      }
      large[entry + LARGE_KEY] = newMeta;
    }
    return after;
  }
}

function wordMask(bytes: number): number {
  return WORD_MASK[Math.max(0, Math.min(bytes, 4))]!;
}
