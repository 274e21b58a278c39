import { TOKEN_COUNT } from "./merges.generated.js";
import { bytesOfFirstTokens, FIRST_MERGED, merges } from "./merges.js";

/** Bytes that may be read beyond a token, so that tokens can be copied eight bytes at a time. */
const SLACK = 16;

const LENGTH_BITS = 8;
const LENGTH_MASK: number = (1 << LENGTH_BITS) - 1;

/** The tokens of o200k_base, special ones excluded: ids from 0 to {@link Vocabulary.size} - 1, which are also ranks. */
export class Vocabulary {
  readonly size: number = TOKEN_COUNT;
  /**
   * The bytes of all tokens. No eight of them, at whatever place, are a NaN if they are read as a number: so they can be copied
   * as numbers: an engine may change the bits of a NaN, and of no other.
   */
  readonly view: DataView;
  /** Where each token's bytes stand: see {@link startOf} and {@link lengthOf}. */
  readonly spans: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, spans: Int32Array) {
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.spans = spans;
  }

  /** The bytes of a token. */
  bytesOf(token: number): Uint8Array {
    const span = this.spans[token]!;
    const start = startOf(span);
    return this.#bytes.subarray(start, start + lengthOf(span));
  }
}

/** The index of the first byte that a span means. */
export function startOf(span: number): number {
  return span >>> LENGTH_BITS;
}

/** How many bytes a span means. */
export function lengthOf(span: number): number {
  return span & LENGTH_MASK;
}

let unpacked: Vocabulary | undefined;

/** The vocabulary, unpacked when first asked for and shared from then on. */
export function vocabulary(): Vocabulary {
  unpacked ??= unpack();
  return unpacked;
}

function unpack(): Vocabulary {
  const left = new Int32Array(TOKEN_COUNT);
  const right = new Int32Array(TOKEN_COUNT);
  merges().readAll(left, right);
  const spans = new Int32Array(TOKEN_COUNT);
  // Single bytes stand apart: FE next to FF is the end of a NaN.
  let end = 0;
  for (let token = 0; token < FIRST_MERGED; token++) {
    spans[token] = (end << LENGTH_BITS) | 1;
    end += SLACK;
  }
  for (let token = FIRST_MERGED; token < TOKEN_COUNT; token++) {
    const length = lengthOf(spans[left[token]!]!) + lengthOf(spans[right[token]!]!);
    spans[token] = (end << LENGTH_BITS) | length;
    end += length;
  }
  const bytes = new Uint8Array(end + SLACK);
  const firstBytes = bytesOfFirstTokens();
  for (let token = 0; token < FIRST_MERGED; token++) bytes[startOf(spans[token]!)] = firstBytes[token]!;
  // Both parts of a merge come before it, so their bytes are there already.
  let at = startOf(spans[FIRST_MERGED]!);
  for (let token = FIRST_MERGED; token < TOKEN_COUNT; token++) {
    for (const span of [spans[left[token]!]!, spans[right[token]!]!]) {
      const start = startOf(span);
      for (let from = start, stop = start + lengthOf(span); from < stop; from++) bytes[at++] = bytes[from]!;
    }
  }
  return new Vocabulary(bytes, spans);
}
