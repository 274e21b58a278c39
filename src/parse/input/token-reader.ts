import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { Utf8Stream } from "../../utf8.js";
import type { Reader } from "./reader.js";

/** Reads tokens. Nearly all are whole characters by themselves; the bytes of the others go through a decoder. */
export class TokenReader implements Reader<number> {
  readonly #tokenizer: Tokenizer;
  readonly #stream: Utf8Stream = new Utf8Stream();

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  get replacements(): number {
    return this.#stream.replacements;
  }

  read(token: number): string | undefined {
    if (this.#stream.isEmpty) {
      const text = this.#tokenizer.tokenText(token);
      if (text !== undefined) return text;
    }
    const bytes = this.#tokenizer.tokenBytes(token);
    return bytes && this.#stream.push(bytes);
  }

  get tail(): string {
    return this.#stream.tail;
  }

  spell(token: number): string {
    return this.#tokenizer.tokenText(token) ?? "";
  }

  reset(): void {
    this.#stream.reset();
  }
}
