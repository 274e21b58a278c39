import { TOKEN_BYTES, TOKEN_COUNT } from "../merges.generated.js";
import { bytesOfFirstTokens, FIRST_MERGED, merges } from "../merges.js";

/** Bytes that may be read beyond a token, so that tokens can be copied eight bytes at a time. */
const SLACK = 16;

const LENGTH_BITS = 8;
const LENGTH_MASK: number = (1 << LENGTH_BITS) - 1;

// The arrays are constants of the module, empty until somebody asks for the vocabulary and no burden until then: a loop
// over them is faster where the compiler knows where they are.

const bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_MERGED * SLACK + TOKEN_BYTES - FIRST_MERGED + SLACK);

/**
 * The bytes of all tokens. No eight of them, at whatever place, are a NaN if they are read as a number, so that they
 * can be copied as numbers: an engine may change the bits of a NaN, and of no other.
 */
export const tokenBytes: DataView<ArrayBuffer> = new DataView(bytes.buffer);

/** Where each token's bytes stand: see {@link startOf} and {@link lengthOf}. */
export const tokenSpans: Int32Array<ArrayBuffer> = new Int32Array(TOKEN_COUNT);

/** The index of the first byte that a span means. */
export function startOf(span: number): number {
  return span >>> LENGTH_BITS;
}

/** How many bytes a span means. */
export function lengthOf(span: number): number {
  return span & LENGTH_MASK;
}

let isUnpacked = false;

/** Fills {@link tokenBytes} and {@link tokenSpans}, when first called. */
export function unpackVocabulary(): void {
  if (isUnpacked) return;
  const left = new Int32Array(TOKEN_COUNT);
  const right = new Int32Array(TOKEN_COUNT);
  merges().readAll(left, right);
  // Single bytes stand apart: FE next to FF is the end of a NaN.
  const firstBytes = bytesOfFirstTokens();
  let at = 0;
  for (let token = 0; token < FIRST_MERGED; token++) {
    tokenSpans[token] = (at << LENGTH_BITS) | 1;
    bytes[at] = firstBytes[token]!;
    at += SLACK;
  }
  // Both parts of a merge come before it, so their bytes are there already.
  for (let token = FIRST_MERGED; token < TOKEN_COUNT; token++) {
    const l = tokenSpans[left[token]!]!;
    const r = tokenSpans[right[token]!]!;
    tokenSpans[token] = (at << LENGTH_BITS) | (lengthOf(l) + lengthOf(r));
    for (let from = startOf(l), end = from + lengthOf(l); from < end; from++) bytes[at++] = bytes[from]!;
    for (let from = startOf(r), end = from + lengthOf(r); from < end; from++) bytes[at++] = bytes[from]!;
  }
  isUnpacked = true;
}

/**
 * Whether an id is a token of o200k_base: those are the ids from 0 to 199,997, which are also ranks. Special tokens are
 * others.
 */
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
