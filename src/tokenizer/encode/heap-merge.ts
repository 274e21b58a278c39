import { findMerge, NO_MERGE, type PairTable } from "./pair-table.js";

/** Bytes of the windows that most long pieces are merged in. */
const USUAL_LENGTH = 1024;
/** Positions in a heap entry; pieces are shorter than that. */
const POSITIONS = 2 ** 32;

/**
 * Byte-pair merging of any length in n log n: the pairs of neighbours wait in a heap, lowest rank first. Entries are
 * not removed when their parts merge with others; they are recognised when they come up.
 */
export class HeapMerge {
  readonly #table: PairTable;
  /**
   * For the lengths that are usual; made new for each piece, the garbage of a text would be as large as all the tables.
   */
  #usual: Parts | undefined;
  /**
   * After {@link HeapMerge.merge}: for the position of each token, counted from the start, the position of the next.
   */
  next: Int32Array = new Int32Array(0);

  constructor(table: PairTable) {
    this.#table = table;
  }

  /** Merges the bytes from `start` to before `end`; writes the tokens and gives the index after the last. */
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, outAt: number): number {
    const table = this.#table;
    const { ofBytes, tokenOfByte, bitmap, slots, unloaded } = table;
    const length = end - start;
    const { tokens, ranks, next, previous, heap } = this.#partsFor(length);
    this.next = next;
    for (let i = 0; i < length; i++) {
      const token = tokenOfByte[bytes[start + i]!]!;
      if (unloaded[token] !== 0) table.load(token);
      tokens[i] = token;
      next[i] = i + 1;
      previous[i + 1] = i;
      const rank = i + 1 < length ? ofBytes[(bytes[start + i]! << 8) | bytes[start + i + 1]!]! : NO_MERGE;
      ranks[i] = rank;
      if (rank !== NO_MERGE) heap.push(rank * POSITIONS + i);
    }

    while (heap.size > 0) {
      const entry = heap.pop();
      const token = Math.floor(entry / POSITIONS);
      const position = entry - token * POSITIONS;
      if (ranks[position] !== token) continue;
      if (unloaded[token] !== 0) table.load(token);
      const eaten = next[position]!;
      const after = next[eaten]!;
      tokens[position] = token;
      next[position] = after;
      previous[after] = position;
      ranks[eaten] = NO_MERGE;
      const rank = after < length ? findMerge(bitmap, slots, token, tokens[after]!) : NO_MERGE;
      ranks[position] = rank;
      if (rank !== NO_MERGE) heap.push(rank * POSITIONS + position);
      if (position > 0) {
        const before = previous[position]!;
        const rank = findMerge(bitmap, slots, tokens[before]!, token);
        ranks[before] = rank;
        if (rank !== NO_MERGE) heap.push(rank * POSITIONS + before);
      }
    }

    let at = outAt;
    for (let i = 0; i < length; i = next[i]!) out[at++] = tokens[i]!;
    return at;
  }

  #partsFor(length: number): Parts {
    if (length > USUAL_LENGTH) return new Parts(length);
    this.#usual ??= new Parts(USUAL_LENGTH);
    return this.#usual;
  }
}

/**
 * What a piece is merged in. Parts stand where their first byte stands; one that was merged into its left neighbour has
 * rank NO_MERGE.
 */
class Parts {
  readonly tokens: Int32Array;
  readonly ranks: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Empty before a piece, and after it. */
  readonly heap: MinHeap = new MinHeap();

  constructor(length: number) {
    this.tokens = new Int32Array(length);
    this.ranks = new Int32Array(length);
    this.next = new Int32Array(length);
    this.previous = new Int32Array(length + 1);
  }
}

/** A binary heap of numbers, lowest first. */
class MinHeap {
  #items = new Float64Array(64);
  size = 0;

  push(item: number): void {
    if (this.size === this.#items.length) {
      const larger = new Float64Array(this.size * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    const items = this.#items;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= item) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  /** Takes the lowest; there must be one. */
  pop(): number {
    const items = this.#items;
    const lowest = items[0]!;
    const size = --this.size;
    const item = items[size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= item) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
    return lowest;
  }
}
