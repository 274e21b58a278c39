import type { Span } from "../span.js";

/**
 * Text that was read but is not yet part of a message: an incomplete header, or what stands between messages. It leads
 * from each of its characters back to the input that the character came from.
 */
export class Gathered<Input> {
  /** The first input without known text, if there is one. */
  unreadable: Input | undefined;
  /** From where on the input was too long to be kept; `undefined` if all of it was. */
  excessFrom: number | undefined;
  /** Whether a header was found to have a channel marker that no name can follow any more. */
  lacksChannelName = false;
  #text = "";
  /** Where in the text each input's own text begins. */
  readonly #offsets: number[] = [];
  /** Where in the whole input each of the gathered inputs begins. */
  readonly #positions: number[] = [];
  readonly #unreadable: Span[] = [];
  readonly #broken: Span[] = [];
  readonly #limit: number;
  #end = 0;

  /** @param limit UTF-16 units that are kept at most, and inputs, too: an input may have no text. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get text(): string {
    return this.#text;
  }

  /** Whether nothing was added. */
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

  /** The inputs without known text. */
  get unreadableSpans(): readonly Span[] {
    return this.#unreadable;
  }

  /** The inputs of each broken character that the text has U+FFFD for. */
  get brokenSpans(): readonly Span[] {
    return this.#broken;
  }

  /** Forgets everything; what is added next begins at `position`. */
  restart(position: number): void {
    this.#text = "";
    this.#offsets.length = 0;
    this.#positions.length = 0;
    this.#unreadable.length = 0;
    this.#broken.length = 0;
    this.#end = position;
    this.unreadable = undefined;
    this.excessFrom = undefined;
    this.lacksChannelName = false;
  }

  /** Whether another input with so much text is kept. */
  hasRoomFor(text: string | undefined): boolean {
    const isFull = this.#positions.length >= this.#limit || this.#text.length + (text?.length ?? 0) > this.#limit;
    return this.excessFrom === undefined && !isFull;
  }

  /** Adds an input from `position` to `end`, and the text it completes; `undefined` if it has no known text. */
  add(input: Input, text: string | undefined, position: number, end: number, broken: readonly Span[]): void {
    this.#end = end;
    if (!this.hasRoomFor(text)) {
      this.excessFrom ??= position;
      return;
    }
    this.#offsets.push(this.#text.length);
    this.#positions.push(position);
    if (text === undefined) {
      this.unreadable ??= input;
      this.#unreadable.push([position, end]);
    } else {
      this.addHeldBack(text, broken);
    }
  }

  /** Adds text that was held back by the inputs added before. */
  addHeldBack(text: string, broken: readonly Span[]): void {
    if (this.excessFrom !== undefined) return;
    this.#text += text;
    for (const span of broken) this.#broken.push(span);
  }

  /** The inputs that a stretch of the text came from. */
  spanOf(from: number, to: number): Span {
    const begin = this.#beginOf(from);
    if (from >= to) return [begin, begin];
    return [begin, Math.min(this.#positionOf(to - 1) + 1, this.#endOf(this.#indexOf(to - 1)))];
  }

  /** Where the inputs begin that gave a character: the first of them may have held back all its bytes. */
  #beginOf(offset: number): number {
    let index = this.#indexOf(offset);
    if (this.#offsets[index] !== offset) return this.#positionOf(offset);
    while (index > 0 && this.#offsets[index - 1] === offset) index--;
    return this.#positions[index] ?? this.#end;
  }

  /** The position of the input that gave a character or, if inputs are texts, of the character itself. */
  #positionOf(offset: number): number {
    if (offset >= this.#text.length) return this.excessFrom ?? this.#end;
    const index = this.#indexOf(offset);
    const position = this.#positions[index]!;
    const inside = offset - this.#offsets[index]!;
    return Math.min(position + inside, Math.max(position, this.#endOf(index) - 1));
  }

  #endOf(index: number): number {
    return this.#positions[index + 1] ?? this.excessFrom ?? this.#end;
  }

  /** The input that gave a character: the last one whose text begins at or before it. */
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
