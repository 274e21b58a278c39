import { SPECIAL_TOKENS } from "../../special-tokens.js";
import { type Mark, markOf } from "./mark.js";

/** A piece of text: a marker, or text without one. */
export interface ScannedText {
  readonly mark: Mark;
  readonly text: string;
  /** How much of the input it is: 0 for what is not in the input. */
  readonly width: number;
}

/** What every marker looks like; whether it is one, the table of special tokens says. */
const LIKE_A_MARKER = /<\|[a-z]+(?:_[0-9]+)?\|>/y;

/**
 * Finds the markers in a text that comes in chunks, cut anywhere. What may become a marker, or the first half of a
 * character, is held back until it is decided: never more than the longest marker.
 */
export class MarkerScanner {
  #held = "";

  /** Adds a chunk; gives the pieces that are certain now. */
  push(chunk: string): ScannedText[] {
    const text = this.#held + chunk;
    const pieces: ScannedText[] = [];
    let done = 0;
    let at = text.indexOf("<");
    for (; at >= 0; at = text.indexOf("<", at)) {
      const marker = markerAt(text, at);
      if (marker !== undefined) {
        addText(pieces, text.slice(done, at));
        pieces.push(marker);
        at += marker.text.length;
        done = at;
      } else if (mayBecomeMarker(text, at)) {
        break;
      } else {
        at++;
      }
    }
    const end = at >= 0 ? at : text.length - (endsInsideCharacter(text) ? 1 : 0);
    addText(pieces, text.slice(done, end));
    this.#held = text.slice(Math.max(done, end));
    return pieces;
  }

  /** Ends the text: what is held back was no marker. */
  finish(): ScannedText[] {
    const pieces: ScannedText[] = [];
    addText(pieces, this.#held);
    this.#held = "";
    return pieces;
  }
}

function addText(pieces: ScannedText[], text: string): void {
  if (text !== "") pieces.push({ mark: "text", text, width: text.length });
}

function markerAt(text: string, at: number): ScannedText | undefined {
  LIKE_A_MARKER.lastIndex = at;
  const marker = LIKE_A_MARKER.exec(text)?.[0];
  if (marker === undefined) return undefined;
  const token = SPECIAL_TOKENS.get(marker);
  return token === undefined ? undefined : { mark: markOf(token), text: marker, width: marker.length };
}

/** Of all markers those of reserved tokens are the longest. */
const LONGEST_MARKER = "<|reserved_200000|>".length;

let prefixes: ReadonlySet<string> | undefined;

/** Whether the rest of a text is the beginning of a marker and not all of it. */
function mayBecomeMarker(text: string, at: number): boolean {
  if (text.length - at >= LONGEST_MARKER) return false;
  prefixes ??= new Set(Array.from(SPECIAL_TOKENS.keys()).flatMap((marker) => prefixesOf(marker)));
  return prefixes.has(text.slice(at));
}

function prefixesOf(marker: string): string[] {
  return Array.from({ length: marker.length - 1 }, (_, index) => marker.slice(0, index + 1));
}

/** Whether a text ends with the first half of a surrogate pair. */
function endsInsideCharacter(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
