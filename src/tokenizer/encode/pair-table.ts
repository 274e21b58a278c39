import { TOKEN_COUNT } from "../merges.generated.js";
import { bytesOfFirstTokens, FIRST_MERGED, LARGEST_GROUP, type Merges } from "../merges.js";

/** What a look-up gives for two tokens that do not merge: higher than every token. */
export const NO_MERGE: number = 0x7fffff;

// Four slots for three merges: 2.6 steps to find one, nearly all within a line of the processor's cache. Twice as many
// slots gain nothing, and would take 4 MB.
const SLOT_BITS = 18;
const SLOT_MASK: number = (1 << (SLOT_BITS + 1)) - 1;
// Twenty bits per merge let 1 in 21 absent pairs through to the table. With half as many bits merging takes twice as
// long.
const BITMAP_BITS = 22;

/** The hash of a pair; its high bits index both bitmap and slots. */
function hashOf(left: number, right: number): number {
  return (Math.imul(left, 0x9e3779b1) + Math.imul(right, 0x85ebca77)) | 0;
}

/**
 * The token that two tokens merge into, or {@link NO_MERGE}. Takes the arrays of a table, so that a loop keeps them in
 * registers.
 */
export function findMerge(bitmap: Int32Array, slots: Int32Array, left: number, right: number): number {
  const hash = hashOf(left, right);
  if (((bitmap[hash >>> (32 - BITMAP_BITS + 5)]! >>> ((hash >>> (32 - BITMAP_BITS)) & 31)) & 1) === 0) return NO_MERGE;
  const low = left | (right << 18);
  const high = right >>> 14;
  for (let slot = (hash >>> (32 - SLOT_BITS)) << 1; ; slot = (slot + 2) & SLOT_MASK) {
    const second = slots[slot + 1]!;
    if (slots[slot] === low && (second & 15) === high) return second >>> 4;
    if (second === 0) return NO_MERGE;
  }
}

/**
 * Which two tokens merge, and into what. A token's id is also its rank, so the answer says how early the merge comes.
 *
 * Merging over pairs of tokens needs no strings of bytes, because every token is merged from exactly one pair (the
 * generator of the merges proves it): 199,742 pairs of 36 bits, each with a token of 18 bits, fit two integers each.
 *
 * The table is filled as it is used: {@link PairTable.load} has to be called for a token that is `unloaded` before it
 * stands on the left of a pair that is looked up. A whole table takes 12 ms to build, what a first text needs of it
 * one.
 */
export class PairTable {
  /** The token that two bytes make, at `first << 8 | second`; {@link NO_MERGE} where they do not merge. */
  readonly ofBytes: Int32Array = new Int32Array(1 << 16).fill(NO_MERGE);
  /** The token that each single byte is. */
  readonly tokenOfByte: Int32Array = new Int32Array(256);
  /** The filter in front of `slots`: four of five look-ups are for pairs that do not merge, and end here, in 512 KB. */
  readonly bitmap: Int32Array = new Int32Array(1 << (BITMAP_BITS - 5));
  /** Open addressing, two integers a slot: left | right << 18, right >> 14 | token << 4. */
  readonly slots: Int32Array = new Int32Array(1 << (SLOT_BITS + 1));
  /** 1 for each token whose merges with others on its right are not in the table yet. */
  readonly unloaded: Uint8Array = new Uint8Array(TOKEN_COUNT).fill(1);

  readonly #merges: Merges;
  readonly #byteOfToken: Uint8Array = bytesOfFirstTokens();
  readonly #rights = new Int32Array(LARGEST_GROUP);
  readonly #tokens = new Int32Array(LARGEST_GROUP);

  constructor(merges: Merges) {
    this.#merges = merges;
    for (let token = 0; token < FIRST_MERGED; token++) this.tokenOfByte[this.#byteOfToken[token]!] = token;
  }

  /** Puts the merges of a token with others on its right into the table. */
  load(left: number): void {
    this.unloaded[left] = 0;
    const rights = this.#rights;
    const tokens = this.#tokens;
    const count = this.#merges.read(left, rights, tokens);
    if (count === 0) return;
    const { bitmap, slots } = this;
    for (let i = 0; i < count; i++) {
      const right = rights[i]!;
      const token = tokens[i]!;
      const hash = hashOf(left, right);
      bitmap[hash >>> (32 - BITMAP_BITS + 5)]! |= 1 << ((hash >>> (32 - BITMAP_BITS)) & 31);
      let slot = (hash >>> (32 - SLOT_BITS)) << 1;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & SLOT_MASK;
      slots[slot] = left | (right << 18);
      slots[slot + 1] = (right >>> 14) | (token << 4);
      if ((left | right) < FIRST_MERGED) {
        this.ofBytes[(this.#byteOfToken[left]! << 8) | this.#byteOfToken[right]!] = token;
      }
    }
  }
}
