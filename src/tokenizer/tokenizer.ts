import type { StreamDecoder } from "./decode/stream-decoder.js";

/** What may be said about special tokens in a text that is encoded; the rules are tiktoken's. */
export interface EncodeOptions {
  /**
   * Special tokens that are encoded as such where the text spells them. Default: none. Names that are no special token
   * are ignored.
   */
  readonly allowedSpecial?: "all" | Iterable<string>;
  /**
   * Strings that must not occur in the text. Default: `"all"`, every special token that is not allowed. An explicit
   * set wins over `allowedSpecial` and may hold any strings; `[]` turns the check off.
   */
  readonly disallowedSpecial?: "all" | Iterable<string>;
}

/** What {@link Tokenizer.encodeInto} did. */
export interface EncodeIntoResult {
  /** UTF-16 units of the text that the written tokens stand for: encode the rest from there on. */
  readonly read: number;
  /** How many tokens were written. */
  readonly written: number;
}

/**
 * Text to token ids and back. A tokenizer holds no state that a call could leave behind: calls on one instance may be
 * interleaved freely.
 */
export interface Tokenizer {
  /** Every special token as written in text, with its id. */
  readonly specialTokens: ReadonlyMap<string, number>;

  /**
   * Encodes text, heeding the special tokens it spells. Lone surrogates become U+FFFD first.
   * @throws HarmonyError `disallowed-special-token` where the text holds one; the message says how to allow it.
   */
  encode(text: string, options?: EncodeOptions): number[];

  /**
   * Encodes text as ordinary text: special tokens that it spells become ordinary tokens. With `into`, the ids are
   * appended to that array, which is returned.
   */
  encodeOrdinary(text: string, into?: number[]): number[];

  /** How many tokens {@link Tokenizer.encodeOrdinary} would give, without making them. */
  countTokens(text: string): number;

  /**
   * Encodes ordinary text into a buffer, from `offset` (default 0) on, without making an array. Like
   * `TextEncoder.encodeInto` it stops where the buffer is full, but only between pieces, of which the rest of the text is
   * independent: `text.slice(read)`, encoded by itself, gives the rest of the tokens. So a text can be encoded in steps.
   * Where `read` is 0 the buffer has no room for the first piece; a piece has at most as many tokens as bytes in UTF-8.
   * @throws RangeError where `offset` is not an index of the buffer or its length.
   */
  encodeInto(text: string, buffer: Uint32Array, offset?: number): EncodeIntoResult;

  /** Whether an id is a special token. */
  isSpecialToken(token: number): boolean;

  /** The bytes that a token stands for, `undefined` for an unknown id. The array is shared: do not write to it. */
  tokenBytes(token: number): Uint8Array | undefined;

  /**
   * The text that a token stands for where its bytes are whole characters by themselves, else `undefined` (also for
   * an unknown id). The fast path of incremental decoding.
   */
  tokenText(token: number): string | undefined;

  /**
   * Decodes to bytes.
   * @throws HarmonyError `unknown-token` with `tokenIndex` for an id outside the vocabulary.
   */
  decodeBytes(tokens: Iterable<number>): Uint8Array;

  /**
   * Decodes to text; bytes that are not UTF-8 become U+FFFD as a WHATWG decoder makes them.
   * @throws HarmonyError `unknown-token` as {@link Tokenizer.decodeBytes} does.
   */
  decode(tokens: Iterable<number>): string;

  /**
   * Decodes to text, exactly.
   * @throws HarmonyError `invalid-utf8` where the bytes are not UTF-8; `unknown-token` as {@link Tokenizer.decodeBytes}.
   */
  decodeUtf8(tokens: Iterable<number>): string;

  /** A decoder for tokens that come one by one. Each has its own state, and none shares it. */
  createStreamDecoder(): StreamDecoder;
}
