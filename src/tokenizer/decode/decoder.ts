import { HarmonyError } from "../../errors.js";
import { StreamDecoder } from "./stream-decoder.js";
import { SpecialNames, TokenTexts } from "./token-texts.js";
import {
  bytesOf,
  isOrdinaryToken,
  lengthOf,
  refuseToken,
  startOf,
  tokenBytes,
  tokenSpans,
  unpackVocabulary,
} from "./vocabulary.js";

// A byte order mark is text like any other. As `stream` is never used, neither decoder keeps state between calls.
const replacing = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

const utf8 = new TextEncoder();

/** The longest ordinary token that the fast path copies, in bytes. */
const STRIDE = 16;

// Where the bytes of tokens are gathered. Nothing that is left there after a call is used by the next. They are constants
// of the module because the loop that fills them takes a third less time if the compiler knows where they are.
const scratch: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(1 << 16));
const scratchBytes: Uint8Array<ArrayBuffer> = new Uint8Array(scratch.buffer);

/** Decodes token ids to bytes and text. */
export class Decoder {
  readonly #special: SpecialNames;
  readonly #texts: TokenTexts;
  /** How many bytes have been gathered. */
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

  /** Returns the bytes of all tokens, in a buffer that the next call may overwrite. */
  #gather(tokens: Iterable<number>): Uint8Array {
    const list = listOf(tokens);
    unpackVocabulary();
    // Bytes that had to make room in the buffer for those after them.
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
   * Appends the bytes of the tokens from an index on. Returns the index of the first one that is not ordinary, is too
   * long, or might not fit.
   */
  #copy(list: ArrayLike<number>, from: number): number {
    const limit = scratch.byteLength - STRIDE;
    const count = list.length;
    let at = this.#end;
    let index = from;
    for (; index < count; index++) {
      const token = list[index]!;
      // A number that is not an index of the vocabulary is too high, or changes when it becomes an unsigned integer.
      const id = token >>> 0;
      if (id !== token || id >= tokenSpans.length) break;
      const span = tokenSpans[id]!;
      const length = lengthOf(span);
      if (length > STRIDE || at > limit) break;
      // Always copies eight bytes, since a branch on the exact length would often be mispredicted; the next token
      // overwrites what is too much. As one number they are one load and one store. A loop for longer tokens would slow
      // this one down.
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
