import type { Span } from "../span.js";

/**
 * Text that has been read but is not yet part of a message, with the way back from each of its characters to the input
 * it came from: a header that is not complete, or what stands between messages.
 */
export class Pending<Input> {
  /** The first input that nobody can read, where there is one. */
  unreadable: Input | undefined;
  #text = "";
  /** Where in the text each input's own text begins. */
  readonly #offsets: number[] = [];
  /** Where in all input each one begins. */
  readonly #positions: number[] = [];
  readonly #unreadable: number[] = [];
  #end = 0;

  get text(): string {
    return this.#text;
  }

  /** Whether nothing has been added. */
  get isEmpty(): boolean {
    return this.#positions.length === 0;
  }

  /** Where each input begins. */
  get positions(): readonly number[] {
    return this.#positions;
  }

  /** Where the first input begins. */
  get start(): number {
    return this.#positions[0] ?? this.#end;
  }

  /** Where the last input ends. */
  get end(): number {
    return this.#end;
  }

  /** Forgets everything; what is added next begins at `position`. */
  restart(position: number): void {
    this.#text = "";
    this.#offsets.length = 0;
    this.#positions.length = 0;
    this.#unreadable.length = 0;
    this.#end = position;
    this.unreadable = undefined;
  }

  /** Adds an input, `position` to `end`, and the text it completes; `undefined` for one that nobody can read. */
  add(input: Input, text: string | undefined, position: number, end: number): void {
    this.#offsets.push(this.#text.length);
    this.#positions.push(position);
    if (text === undefined) {
      this.unreadable ??= input;
      this.#unreadable.push(position);
    } else {
      this.#text += text;
    }
    this.#end = end;
  }

  /** The inputs that nobody can read. */
  get unreadableSpans(): Span[] {
    return this.#unreadable.map((position) => [position, position + 1]);
  }

  /** The inputs that a stretch of the text came from. */
  spanOf(from: number, to: number): Span {
    const begin = this.#beginOf(from);
    if (from >= to) return [begin, begin];
    return [begin, Math.min(this.#positionOf(to - 1) + 1, this.#endOf(this.#indexOf(to - 1)))];
  }

  /** Where the inputs begin that wrote a character: the first of them may have held back all that it had. */
  #beginOf(offset: number): number {
    let index = this.#indexOf(offset);
    if (this.#offsets[index] !== offset) return this.#positionOf(offset);
    while (index > 0 && this.#offsets[index - 1] === offset) index--;
    return this.#positions[index] ?? this.#end;
  }

  /** The position of the input, or where inputs are texts of the character in it, that wrote a character. */
  #positionOf(offset: number): number {
    if (offset >= this.#text.length) return this.#end;
    const index = this.#indexOf(offset);
    const position = this.#positions[index]!;
    const inside = offset - this.#offsets[index]!;
    return Math.min(position + inside, Math.max(position, this.#endOf(index) - 1));
  }

  #endOf(index: number): number {
    return this.#positions[index + 1] ?? this.#end;
  }

  /** The input that wrote a character: the last that begins at or before it. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#offsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#offsets[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
