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
  /** Tokens whose bytes may still be waiting, from `#firstWaiting` on: where each begins in the input, and its first byte. */
  #waiting: { readonly position: number; readonly firstByte: number }[] = [];
  #firstWaiting = 0;

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
    const utf8 = this.#utf8;
    this.broken = NOTHING_BROKEN;
    if (utf8.isEmpty) {
      const text = this.#tokenizer.tokenText(token);
      if (text !== undefined) return text;
      this.#forgetWaiting();
    }
    const bytes = this.#tokenizer.tokenBytes(token);
    if (bytes === undefined) return undefined;
    this.#waiting.push({ position, firstByte: utf8.pushed });
    utf8.push(bytes);
    const text = utf8.next();
    this.#locateBroken();
    return text;
  }

  flush(): string {
    this.broken = NOTHING_BROKEN;
    const text = this.#utf8.last();
    this.#locateBroken();
    return text;
  }

  spell(token: number): string {
    return this.#tokenizer.tokenText(token) ?? "";
  }

  reset(): void {
    this.broken = NOTHING_BROKEN;
    this.#forgetWaiting();
    this.#utf8.reset();
  }

  #forgetWaiting(): void {
    if (this.#waiting.length > 0) this.#waiting = [];
    this.#firstWaiting = 0;
  }

  /** Finds the tokens whose bytes the decoder has just replaced. */
  #locateBroken(): void {
    const { hasReplaced, replacedFrom, taken } = this.#utf8;
    if (!hasReplaced) return;
    const waiting = this.#waiting;
    let at = this.#firstWaiting;
    while (at + 1 < waiting.length && waiting[at + 1]!.firstByte <= replacedFrom) at++;
    const from = waiting[at]!.position;
    while (at + 1 < waiting.length && waiting[at + 1]!.firstByte < taken) at++;
    this.broken = [[from, waiting[at]!.position + 1]];
    // No byte of the tokens before the last one taken is waiting any more.
    this.#firstWaiting = at;
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
