import type { Reader } from "./reader.js";

/** Reads text that has been cut at whole characters: nothing is ever held back. */
export class TextReader implements Reader<string> {
  readonly tail = "";
  readonly replacements = 0;

  read(text: string): string {
    return text.toWellFormed();
  }

  spell(text: string): string {
    return text;
  }

  reset(): void {}
}
