/** Cuts a text that comes in pieces at the first of some strings, and holds back what may be the beginning of one. */
export class StopStrings {
  readonly #strings: readonly string[];
  #held = "";
  #hasMet = false;

  constructor(strings: readonly string[]) {
    this.#strings = strings;
  }

  /** Whether one has come: the text is over then. */
  get hasMet(): boolean {
    return this.#hasMet;
  }

  /** @returns What can be shown of all that has come. */
  take(piece: string): string {
    const text = this.#held + piece;
    const found = this.#strings.map((string) => text.indexOf(string)).filter((index) => index >= 0);
    if (found.length > 0) {
      this.#hasMet = true;
      this.#held = "";
      return text.slice(0, Math.min(...found));
    }
    const held = Math.max(0, ...this.#strings.map((string) => beginningAtEnd(text, string)));
    this.#held = text.slice(text.length - held);
    return text.slice(0, text.length - held);
  }

  /** What was held back when no more comes. */
  end(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}

/** How much of a string, from its beginning on, a text ends with. */
function beginningAtEnd(text: string, string: string): number {
  for (let length = Math.min(string.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(string.slice(0, length))) return length;
  }
  return 0;
}
