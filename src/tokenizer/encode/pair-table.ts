import { TOKEN_COUNT } from "../merges.generated.js";
import { bytesOfFirstTokens, FIRST_MERGED, LARGEST_GROUP, merges } from "../merges.js";

// Which two tokens merge, and into what. A token's id is also its rank, so the answer says how early the merge comes.
//
// Merging over pairs of tokens needs no strings of bytes, because every token is merged from exactly one pair (the
// generator of the merges proves it): 199,742 pairs of 36 bits, each with a token of 18 bits, fit two integers each.
//
// The table is filled as it is used: `load` has to be called for a token that is not `loaded` before it stands on the
// left of a pair that is looked up. Building the whole table takes 12 ms, what a first text needs of it 1 ms.
//
// The arrays are constants of the module and cost nothing until they are written to. Merging is faster by a tenth
// where the compiler knows where they are.

/** What a look-up gives for two tokens that do not merge: 18 bits, and higher than every token. */
export const NO_MERGE: number = 0x3ffff;

/**
 * Odd multipliers whose products spread well over the high bits: the primes of xxHash, the first of which is also
 * 2^32 divided by the golden ratio (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md).
 */
export const PRIME_1 = 0x9e3779b1;
export const PRIME_2 = 0x85ebca77;
export const PRIME_3 = 0xc2b2ae3d;

// The hash of a pair indexes both the bitmap and the slots by its high bits:
//
//     bit 31              14 13    10 9         0
//        ┌──────────────────┬────────┬───────────┐
//        │ slot (18 bits)   │        │           │
//        ├──────────────────┴────────┤           │
//        │ bit of the bitmap (22)    │           │
//        └───────────────────────────┴───────────┘
//
// There are four slots for three merges: 2.6 steps to find one, nearly all within a line of the processor's cache.
// Twice as many slots gain nothing, and would take 4 MB.
const SLOT_BITS = 18;
const SLOT_MASK: number = (1 << (SLOT_BITS + 1)) - 1;
// With twenty bits per merge, one in 21 pairs that do not merge passes on to the slots. With half as many bits, merging
// takes twice as long.
const BITMAP_BITS = 22;

/** The token that two bytes make, at `first << 8 | second`; {@link NO_MERGE} where they do not merge. */
export const ofBytes: Int32Array = new Int32Array(1 << 16);
/** The token that each single byte is. */
export const tokenOfByte: Int32Array = new Int32Array(256);
/** 1 for each token whose merges with others on its right are in the table. */
export const loaded: Uint8Array = new Uint8Array(TOKEN_COUNT);

/** The filter in front of the slots: four of five look-ups are for pairs that do not merge, and end here, in 512 KB. */
const bitmap: Int32Array = new Int32Array(1 << (BITMAP_BITS - 5));

/**
 * A hash table with open addressing, two integers for each slot. A token is not 0 where a slot is taken.
 *
 *     bit 31        22 21         18 17          4 3            0
 *        ┌──────────────────────────┬─────────────────────────────┐
 *      0 │ right, low 14 bits       │ left (18)                   │
 *        ├────────────┬─────────────┴──────────────┬──────────────┤
 *      1 │ (unused)   │ merged token (18)          │ right, high 4│
 *        └────────────┴────────────────────────────┴──────────────┘
 */
const slots: Int32Array = new Int32Array(1 << (SLOT_BITS + 1));

let byteOfToken: Uint8Array | undefined;
// Where a group is read into.
const rights: Int32Array = new Int32Array(LARGEST_GROUP);
const merged: Int32Array = new Int32Array(LARGEST_GROUP);

/** Has to be called before anything else here is used. */
export function preparePairTable(): void {
  if (byteOfToken !== undefined) return;
  byteOfToken = bytesOfFirstTokens();
  for (let token = 0; token < FIRST_MERGED; token++) tokenOfByte[byteOfToken[token]!] = token;
  ofBytes.fill(NO_MERGE);
}

function hashOf(left: number, right: number): number {
  return (Math.imul(left, PRIME_1) + Math.imul(right, PRIME_2)) | 0;
}

/** The token that two tokens merge into, or {@link NO_MERGE}. The left one must be {@link loaded}. */
export function findMerge(left: number, right: number): number {
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

/** Puts the merges of a token with others on its right into the table. */
export function load(left: number): void {
  loaded[left] = 1;
  const count = merges().read(left, rights, merged);
  for (let i = 0; i < count; i++) {
    const right = rights[i]!;
    const token = merged[i]!;
    const hash = hashOf(left, right);
    bitmap[hash >>> (32 - BITMAP_BITS + 5)]! |= 1 << ((hash >>> (32 - BITMAP_BITS)) & 31);
    let slot = (hash >>> (32 - SLOT_BITS)) << 1;
    while (slots[slot + 1] !== 0) slot = (slot + 2) & SLOT_MASK;
    slots[slot] = left | (right << 18);
    slots[slot + 1] = (right >>> 14) | (token << 4);
    if ((left | right) < FIRST_MERGED) ofBytes[(byteOfToken![left]! << 8) | byteOfToken![right]!] = token;
  }
}
