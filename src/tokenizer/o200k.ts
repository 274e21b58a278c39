import { Decoder } from "./decode/decoder.js";
import type { StreamDecoder } from "./decode/stream-decoder.js";
import { Encoder } from "./encode/encoder.js";
import { SpecialText } from "./special-text.js";
import type { EncodeIntoResult, EncodeOptions, Tokenizer } from "./tokenizer.js";

let encoder: Encoder | undefined;

/** The encoder that all tokenizers share. It is made when one of them encodes for the first time. */
function sharedEncoder(): Encoder {
  encoder ??= new Encoder();
  return encoder;
}

/**
 * Returns a tokenizer of o200k_base with the given special tokens: how they are written in text, and their ids, which
 * must be above those of the vocabulary. This is cheap: all tokenizers share the vocabulary, which is unpacked when one
 * of them first needs it.
 */
export function createTokenizer(specialTokens: ReadonlyMap<string, number>): Tokenizer {
  return new O200kTokenizer(specialTokens);
}

class O200kTokenizer implements Tokenizer {
  readonly specialTokens: ReadonlyMap<string, number>;
  readonly #specialText: SpecialText;
  readonly #decoder: Decoder;

  constructor(specialTokens: ReadonlyMap<string, number>) {
    this.specialTokens = specialTokens;
    this.#specialText = new SpecialText(specialTokens);
    this.#decoder = new Decoder(specialTokens);
  }

  encode(text: string, options: EncodeOptions = {}): number[] {
    checkText(text);
    const tokens: number[] = [];
    for (const stretch of this.#specialText.cut(text, options)) {
      if ("token" in stretch) tokens.push(stretch.token);
      else this.encodeOrdinary(stretch.text, tokens);
    }
    return tokens;
  }

  encodeOrdinary(text: string, into: number[] = []): number[] {
    checkText(text);
    sharedEncoder().encode(text, into);
    return into;
  }

  countTokens(text: string): number {
    checkText(text);
    return sharedEncoder().count(text);
  }

  encodeInto(text: string, buffer: Uint32Array, offset = 0): EncodeIntoResult {
    checkText(text);
    if (!(buffer instanceof Uint32Array)) throw new TypeError("buffer must be a Uint32Array");
    if (!(Number.isInteger(offset) && offset >= 0 && offset <= buffer.length)) {
      throw new RangeError(`offset must be an integer from 0 to ${buffer.length}, not ${offset}`);
    }
    return sharedEncoder().encodeInto(text, buffer, offset);
  }

  isSpecialToken(token: number): boolean {
    return this.#decoder.isSpecialToken(token);
  }

  tokenBytes(token: number): Uint8Array | undefined {
    return this.#decoder.tokenBytes(token);
  }

  tokenText(token: number): string | undefined {
    return this.#decoder.tokenText(token);
  }

  decodeBytes(tokens: Iterable<number>): Uint8Array {
    return this.#decoder.decodeBytes(tokens);
  }

  decode(tokens: Iterable<number>): string {
    return this.#decoder.decode(tokens);
  }

  decodeUtf8(tokens: Iterable<number>): string {
    return this.#decoder.decodeUtf8(tokens);
  }

  createStreamDecoder(): StreamDecoder {
    return this.#decoder.createStream();
  }
}

function checkText(text: string): void {
  if (typeof text !== "string")
    throw new TypeError(`text must be a string, not ${text === null ? "null" : typeof text}`);
}
