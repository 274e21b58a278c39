import { TOKEN_COUNT } from "./merges.generated.js";
import { bytesOfFirstTokens, FIRST_MERGED, LARGEST_GROUP, merges } from "./merges.js";

/** The tokens of o200k_base, special ones excluded: ids from 0 to {@link Vocabulary.size} - 1, which are also ranks. */
export interface Vocabulary {
  readonly size: number;
  /** The bytes of all tokens, one after the other. */
  readonly bytes: Uint8Array;
  /** The same, as a view; it goes on for {@link VOCABULARY_SLACK} bytes after the last token. */
  readonly view: DataView;
  /** Where each token's bytes begin in `bytes`; with one entry more, where the last one's end. */
  readonly starts: Uint32Array;
}

/** Bytes that may be read beyond a token, so that tokens can be copied in words. */
export const VOCABULARY_SLACK = 8;

let unpacked: Vocabulary | undefined;

/** The vocabulary, unpacked when first asked for and shared from then on. */
export function vocabulary(): Vocabulary {
  unpacked ??= unpack();
  return unpacked;
}

function unpack(): Vocabulary {
  const left = new Int32Array(TOKEN_COUNT);
  const right = new Int32Array(TOKEN_COUNT);
  const rights = new Int32Array(LARGEST_GROUP);
  const tokens = new Int32Array(LARGEST_GROUP);
  for (let l = 0; l < TOKEN_COUNT; l++) {
    const count = merges().read(l, rights, tokens);
    for (let i = 0; i < count; i++) {
      left[tokens[i]!] = l;
      right[tokens[i]!] = rights[i]!;
    }
  }
  const starts = new Uint32Array(TOKEN_COUNT + 1);
  for (let token = 0; token < FIRST_MERGED; token++) starts[token + 1] = token + 1;
  for (let token = FIRST_MERGED; token < TOKEN_COUNT; token++) {
    const l = left[token]!;
    const r = right[token]!;
    starts[token + 1] = starts[token]! + (starts[l + 1]! - starts[l]!) + (starts[r + 1]! - starts[r]!);
  }
  const bytes = new Uint8Array(starts[TOKEN_COUNT]! + VOCABULARY_SLACK);
  bytes.set(bytesOfFirstTokens());
  // Both parts of a merge come before it, so their bytes are there already.
  let at = FIRST_MERGED;
  for (let token = FIRST_MERGED; token < TOKEN_COUNT; token++) {
    const l = left[token]!;
    const r = right[token]!;
    for (let from = starts[l]!, end = starts[l + 1]!; from < end; from++) bytes[at++] = bytes[from]!;
    for (let from = starts[r]!, end = starts[r + 1]!; from < end; from++) bytes[at++] = bytes[from]!;
  }
  return { size: TOKEN_COUNT, bytes, view: new DataView(bytes.buffer), starts };
}
