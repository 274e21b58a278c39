import { Utf8Decoder } from "../../utf8.js";
import type { TokenTexts } from "./token-texts.js";
import { refuseToken } from "./vocabulary.js";

/**
 * Decodes tokens as they arrive. Each call gives the text that is certain by then; of an incomplete character, at most
 * three bytes wait for the next token. Bytes that are not UTF-8 become U+FFFD as in `Tokenizer.decode`, so all the texts
 * together, with what {@link StreamDecoder.flush} gives, are what `decode` gives for all the tokens at once.
 */
export class StreamDecoder {
  readonly #texts: TokenTexts;
  readonly #bytesOf: (token: number) => Uint8Array | undefined;
  readonly #utf8 = new Utf8Decoder();
  #count = 0;

  /** @internal Made by `Tokenizer.createStreamDecoder`. */
  constructor(texts: TokenTexts, bytesOf: (token: number) => Uint8Array | undefined) {
    this.#texts = texts;
    this.#bytesOf = bytesOf;
  }

  /** How many bytes wait for the rest of their character: 0 to 3. */
  get pendingBytes(): number {
    return this.#utf8.waiting;
  }

  /**
   * Decodes the next token.
   * @returns The text that the token completes, `""` if it completes no character.
   * @throws HarmonyError `unknown-token`, with its index among all tokens given; the decoder is then as it was before.
   */
  decode(token: number): string {
    const utf8 = this.#utf8;
    if (utf8.isEmpty) {
      // Nearly all tokens of a text in ASCII, and two in three of any other, are whole characters.
      const text = this.#texts.textOf(token);
      if (text !== undefined) {
        this.#count++;
        return text;
      }
    }
    utf8.push(this.#bytesOf(token) ?? refuseToken(token, this.#count));
    this.#count++;
    let text = "";
    do text += utf8.next();
    while (utf8.hasReplaced);
    return text;
  }

  /** Ends the text: gives U+FFFD if a character is incomplete, else `""`. The decoder can then begin another text. */
  flush(): string {
    const rest = this.#utf8.tail;
    this.#utf8.reset();
    this.#count = 0;
    return rest;
  }
}
