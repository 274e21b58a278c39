import { LONGEST_MARKER } from "../special-tokens.js";

/** How long a citation such as `【12†L3-L9】` may be, in UTF-16 units. An opening bracket that is not closed by then is text. */
const MAX_CITATION = 64;

/**
 * Lets a text through as it grows, but for an end that may turn out to be something else: the beginning of a citation, of
 * a marker that is spelled out, or of a stop string. Such an end is held back until it is known. How the text is cut into
 * pieces makes no difference to what is let through in the end.
 */
export class HeldText {
  readonly #stop: readonly StopString[];
  #held = "";
  #stoppedBy: string | undefined;

  /**
   * @param stop The strings at which the text ends; they are not part of it. The one that is complete first counts, and of
   *   those the longest. Empty ones are left out.
   */
  constructor(stop: readonly string[]) {
    this.#stop = stop.filter((string) => string !== "").map((string) => new StopString(string));
  }

  /** The stop string that has ended the text. */
  get stoppedBy(): string | undefined {
    return this.#stoppedBy;
  }

  /** Takes the next piece of the text, and returns what may be shown now, perhaps `""`. */
  push(piece: string): string {
    if (this.#stoppedBy !== undefined) return "";
    const hasStop = this.#stop.length > 0;
    if (!hasStop && this.#held === "" && !piece.includes("<") && !piece.includes("【")) return piece;
    const text = this.#held + piece;
    if (hasStop) {
      const stop = this.#findStop(text, this.#held.length);
      if (stop !== undefined) {
        this.#held = "";
        return text.slice(0, stop);
      }
    }
    const shown = this.#safeLength(text);
    this.#held = text.slice(shown);
    return text.slice(0, shown);
  }

  /** Takes the end of the text, and returns what was held back. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** Where the first stop string that is complete begins; what precedes `from` has been looked at before. */
  #findStop(text: string, from: number): number | undefined {
    for (let index = from; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      let longest: StopString | undefined;
      for (const stop of this.#stop) {
        const isComplete = stop.advance(unit);
        if (isComplete && stop.string.length > (longest?.string.length ?? 0)) longest = stop;
      }
      if (longest !== undefined) {
        this.#stoppedBy = longest.string;
        return index + 1 - longest.string.length;
      }
    }
    return undefined;
  }

  /** How much of a text cannot be the beginning of anything. */
  #safeLength(text: string): number {
    let safe = Math.min(openAt(text, "【", "】", MAX_CITATION), openAt(text, "<|", "|>", LONGEST_MARKER));
    if (text.endsWith("<")) safe = Math.min(safe, text.length - 1);
    for (const { matched } of this.#stop) safe = Math.min(safe, text.length - matched);
    return safe;
  }
}

/** A string that is looked for in a text that arrives unit by unit, in time that does not depend on its length. */
class StopString {
  readonly string: string;
  /** How much of the string's beginning the text ends with. */
  matched = 0;
  /** For each beginning of the string, how long the longest shorter beginning is with which it ends. */
  readonly #shorter: readonly number[];

  constructor(string: string) {
    this.string = string;
    const shorter = [0, 0];
    for (let length = 1, known = 0; length < string.length; length++) {
      while (known > 0 && string[length] !== string[known]) known = shorter[known]!;
      if (string[length] === string[known]) known += 1;
      shorter.push(known);
    }
    this.#shorter = shorter;
  }

  /** Takes the next UTF-16 unit of the text. @returns Whether the text ends with the string now. */
  advance(unit: number): boolean {
    const { string } = this;
    if (this.matched === string.length) this.matched = this.#shorter[this.matched]!;
    while (this.matched > 0 && string.charCodeAt(this.matched) !== unit) this.matched = this.#shorter[this.matched]!;
    if (string.charCodeAt(this.matched) === unit) this.matched += 1;
    return this.matched === string.length;
  }
}

/** Where the last bracket of a text opens that is not closed yet and still may be; otherwise the length of the text. */
function openAt(text: string, opening: string, closing: string, longest: number): number {
  const index = text.lastIndexOf(opening);
  const isOpen = index >= 0 && text.length - index < longest && !text.includes(closing, index + opening.length);
  return isOpen ? index : text.length;
}
