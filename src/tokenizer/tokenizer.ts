import type { StreamDecoder } from "./decode/stream-decoder.js";

/** How special tokens in a text that is encoded are treated. The rules are those of tiktoken's `encode`. */
export interface EncodeOptions {
  /**
   * Special tokens that are encoded as such where they are written in the text. Default: none. Names that are not a
   * special token are ignored.
   */
  readonly allowedSpecial?: "all" | Iterable<string>;
  /**
   * Strings that must not occur in the text. Default: `"all"`, which means every special token that is not allowed. An
   * explicit set takes precedence over `allowedSpecial` and may hold any strings; `[]` turns the check off.
   */
  readonly disallowedSpecial?: "all" | Iterable<string>;
}

/** What {@link Tokenizer.encodeInto} has read and written. */
export interface EncodeIntoResult {
  /** How many UTF-16 units of the text the written tokens stand for: the rest of the text begins there. */
  readonly read: number;
  /** How many tokens were written. */
  readonly written: number;
}

/**
 * Turns text into token ids and back. Calls leave no state behind, so those on one instance may be interleaved in any
 * way.
 */
export interface Tokenizer {
  /** Every special token as written in text, with its id. */
  readonly specialTokens: ReadonlyMap<string, number>;

  /**
   * Encodes text, with regard to the special tokens that are written in it. Lone surrogates are replaced by U+FFFD.
   * @throws HarmonyError `disallowed-special-token` if the text contains one; the message says how to allow it.
   * @throws TypeError if `text` is not a string, or an option is not what it should be.
   */
  encode(text: string, options?: EncodeOptions): number[];

  /**
   * Encodes text as ordinary text: special tokens that are written in it become ordinary tokens. With `into`, the ids
   * are appended to that array, which is returned.
   * @throws TypeError if `text` is not a string.
   */
  encodeOrdinary(text: string, into?: number[]): number[];

  /**
   * How many tokens {@link Tokenizer.encodeOrdinary} would return, counted without making an array of them.
   * @throws TypeError if `text` is not a string.
   */
  countTokens(text: string): number;

  /**
   * Encodes ordinary text into a buffer from index `offset` on (default 0), without making an array. Like
   * `TextEncoder.encodeInto`, it stops where the buffer is full, but only between two pieces, so that the rest of the
   * text does not depend on what came before: `text.slice(read)`, encoded on its own, gives the rest of the tokens. A
   * text can thus be encoded in steps. If `read` is 0, the buffer has no room for the first piece. A piece has at most
   * as many tokens as bytes in UTF-8.
   * @throws TypeError if `text` is not a string or `buffer` is not a `Uint32Array`.
   * @throws RangeError if `offset` is neither an index of the buffer nor its length.
   */
  encodeInto(text: string, buffer: Uint32Array, offset?: number): EncodeIntoResult;

  /** Whether an id is a special token. */
  isSpecialToken(token: number): boolean;

  /** The bytes that a token stands for, or `undefined` for an unknown id. The array is shared: do not write to it. */
  tokenBytes(token: number): Uint8Array | undefined;

  /**
   * The text that a token stands for, if its bytes are whole characters by themselves; otherwise `undefined`, as for an
   * unknown id. This is the fast path of incremental decoding.
   */
  tokenText(token: number): string | undefined;

  /**
   * Decodes tokens to bytes.
   * @throws HarmonyError `unknown-token`, with `tokenIndex`, for an id that is not in the vocabulary.
   * @throws RangeError for a number that is not an integer from 0 on.
   * @throws TypeError if `tokens` is not an iterable of numbers.
   */
  decodeBytes(tokens: Iterable<number>): Uint8Array;

  /**
   * Decodes tokens to text. Bytes that are not UTF-8 are replaced by U+FFFD, as the WHATWG Encoding Standard
   * prescribes. Throws as {@link Tokenizer.decodeBytes} does.
   */
  decode(tokens: Iterable<number>): string;

  /**
   * Decodes tokens to exactly the text that they stand for. Throws as {@link Tokenizer.decodeBytes} does, too.
   * @throws HarmonyError `invalid-utf8` if the bytes are not UTF-8.
   */
  decodeUtf8(tokens: Iterable<number>): string;

  /** Returns a new decoder, with a state of its own, for tokens that arrive one by one. */
  createStreamDecoder(): StreamDecoder;
}
