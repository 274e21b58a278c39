import { HarmonyError } from "../errors.js";
import type { TokenTexts } from "./token-texts.js";

const replacing = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes tokens as they come. Each call gives the text that is certain by then; at most three bytes, the beginning of a
 * character, wait for the next. Bytes that are not UTF-8 become U+FFFD as in {@link Tokenizer.decode}: all the texts
 * together are what it gives for all the tokens.
 */
export class StreamDecoder {
  readonly #texts: TokenTexts;
  readonly #bytesOf: (token: number) => Uint8Array | undefined;
  readonly #pending = new Uint8Array(3);
  #pendingLength = 0;
  #count = 0;

  /** Made by `Tokenizer.createStreamDecoder`. */
  constructor(texts: TokenTexts, bytesOf: (token: number) => Uint8Array | undefined) {
    this.#texts = texts;
    this.#bytesOf = bytesOf;
  }

  /** Bytes that wait for the rest of their character: 0 to 3. */
  get pendingBytes(): number {
    return this.#pendingLength;
  }

  /**
   * Decodes the next token.
   * @throws HarmonyError `unknown-token`, with its index among all tokens given; the decoder is then as it was before.
   */
  decode(token: number): string {
    if (this.#pendingLength === 0) {
      // Nine tokens of ten, also where text has many bytes to a character.
      const text = this.#texts.textOf(token);
      if (text !== undefined) {
        this.#count++;
        return text;
      }
    }
    const bytes = this.#bytesOf(token);
    if (bytes === undefined) {
      throw new HarmonyError("unknown-token", `Invalid token for decoding: ${token}`, { tokenIndex: this.#count });
    }
    this.#count++;
    const joined = new Uint8Array(this.#pendingLength + bytes.length);
    joined.set(this.#pending.subarray(0, this.#pendingLength));
    joined.set(bytes, this.#pendingLength);
    const tail = incompleteTail(joined);
    const end = joined.length - tail;
    this.#pending.set(joined.subarray(end));
    this.#pendingLength = tail;
    return end === 0 ? "" : replacing.decode(joined.subarray(0, end));
  }

  /** Ends the text: U+FFFD for the beginning of a character that never ended, else nothing. The decoder can be used again. */
  flush(): string {
    const rest = this.#pendingLength === 0 ? "" : replacing.decode(this.#pending.subarray(0, this.#pendingLength));
    this.#pendingLength = 0;
    this.#count = 0;
    return rest;
  }
}

/** How many bytes at the end may be the beginning of a character: a decoder that has seen only them must wait. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const width = byte >= 0xf5 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    if (width <= back) return 0;
    // The second byte rules some beginnings out: overlong forms, surrogates, code points beyond the highest.
    const second = bytes[bytes.length - back + 1];
    return back > 1 && !maySecond(byte, second!) ? 0 : back;
  }
  return 0;
}

function maySecond(lead: number, second: number): boolean {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0;
    case 0xed:
      return second < 0xa0;
    case 0xf0:
      return second >= 0x90;
    case 0xf4:
      return second < 0x90;
    default:
      return true;
  }
}
