import type { ShortMerge } from "./short-merge.js";

/** Bytes of a piece that is kept at most. */
export const CACHED_PIECE_LIMIT = 32;

const SMALL_BITS = 16;
const MEDIUM_BITS = 15;
const LARGE_BITS = 13;

export class PieceCache {
  readonly #short: ShortMerge;
  readonly #small = new Int32Array(4 << SMALL_BITS);
  readonly #medium = new Int32Array(8 << MEDIUM_BITS);
  readonly #large = new Int32Array(16 << LARGE_BITS);

  constructor(short: ShortMerge) {
    this.#short = short;
  }

  encode(bytes: Uint8Array, view: DataView, start: number, end: number, out: Int32Array, at: number): number {
    const length = end - start;
    if (length <= 8) {
      const small = this.#small;
      const first = view.getInt32(start, true) & FIRST_MASK[length]!;
      const second = view.getInt32(start + 4, true) & SECOND_MASK[length]!;
      const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + length, 0x85ebca77);
      const slot = ((hash ^ (hash >>> 15)) & ((1 << SMALL_BITS) - 1)) << 2;
      // length << 18 | token 1 | count << 22 | token 3 high 8 bits; token 2 | token 3 low 14
      const meta = small[slot + 2]!;
      if (small[slot] === first && small[slot + 1] === second && ((meta >>> 18) & 15) === length) {
        out[at] = meta & 0x3ffff;
        const count = (meta >>> 22) & 3;
        if (count === 1) return at + 1;
        const more = small[slot + 3]!;
        out[at + 1] = more & 0x3ffff;
        if (count === 2) return at + 2;
        out[at + 2] = (more >>> 18) | ((meta >>> 24) << 14);
        return at + 3;
      }
      const result = this.#short.merge(bytes, start, end, out, at);
      const count = result - at;
      if (count <= 3) {
        const third = count > 2 ? out[at + 2]! : 0;
        small[slot] = first;
        small[slot + 1] = second;
        small[slot + 2] = out[at]! | (length << 18) | (count << 22) | ((third >>> 14) << 24);
        small[slot + 3] = (count > 1 ? out[at + 1]! : 0) | (third << 18);
      }
      return result;
    }
    const words = (length + 3) >> 2;
    let hash = length;
    const tail = FIRST_MASK[((length - 1) & 3) + 1]!;
    let i = 0;
    for (; i < words - 1; i++) hash = Math.imul(hash ^ view.getInt32(start + i * 4, true), 0x9e3779b1) ^ (hash >>> 15);
    const lastWord = view.getInt32(start + i * 4, true) & tail;
    hash = Math.imul(hash ^ lastWord, 0x9e3779b1);
    hash ^= hash >>> 15;
    const table = length <= 16 ? this.#medium : this.#large;
    const keyWords = length <= 16 ? 4 : 8;
    const slot = length <= 16 ? (hash & ((1 << MEDIUM_BITS) - 1)) << 3 : (hash & ((1 << LARGE_BITS) - 1)) << 4;
    // key words; length << 8 | count; tokens
    const meta = table[slot + keyWords]!;
    if (meta >>> 8 === length && table[slot + words - 1] === lastWord) {
      let same = true;
      for (let i = 0; i < words - 1; i++) {
        if (table[slot + i] !== view.getInt32(start + i * 4, true)) {
          same = false;
          break;
        }
      }
      if (same) {
        const count = meta & 255;
        const from = slot + keyWords + 1;
        for (let i = 0; i < count; i++) out[at + i] = table[from + i]!;
        return at + count;
      }
    }
    const result = this.#short.merge(bytes, start, end, out, at);
    const count = result - at;
    if (count < keyWords) {
      for (let i = 0; i < words - 1; i++) table[slot + i] = view.getInt32(start + i * 4, true);
      table[slot + words - 1] = lastWord;
      table[slot + keyWords] = (length << 8) | count;
      for (let i = 0; i < count; i++) table[slot + keyWords + 1 + i] = out[at + i]!;
    }
    return result;
  }
}

const FIRST_MASK: Int32Array = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
const SECOND_MASK: Int32Array = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);
