/** Text that grows piece by piece. Adding costs a push; reading costs what was added since the last reading. */
export class TextBuffer {
  #joined = "";
  readonly #pieces: string[] = [];

  add(piece: string): void {
    this.#pieces.push(piece);
  }

  /** All of it so far. */
  get text(): string {
    if (this.#pieces.length > 0) {
      this.#joined += this.#pieces.length === 1 ? this.#pieces[0]! : this.#pieces.join("");
      this.#pieces.length = 0;
    }
    return this.#joined;
  }

  clear(): void {
    this.#joined = "";
    this.#pieces.length = 0;
  }
}
