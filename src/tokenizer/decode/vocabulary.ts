import { HarmonyError } from "../../errors.js";
import { TOKEN_BYTES, TOKEN_COUNT } from "../merges.generated.js";
import { bytesOfFirstTokens, FIRST_MERGED, merges } from "../merges.js";

/** Bytes that may be read beyond the end of a token, because tokens are copied eight bytes at a time. */
const SLACK = 16;

// A span says where a token's bytes stand:
//
//     bit 31                  8 7         0
//        ┌─────────────────────┬───────────┐
//        │ start (24 bits)     │ length (8)│
//        └─────────────────────┴───────────┘
const LENGTH_BITS = 8;
const LENGTH_MASK: number = (1 << LENGTH_BITS) - 1;

// The arrays are constants of the module, because a loop over them is faster if the compiler knows where they are. They
// cost nothing until the vocabulary is unpacked.

const bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_MERGED * SLACK + TOKEN_BYTES - FIRST_MERGED + SLACK);

/**
 * The bytes of all tokens. No eight consecutive bytes are a NaN when they are read as a number, so they can be copied as
 * numbers: an engine may change the bits of a NaN, but not those of any other number.
 */
export const tokenBytes: DataView<ArrayBuffer> = new DataView(bytes.buffer);

/** The span of each token's bytes: see {@link startOf} and {@link lengthOf}. */
export const tokenSpans: Int32Array<ArrayBuffer> = new Int32Array(TOKEN_COUNT);

/** The index of the first byte of a span. */
export function startOf(span: number): number {
  return span >>> LENGTH_BITS;
}

/** How many bytes a span has. */
export function lengthOf(span: number): number {
  return span & LENGTH_MASK;
}

let isUnpacked = false;

/** Fills {@link tokenBytes} and {@link tokenSpans}, if that has not been done. */
export function unpackVocabulary(): void {
  if (isUnpacked) return;
  const left = new Int32Array(TOKEN_COUNT);
  const right = new Int32Array(TOKEN_COUNT);
  merges().readAll(left, right);
  // Single bytes stand apart from each other: FE next to FF would be the end of a NaN.
  const firstBytes = bytesOfFirstTokens();
  let at = 0;
  for (let token = 0; token < FIRST_MERGED; token++) {
    tokenSpans[token] = (at << LENGTH_BITS) | 1;
    bytes[at] = firstBytes[token]!;
    at += SLACK;
  }
  // Both tokens of a merge come before the merged one, so their bytes are already there.
  for (let token = FIRST_MERGED; token < TOKEN_COUNT; token++) {
    const l = tokenSpans[left[token]!]!;
    const r = tokenSpans[right[token]!]!;
    tokenSpans[token] = (at << LENGTH_BITS) | (lengthOf(l) + lengthOf(r));
    for (let from = startOf(l), end = from + lengthOf(l); from < end; from++) bytes[at++] = bytes[from]!;
    for (let from = startOf(r), end = from + lengthOf(r); from < end; from++) bytes[at++] = bytes[from]!;
  }
  isUnpacked = true;
}

/** Whether an id is a token of o200k_base, from 0 to 199,997, which is also its rank. Special tokens are not. */
export function isOrdinaryToken(token: number): boolean {
  return token >= 0 && token < TOKEN_COUNT && Number.isInteger(token);
}

/** The bytes of an ordinary token. */
export function bytesOf(token: number): Uint8Array {
  unpackVocabulary();
  const span = tokenSpans[token]!;
  const start = startOf(span);
  return bytes.subarray(start, start + lengthOf(span));
}

/**
 * Throws the error for an id that does not stand for a token.
 * @param index The index of the id among all that are decoded.
 * @throws TypeError if it is not a number, RangeError if it is not an integer from 0 on: a mistake of the program.
 * @throws HarmonyError `unknown-token` if the vocabulary does not have it.
 */
export function refuseToken(token: number, index: number): never {
  if (typeof token !== "number") throw new TypeError(`a token id is a number, not ${typeof token} (tokens[${index}])`);
  if (!Number.isInteger(token) || token < 0) {
    throw new RangeError(`a token id is an integer from 0 on, not ${token} (tokens[${index}])`);
  }
  throw new HarmonyError("unknown-token", `Invalid token for decoding: ${token}`, { tokenIndex: index });
}
