import { LONGEST_MARKER } from "../special-tokens.js";

/** How long a citation such as `【12†L3-L9】` may be, in UTF-16 units. An opening bracket that is not closed by then is text. */
const MAX_CITATION = 64;

/**
 * Lets a text through as it grows, but for an end that may turn out to be something else: the beginning of a citation, of
 * a marker that is spelled out, or of a stop string. Such an end is held back until it is known.
 */
export class HeldText {
  readonly #stop: readonly string[];
  #held = "";
  #stoppedBy: string | undefined;

  /** @param stop The strings at which the text ends, none of them empty; they are not part of it. */
  constructor(stop: readonly string[]) {
    this.#stop = stop;
  }

  /** The stop string that has ended the text. */
  get stoppedBy(): string | undefined {
    return this.#stoppedBy;
  }

  /** Takes the next piece of the text, and returns what may be shown now, perhaps `""`. */
  push(piece: string): string {
    if (this.#stoppedBy !== undefined) return "";
    const text = this.#held + piece;
    const stop = firstOf(text, this.#stop);
    if (stop !== undefined) {
      this.#stoppedBy = stop.string;
      this.#held = "";
      return text.slice(0, stop.index);
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

  /** How much of a text cannot be the beginning of anything. */
  #safeLength(text: string): number {
    let safe = Math.min(openAt(text, "【", "】", MAX_CITATION), openAt(text, "<|", "|>", LONGEST_MARKER));
    if (text.endsWith("<")) safe = Math.min(safe, text.length - 1);
    for (const string of this.#stop) {
      for (let length = Math.min(string.length - 1, text.length); length > text.length - safe; length--) {
        if (string.startsWith(text.slice(text.length - length))) {
          safe = text.length - length;
          break;
        }
      }
    }
    return safe;
  }
}

/** Where the last bracket of a text opens that is not closed yet and still may be; otherwise the length of the text. */
function openAt(text: string, opening: string, closing: string, longest: number): number {
  const index = text.lastIndexOf(opening);
  const isOpen = index >= 0 && text.length - index < longest && !text.includes(closing, index + opening.length);
  return isOpen ? index : text.length;
}

function firstOf(
  text: string,
  strings: readonly string[],
): { readonly string: string; readonly index: number } | undefined {
  let first: { readonly string: string; readonly index: number } | undefined;
  for (const string of strings) {
    const index = text.indexOf(string);
    if (index >= 0 && (first === undefined || index < first.index)) first = { string, index };
  }
  return first;
}
