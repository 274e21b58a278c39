import { BYTES_OF_FIRST_TOKENS, DIGITS, MERGES, TOKEN_COUNT } from "./merges.generated.js";

/** The first token that is made of two others; those before it are the single bytes. */
export const FIRST_MERGED = 256;
export const MERGE_COUNT: number = TOKEN_COUNT - FIRST_MERGED;

/** Unpacks the merges: the left and the right token of each, from token 256 on. */
export function unpackMerges(): { left: Int32Array; right: Int32Array } {
  const digitValue = new Uint8Array(128);
  for (let value = 0; value < DIGITS.length; value++) digitValue[DIGITS.charCodeAt(value)] = value;
  // As bytes, because charCodeAt on a string of a million characters takes three times as long.
  const digits = new Uint8Array(MERGES.length);
  new TextEncoder().encodeInto(MERGES, digits);
  const left = new Int32Array(MERGE_COUNT);
  const right = new Int32Array(MERGE_COUNT);
  for (let i = 0; i < MERGE_COUNT; i++) {
    left[i] =
      (digitValue[digits[i]!]! << 12) |
      (digitValue[digits[i + MERGE_COUNT]!]! << 6) |
      digitValue[digits[i + 2 * MERGE_COUNT]!]!;
    right[i] =
      (digitValue[digits[i + 3 * MERGE_COUNT]!]! << 12) |
      (digitValue[digits[i + 4 * MERGE_COUNT]!]! << 6) |
      digitValue[digits[i + 5 * MERGE_COUNT]!]!;
  }
  return { left, right };
}

/** The byte that each of the tokens 0 to 255 stands for. */
export function bytesOfFirstTokens(): Uint8Array {
  return Uint8Array.from({ length: FIRST_MERGED }, (_, token) =>
    Number.parseInt(BYTES_OF_FIRST_TOKENS.slice(token * 2, token * 2 + 2), 16),
  );
}
