import type { PieceMerge } from "./piece-merge.js";

/** Bytes of a piece that is kept at most: 99 of 100 pieces of ordinary text are shorter. */
const CACHED_PIECE_LIMIT = 32;

// Entries, as powers of two. More would hold more of a text's words but fall out of the processor's cache: doubling them
// gains 2 % on a second pass, halving them costs 10 %. 2.5 MB in all, whatever is encoded.
const SMALL_BITS = 16;
const MEDIUM_BITS = 15;
const LARGE_BITS = 13;

/**
 * Tokens of a medium or large entry at most. The meta is length | count << 6 | the two high bits of each token from bit 10
 * on; so two tokens of 18 bits fit into one integer more. Without that one in ten pieces of other languages than English would not be kept.
 */
const TOKEN_LIMIT = 11;

/** Which bits of two words belong to a piece of 0 to 8 bytes. */
const FIRST_MASK: Int32Array = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
const SECOND_MASK: Int32Array = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);

/**
 * Remembers the tokens of pieces, since nine of ten were seen before. A new piece takes the place of whatever had its slot.
 *
 * An entry holds the whole piece and its tokens, in one line of the processor's cache: finding it is one access to memory. The
 * piece is compared in full, and its length too; the hash only says where to look. There are three tables, for pieces to 8, 16
 * and 32 bytes, so that short ones do not pay for long ones.
 */
export class PieceCache {
  readonly #merge: PieceMerge;
  /**
   * Four integers: bytes 0-3, bytes 4-7, token 1 | length << 18 | count << 22 | token 3 >> 14 << 24, token 2 | token 3 << 18.
   * A piece of more than three tokens has count 0, and is in the table of medium ones.
   */
  readonly #small = new Int32Array(4 << SMALL_BITS);
  /** Eight integers: four of bytes, the meta (see {@link TOKEN_LIMIT}), three with the low halves of six tokens. */
  readonly #medium = new Int32Array(8 << MEDIUM_BITS);
  /** Sixteen integers: eight of bytes, the meta, seven with the low halves of tokens. */
  readonly #large = new Int32Array(16 << LARGE_BITS);

  constructor(merge: PieceMerge) {
    this.#merge = merge;
  }

  /**
   * Encodes a piece, which is remembered unless it is longer than {@link CACHED_PIECE_LIMIT}; writes its tokens and gives the index after the last.
   * `view` is of the same bytes, of which seven must be there after the piece, whatever they are.
   */
  encode(bytes: Uint8Array, view: DataView, start: number, end: number, out: Int32Array, at: number): number {
    const length = end - start;
    if (length > 8) return this.#encodeLonger(bytes, view, start, end, out, at);
    const small = this.#small;
    const first = view.getInt32(start, true) & FIRST_MASK[length]!;
    const second = view.getInt32(start + 4, true) & SECOND_MASK[length]!;
    const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + length, 0x85ebca77);
    const slot = ((hash ^ (hash >>> 15)) & ((1 << SMALL_BITS) - 1)) << 2;
    const meta = small[slot + 2]!;
    if (small[slot] === first && small[slot + 1] === second && ((meta >>> 18) & 15) === length) {
      out[at] = meta & 0x3ffff;
      const count = (meta >>> 22) & 3;
      if (count === 1) return at + 1;
      if (count === 0) return this.#encodeLonger(bytes, view, start, end, out, at);
      const more = small[slot + 3]!;
      out[at + 1] = more & 0x3ffff;
      if (count === 2) return at + 2;
      out[at + 2] = (more >>> 18) | ((meta >>> 24) << 14);
      return at + 3;
    }

    const after = this.#merge.merge(bytes, start, end, out, at);
    const count = after - at;
    small[slot] = first;
    small[slot + 1] = second;
    if (count > 3) {
      small[slot + 2] = length << 18;
    } else {
      const third = count > 2 ? out[at + 2]! : 0;
      small[slot + 2] = out[at]! | (length << 18) | (count << 22) | ((third >>> 14) << 24);
      small[slot + 3] = (count > 1 ? out[at + 1]! : 0) | (third << 18);
    }
    return after;
  }

  #encodeLonger(bytes: Uint8Array, view: DataView, start: number, end: number, out: Int32Array, at: number): number {
    const length = end - start;
    if (length > CACHED_PIECE_LIMIT) return this.#merge.merge(bytes, start, end, out, at);
    const isLarge = length > 16;
    const table = isLarge ? this.#large : this.#medium;
    const keyWords = isLarge ? 8 : 4;
    const lastKey = ((length + 3) >> 2) - 1;

    let hash = length;
    for (let i = 0; i < lastKey; i++) {
      hash = Math.imul(hash ^ view.getInt32(start + i * 4, true), 0x9e3779b1) ^ (hash >>> 15);
    }
    const lastWord = view.getInt32(start + lastKey * 4, true) & FIRST_MASK[((length - 1) & 3) + 1]!;
    hash = Math.imul(hash ^ lastWord, 0x9e3779b1);
    hash ^= hash >>> 15;
    const slot = isLarge ? (hash & ((1 << LARGE_BITS) - 1)) << 4 : (hash & ((1 << MEDIUM_BITS) - 1)) << 3;

    const meta = table[slot + keyWords]!;
    const tokens = slot + keyWords + 1;
    if ((meta & 63) === length && table[slot + lastKey] === lastWord) {
      let i = 0;
      while (i < lastKey && table[slot + i] === view.getInt32(start + i * 4, true)) i++;
      if (i === lastKey) {
        const count = (meta >>> 6) & 15;
        for (let j = 0; j < count; j++) {
          const low = (table[tokens + (j >> 1)]! >>> ((j & 1) << 4)) & 0xffff;
          out[at + j] = low | (((meta >>> (10 + 2 * j)) & 3) << 16);
        }
        return at + count;
      }
    }

    const after = this.#merge.merge(bytes, start, end, out, at);
    const count = after - at;
    if (count <= TOKEN_LIMIT && count <= 2 * (keyWords - 1)) {
      for (let i = 0; i < lastKey; i++) table[slot + i] = view.getInt32(start + i * 4, true);
      table[slot + lastKey] = lastWord;
      let newMeta = length | (count << 6);
      for (let j = 0; j < count; j++) {
        const token = out[at + j]!;
        newMeta |= (token >>> 16) << (10 + 2 * j);
        if ((j & 1) === 0) table[tokens + (j >> 1)] = token & 0xffff;
        else table[tokens + (j >> 1)]! |= token << 16;
      }
      table[slot + keyWords] = newMeta;
    }
    return after;
  }
}
