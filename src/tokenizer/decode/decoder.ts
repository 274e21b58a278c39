import { HarmonyError } from "../../errors.js";
import { SpecialNames } from "../special-names.js";
import { refuseToken } from "./refuse-token.js";
import { StreamDecoder } from "./stream-decoder.js";
import { TokenTexts } from "./token-texts.js";
import { bytesOf, isOrdinaryToken, lengthOf, startOf, tokenBytes, tokenSpans, unpackVocabulary } from "./vocabulary.js";

// A byte order mark is text like any other. Neither is ever used with `stream`, so none keeps state between calls.
const replacing = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

const utf8 = new TextEncoder();

/** Bytes of an ordinary token that the fast way copies at most. */
const STRIDE = 16;

// Where tokens are gathered; nothing is left there between calls. Constants of the module: a compiler that knows where
// they are needs a third less time for the loop that fills them.
const scratch: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(1 << 16));
const scratchBytes: Uint8Array<ArrayBuffer> = new Uint8Array(scratch.buffer);

/** Token ids to bytes and text. */
export class Decoder {
  readonly #special: SpecialNames;
  readonly #texts: TokenTexts;
  /** Bytes gathered so far. */
  #end = 0;

  constructor(specialTokens: ReadonlyMap<string, number>) {
    this.#special = new SpecialNames(specialTokens);
    this.#texts = new TokenTexts(this.#special);
  }

  isSpecialToken(token: number): boolean {
    return this.#special.nameOf(token) !== undefined;
  }

  tokenBytes(token: number): Uint8Array | undefined {
    if (isOrdinaryToken(token)) return bytesOf(token);
    const name = this.#special.nameOf(token);
    return name === undefined ? undefined : utf8.encode(name);
  }

  tokenText(token: number): string | undefined {
    return this.#texts.textOf(token);
  }

  createStream(): StreamDecoder {
    return new StreamDecoder(this.#texts, (token) => this.tokenBytes(token));
  }

  decodeBytes(tokens: Iterable<number>): Uint8Array {
    return this.#gather(tokens).slice();
  }

  decode(tokens: Iterable<number>): string {
    return replacing.decode(this.#gather(tokens));
  }

  decodeUtf8(tokens: Iterable<number>): string {
    const bytes = this.#gather(tokens);
    try {
      return strict.decode(bytes);
    } catch {
      throw new HarmonyError("invalid-utf8", "Invalid utf-8: the tokens do not decode to whole characters");
    }
  }

  /** The bytes of all tokens, in a buffer that the next call may overwrite. */
  #gather(tokens: Iterable<number>): Uint8Array {
    const list = listOf(tokens);
    unpackVocabulary();
    // What no longer fits into the scratch.
    const full: Uint8Array[] = [];
    this.#end = 0;
    for (let index = 0; ; index++) {
      index = this.#copy(list, index);
      if (index >= list.length) break;
      const token = list[index]!;
      const bytes = this.tokenBytes(token) ?? refuseToken(token, index);
      if (this.#end + bytes.length > scratchBytes.length) {
        full.push(scratchBytes.slice(0, this.#end));
        this.#end = 0;
      }
      scratchBytes.set(bytes, this.#end);
      this.#end += bytes.length;
    }
    const last = scratchBytes.subarray(0, this.#end);
    return full.length === 0 ? last : joined([...full, last]);
  }

  /**
   * Appends the bytes of tokens from an index on; gives the index of the first that is not ordinary, is long, or may
   * not fit.
   */
  #copy(list: ArrayLike<number>, from: number): number {
    const limit = scratch.byteLength - STRIDE;
    const count = list.length;
    let at = this.#end;
    let index = from;
    for (; index < count; index++) {
      const token = list[index]!;
      // An id that is no index of the vocabulary is another number as an unsigned integer, or too high.
      const id = token >>> 0;
      if (id !== token || id >= tokenSpans.length) break;
      const span = tokenSpans[id]!;
      const length = lengthOf(span);
      if (length > STRIDE || at > limit) break;
      // Eight bytes for a token of any shorter length: a branch on the length would be mispredicted, and what follows
      // overwrites the excess. As a number they are one load and one store. No loop for longer tokens: this one would
      // take more time then.
      const start = startOf(span);
      scratch.setFloat64(at, tokenBytes.getFloat64(start, true), true);
      if (length > 8) scratch.setFloat64(at + 8, tokenBytes.getFloat64(start + 8, true), true);
      at += length;
    }
    this.#end = at;
    return index;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function listOf(tokens: Iterable<number>): ArrayLike<number> {
  if (Array.isArray(tokens) || tokens instanceof Uint32Array || tokens instanceof Int32Array) return tokens;
  if (tokens === null || typeof tokens !== "object" || typeof tokens[Symbol.iterator] !== "function") {
    throw new TypeError("tokens must be an iterable of token ids");
  }
  return Array.from(tokens);
}
