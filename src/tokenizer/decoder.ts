import { HarmonyError } from "../errors.js";
import { refuseToken } from "./refuse-token.js";
import { StreamDecoder } from "./stream-decoder.js";
import { TokenTexts } from "./token-texts.js";
import { vocabulary } from "./vocabulary.js";

// A byte order mark is text like any other. Neither is ever used with `stream`, so none keeps state between calls.
const replacing = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Bytes copied at once: two thirds of all tokens are no longer. Buffers have as many to spare at their end. */
const STRIDE = 8;

/** Where tokens are gathered; a larger one is made for a longer text, and not kept. Nothing is left in it between calls. */
const scratch: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(1 << 16));

/** Token ids to bytes and text. */
export class Decoder {
  readonly #special: ReadonlyMap<number, Uint8Array>;
  readonly #texts: TokenTexts;

  constructor(specialTokens: ReadonlyMap<string, number>) {
    const utf8 = new TextEncoder();
    this.#special = new Map(Array.from(specialTokens, ([name, token]) => [token, utf8.encode(name)]));
    this.#texts = new TokenTexts(specialTokens);
  }

  isSpecialToken(token: number): boolean {
    return this.#special.has(token);
  }

  tokenBytes(token: number): Uint8Array | undefined {
    const { size, bytes, starts } = vocabulary();
    if (token >= 0 && token < size && Number.isInteger(token)) return bytes.subarray(starts[token], starts[token + 1]);
    return this.#special.get(token);
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
    const { size, view, starts } = vocabulary();
    let room = scratch;
    let limit = room.byteLength - STRIDE;
    let at = 0;
    for (let index = 0; index < list.length; index++) {
      const token = list[index]!;
      // An id that is no index of the vocabulary is another number as an unsigned integer, or too high.
      const id = token >>> 0;
      const isOrdinary = id === token && id < size;
      const special = isOrdinary ? undefined : (this.#special.get(token) ?? refuseToken(token, index));
      const from = isOrdinary ? starts[id]! : 0;
      const end = at + (special === undefined ? starts[id + 1]! - from : special.length);
      if (end > limit) {
        room = enlarged(room, end + STRIDE);
        limit = room.byteLength - STRIDE;
      }
      if (special !== undefined) {
        new Uint8Array(room.buffer).set(special, at);
      } else {
        // Copying more than there is spares the loop its least predictable branch; what follows overwrites the excess.
        room.setInt32(at, view.getInt32(from));
        room.setInt32(at + 4, view.getInt32(from + 4));
        for (let done = STRIDE; at + done < end; done += 4) room.setInt32(at + done, view.getInt32(from + done));
      }
      at = end;
    }
    return new Uint8Array(room.buffer, 0, at);
  }
}

function enlarged(room: DataView<ArrayBuffer>, atLeast: number): DataView<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(atLeast, room.byteLength * 2));
  larger.set(new Uint8Array(room.buffer));
  return new DataView(larger.buffer);
}

function listOf(tokens: Iterable<number>): ArrayLike<number> {
  if (Array.isArray(tokens) || tokens instanceof Uint32Array || tokens instanceof Int32Array) return tokens;
  if (tokens === null || typeof tokens !== "object" || typeof tokens[Symbol.iterator] !== "function") {
    throw new TypeError("tokens must be an iterable of token ids");
  }
  return Array.from(tokens);
}
