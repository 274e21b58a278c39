import type { TokenTexts } from "./token-texts.js";
import { refuseToken } from "./vocabulary.js";

/**
 * Decodes tokens as they come. Each call gives the text that is certain by then; of a character that is not complete,
 * three bytes at most wait for the next token. Bytes that are not UTF-8 become U+FFFD as in `Tokenizer.decode`: all the
 * texts together, with what {@link StreamDecoder.flush} gives, are what it gives for all the tokens.
 */
export class StreamDecoder {
  readonly #texts: TokenTexts;
  readonly #bytesOf: (token: number) => Uint8Array | undefined;
  #count = 0;
  // The character that is not complete, as the WHATWG's UTF-8 decoder keeps it: its bits so far, how many bytes it has
  // in all (0: there is none) and how many are here, and which bytes may come next.
  #codePoint = 0;
  #needed = 0;
  #seen = 0;
  #lowest = 0x80;
  #highest = 0xbf;

  /** @internal Made by `Tokenizer.createStreamDecoder`. */
  constructor(texts: TokenTexts, bytesOf: (token: number) => Uint8Array | undefined) {
    this.#texts = texts;
    this.#bytesOf = bytesOf;
  }

  /** Bytes that wait for the rest of their character: 0 to 3. */
  get pendingBytes(): number {
    return this.#seen;
  }

  /**
   * Decodes the next token.
   * @throws HarmonyError `unknown-token`, with its index among all tokens given; the decoder is then as it was before.
   */
  decode(token: number): string {
    if (this.#seen === 0) {
      // Nearly all tokens of text that has one byte to a character, and two of three of any other.
      const text = this.#texts.textOf(token);
      if (text !== undefined) {
        this.#count++;
        return text;
      }
    }
    const bytes = this.#bytesOf(token) ?? refuseToken(token, this.#count);
    this.#count++;
    let text = "";
    for (let i = 0; i < bytes.length; i++) text += this.#next(bytes[i]!);
    return text;
  }

  /** Ends the text: U+FFFD for a character that never was completed, else nothing. The decoder is as new then. */
  flush(): string {
    const rest = this.#seen === 0 ? "" : "\uFFFD";
    this.#count = 0;
    this.#expect(0);
    return rest;
  }

  /** Takes one byte, and gives what it completes. A few bytes are decoded faster by hand than by a `TextDecoder`. */
  #next(byte: number): string {
    if (this.#seen === 0) {
      if (byte < 0x80) return String.fromCharCode(byte);
      if (byte < 0xc2 || byte > 0xf4) return "\uFFFD";
      if (byte < 0xe0) this.#expect(2, byte & 0x1f);
      else if (byte < 0xf0) this.#expect(3, byte & 0x0f);
      else this.#expect(4, byte & 0x07);
      // Overlong forms, surrogates and what lies beyond the last code point show in the second byte.
      if (byte === 0xe0) this.#lowest = 0xa0;
      else if (byte === 0xed) this.#highest = 0x9f;
      else if (byte === 0xf0) this.#lowest = 0x90;
      else if (byte === 0xf4) this.#highest = 0x8f;
      return "";
    }
    if (byte < this.#lowest || byte > this.#highest) {
      this.#expect(0);
      return `\uFFFD${this.#next(byte)}`;
    }
    this.#lowest = 0x80;
    this.#highest = 0xbf;
    this.#codePoint = (this.#codePoint << 6) | (byte & 0x3f);
    if (++this.#seen < this.#needed) return "";
    const character = String.fromCodePoint(this.#codePoint);
    this.#expect(0);
    return character;
  }

  /** Begins a character of so many bytes, of which the first is here; 0 for none. */
  #expect(needed: number, bits = 0): void {
    this.#needed = needed;
    this.#seen = needed === 0 ? 0 : 1;
    this.#codePoint = bits;
    this.#lowest = 0x80;
    this.#highest = 0xbf;
  }
}
