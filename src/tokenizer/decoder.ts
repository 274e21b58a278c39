import { HarmonyError } from "../errors.js";
import { vocabulary } from "./vocabulary.js";

// A byte order mark is text like any other. No decoder is ever used with `stream`, so none keeps state between calls.
const replacing = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Token ids to bytes and text. */
export class Decoder {
  readonly #special: ReadonlyMap<number, Uint8Array>;

  constructor(specialTokens: ReadonlyMap<string, number>) {
    const utf8 = new TextEncoder();
    this.#special = new Map(Array.from(specialTokens, ([name, token]) => [token, utf8.encode(name)]));
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
    const bytes = this.tokenBytes(token);
    if (bytes === undefined) return undefined;
    try {
      return strict.decode(bytes);
    } catch {
      return undefined;
    }
  }

  decodeBytes(tokens: Iterable<number>): Uint8Array {
    if (tokens === null || typeof tokens !== "object" || typeof tokens[Symbol.iterator] !== "function") {
      throw new TypeError("tokens must be an iterable of token ids");
    }
    const all: Uint8Array[] = [];
    let length = 0;
    for (const token of tokens) {
      if (typeof token !== "number") throw new TypeError(`a token id is a number, not ${typeof token}`);
      if (!Number.isInteger(token) || token < 0) {
        throw new RangeError(`a token id is an integer from 0 on, not ${token} (tokens[${all.length}])`);
      }
      const bytes = this.tokenBytes(token);
      if (bytes === undefined) {
        throw new HarmonyError("unknown-token", `Invalid token for decoding: ${token}`, { tokenIndex: all.length });
      }
      all.push(bytes);
      length += bytes.length;
    }
    const joined = new Uint8Array(length);
    let at = 0;
    for (const bytes of all) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    return joined;
  }

  decode(tokens: Iterable<number>): string {
    return replacing.decode(this.decodeBytes(tokens));
  }

  decodeUtf8(tokens: Iterable<number>): string {
    const bytes = this.decodeBytes(tokens);
    try {
      return strict.decode(bytes);
    } catch {
      throw new HarmonyError("invalid-utf8", "Invalid utf-8: the tokens do not decode to whole characters");
    }
  }
}
