/**
 * Packs sequences into bins of a length by best fit, the longest first: each goes where the least room is left that it
 * fits into.
 * @param lengths Of the sequences; none is longer than a bin.
 * @returns The indices of the sequences in each bin. Bins come in the order of their first sequence, and so do sequences
 *   within a bin: nothing depends on more than the lengths and their order.
 */
export function packByBestFit(lengths: readonly number[], capacity: number): number[][] {
  const order = lengths.map((_, index) => index).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  // The bins by the room that is left in them, and for each amount of room whether there are any: a tree of maxima would
  // tell as much, but a bin of each size is found faster in a bitmap, for which lengths are small enough.
  const bins: number[][] = [];
  const byRoom = new Map<number, number[]>();
  const rooms = new RoomIndex(capacity);
  for (const index of order) {
    const length = lengths[index]!;
    const room = rooms.leastFrom(length);
    let bin: number;
    if (room === undefined) {
      bin = bins.length;
      bins.push([index]);
      put(bin, capacity - length);
      continue;
    }
    const list = byRoom.get(room)!;
    bin = list.pop()!;
    if (list.length === 0) {
      byRoom.delete(room);
      rooms.remove(room);
    }
    bins[bin]!.push(index);
    put(bin, room - length);
  }
  for (const bin of bins) bin.sort((a, b) => a - b);
  return bins.sort((a, b) => a[0]! - b[0]!);

  function put(bin: number, room: number): void {
    if (room === 0) return;
    const list = byRoom.get(room);
    if (list !== undefined) {
      list.push(bin);
      return;
    }
    byRoom.set(room, [bin]);
    rooms.add(room);
  }
}

/** A set of numbers up to a greatest one, in which the least from a number on is found quickly. */
class RoomIndex {
  /** Bits of the numbers, then bits of which words of these are not 0, and so on up to a single word. */
  readonly #levels: Uint32Array[] = [];

  constructor(greatest: number) {
    let size = greatest + 1;
    do {
      size = Math.ceil(size / 32);
      this.#levels.push(new Uint32Array(size));
    } while (size > 1);
  }

  add(value: number): void {
    let at = value;
    for (const level of this.#levels) {
      level[at >>> 5]! |= 1 << (at & 31);
      at >>>= 5;
    }
  }

  remove(value: number): void {
    let at = value;
    for (const level of this.#levels) {
      level[at >>> 5]! &= ~(1 << (at & 31));
      if (level[at >>> 5] !== 0) return;
      at >>>= 5;
    }
  }

  /** The least number that is not less than `value`; `undefined` if there is none. */
  leastFrom(value: number): number | undefined {
    let at = value;
    for (const [height, level] of this.#levels.entries()) {
      const word = at >>> 5 < level.length ? level[at >>> 5]! & (0xffffffff << (at & 31)) : 0;
      // A shift by 32 would be one by 0, but `at & 31` is never more than 31.
      if (word !== 0) return this.#descend(height, ((at >>> 5) << 5) | lowestBit(word));
      at = (at >>> 5) + 1;
    }
    return undefined;
  }

  #descend(height: number, found: number): number {
    let at = found;
    for (let level = height - 1; level >= 0; level--) at = (at << 5) | lowestBit(this.#levels[level]![at]!);
    return at;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
