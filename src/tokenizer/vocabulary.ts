import { BYTES_OF_FIRST_TOKENS, DIGITS, MERGES, TOKEN_COUNT } from "./merges.generated.js";

/** The tokens of o200k_base, special ones excluded: ids from 0 to {@link Vocabulary.size} - 1, which are also ranks. */
export interface Vocabulary {
  readonly size: number;
  /** The bytes of all tokens, one after the other. */
  readonly bytes: Uint8Array;
  /** Where each token's bytes begin in `bytes`; with one entry more, where the last one's end. */
  readonly starts: Uint32Array;
}

let unpacked: Vocabulary | undefined;

/** The vocabulary, unpacked when first asked for and shared from then on. */
export function vocabulary(): Vocabulary {
  unpacked ??= unpack();
  return unpacked;
}

function unpack(): Vocabulary {
  const valueOfDigit = new Uint8Array(128);
  for (let value = 0; value < DIGITS.length; value++) valueOfDigit[DIGITS.charCodeAt(value)] = value;
  const merges = TOKEN_COUNT - 256;
  const digit = (plane: number, merge: number) => valueOfDigit[MERGES.charCodeAt(plane * merges + merge)]!;
  const starts = new Uint32Array(TOKEN_COUNT + 1);
  const left = new Uint32Array(merges);
  const right = new Uint32Array(merges);
  for (let token = 0; token < 256; token++) starts[token + 1] = token + 1;
  for (let merge = 0; merge < merges; merge++) {
    const l = (digit(0, merge) << 12) | (digit(1, merge) << 6) | digit(2, merge);
    const r = (digit(3, merge) << 12) | (digit(4, merge) << 6) | digit(5, merge);
    left[merge] = l;
    right[merge] = r;
    starts[merge + 257] = starts[merge + 256]! + (starts[l + 1]! - starts[l]!) + (starts[r + 1]! - starts[r]!);
  }
  const bytes = new Uint8Array(starts[TOKEN_COUNT]!);
  for (let token = 0; token < 256; token++) {
    bytes[token] = Number.parseInt(BYTES_OF_FIRST_TOKENS.slice(token * 2, token * 2 + 2), 16);
  }
  for (let merge = 0; merge < merges; merge++) {
    let at = starts[merge + 256]!;
    for (const part of [left[merge]!, right[merge]!]) {
      const end = starts[part + 1]!;
      for (let from = starts[part]!; from < end; from++) bytes[at++] = bytes[from]!;
    }
  }
  return { size: TOKEN_COUNT, bytes, starts };
}
