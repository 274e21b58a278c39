import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { Utf8Decoder } from "../../utf8.js";
import type { Span } from "../span.js";

/**
 * Turns inputs (tokens, or chunks of text) into text, holding back what is not yet a whole character. It is all that
 * the state machine knows about where its input comes from.
 */
export interface Reader<Input> {
  /**
   * Reads the input that begins at a position; positions never decrease.
   * @returns The text that the input completes, `""` if it completes none; `undefined` if the input has no known text.
   */
  read(input: Input, position: number): string | undefined;
  /** Gives the text that is held back, up to and including a first broken character; nothing is held back at its end. */
  flush(): string;
  /** The inputs of the characters that the last `read` or `flush` found broken and replaced by U+FFFD, in order. */
  readonly broken: readonly Span[];
  /** Whether nothing is held back. */
  readonly isEmpty: boolean;
  /** The text that {@link Reader.flush} would give, called until nothing is held back. */
  readonly tail: string;
  /** How many broken characters were replaced by U+FFFD since {@link Reader.reset}. */
  readonly replacements: number;
  /** How an input that is a marker is written. */
  spell(input: Input): string;
  /** Begins a new text: forgets what is held back. */
  reset(): void;
}

const NOTHING_BROKEN: readonly Span[] = [];

/** Reads tokens. Nearly all are whole characters by themselves; the bytes of the others go through a decoder. */
export class TokenReader implements Reader<number> {
  broken: readonly Span[] = NOTHING_BROKEN;
  readonly #tokenizer: Tokenizer;
  readonly #utf8 = new Utf8Decoder();
  // The tokens whose bytes may still be waiting, from index `#first` to before `#count`: where each of them begins in the
  // input, and which byte of all that went through the decoder is its first.
  readonly #positions: number[] = [];
  readonly #firstBytes: number[] = [];
  #first = 0;
  #count = 0;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  get isEmpty(): boolean {
    return this.#utf8.isEmpty;
  }

  get replacements(): number {
    return this.#utf8.replacements;
  }

  get tail(): string {
    return this.#utf8.tail;
  }

  read(token: number, position: number): string | undefined {
    // Reading the field is cheaper than writing it, and this runs for every token.
    if (this.broken !== NOTHING_BROKEN) this.broken = NOTHING_BROKEN;
    if (this.#utf8.isEmpty) {
      const text = this.#tokenizer.tokenText(token);
      if (text !== undefined) return text;
    }
    return this.#readBytes(token, position);
  }

  flush(): string {
    this.broken = NOTHING_BROKEN;
    const text = this.#utf8.last();
    if (this.#utf8.hasReplaced) this.#locateBroken();
    return text;
  }

  spell(token: number): string {
    return this.#tokenizer.tokenText(token) ?? "";
  }

  reset(): void {
    this.broken = NOTHING_BROKEN;
    this.#first = 0;
    this.#count = 0;
    this.#utf8.reset();
  }

  /** Reads a token that is not made of whole characters, or follows one that was not. */
  #readBytes(token: number, position: number): string | undefined {
    const utf8 = this.#utf8;
    const bytes = this.#tokenizer.tokenBytes(token);
    if (bytes === undefined) return undefined;
    if (utf8.isEmpty) {
      this.#first = 0;
      this.#count = 0;
    }
    this.#positions[this.#count] = position;
    this.#firstBytes[this.#count++] = utf8.pushed;
    utf8.push(bytes);
    const text = utf8.next();
    if (utf8.hasReplaced) this.#locateBroken();
    return text;
  }

  /** Finds the tokens whose bytes the decoder has just replaced. */
  #locateBroken(): void {
    const { replacedFrom, taken } = this.#utf8;
    let at = this.#first;
    while (at + 1 < this.#count && this.#firstBytes[at + 1]! <= replacedFrom) at++;
    const from = this.#positions[at]!;
    while (at + 1 < this.#count && this.#firstBytes[at + 1]! < taken) at++;
    this.broken = [[from, this.#positions[at]! + 1]];
    // No byte of the tokens before the last one taken is waiting any more.
    this.#first = at;
  }
}

/** Reads text that was cut between whole characters, so nothing is ever held back. A lone surrogate is broken. */
export class TextReader implements Reader<string> {
  broken: readonly Span[] = NOTHING_BROKEN;
  replacements = 0;
  readonly isEmpty = true;
  readonly tail = "";

  read(text: string, position: number): string {
    this.broken = NOTHING_BROKEN;
    if (text.isWellFormed()) return text;
    const wellFormed = text.toWellFormed();
    const broken: Span[] = [];
    for (let at = 0; at < text.length; at++) {
      if (text.charCodeAt(at) !== wellFormed.charCodeAt(at)) broken.push([position + at, position + at + 1]);
    }
    this.broken = broken;
    this.replacements += broken.length;
    return wellFormed;
  }

  flush(): string {
    this.broken = NOTHING_BROKEN;
    return "";
  }

  spell(text: string): string {
    return text;
  }

  reset(): void {
    this.broken = NOTHING_BROKEN;
    this.replacements = 0;
  }
}
