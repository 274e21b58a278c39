import { LONGEST_MARKER, markerAt, SPECIAL_TOKENS } from "../../special-tokens.js";
import { type Mark, markOf } from "./mark.js";

/** A stretch of text: a marker, or text without one. */
export interface ScannedText {
  readonly mark: Mark;
  readonly text: string;
  /** How much of the input it is, in UTF-16 units: 0 if it is not in the input. */
  readonly width: number;
}

/**
 * Finds the markers in a text that arrives in chunks, cut anywhere. What may become a marker, or the first half of a
 * surrogate pair, is held back until it is decided: never more than the longest marker.
 */
export class MarkerScanner {
  #held = "";

  /** Adds a chunk; gives the stretches that are certain now. */
  push(chunk: string): ScannedText[] {
    const text = this.#held + chunk;
    const scanned: ScannedText[] = [];
    let done = 0;
    let at = text.indexOf("<");
    for (; at >= 0; at = text.indexOf("<", at)) {
      const marker = markerAt(text, at);
      if (marker !== undefined) {
        addText(scanned, text.slice(done, at));
        scanned.push({ mark: markOf(marker.token), text: marker.text, width: marker.text.length });
        at += marker.text.length;
        done = at;
      } else if (mayBecomeMarker(text, at)) {
        break;
      } else {
        at++;
      }
    }
    const end = at >= 0 ? at : text.length - (endsInsideCharacter(text) ? 1 : 0);
    addText(scanned, text.slice(done, end));
    this.#held = text.slice(Math.max(done, end));
    return scanned;
  }

  /** Ends the text: what is held back is not a marker. */
  finish(): ScannedText[] {
    const scanned: ScannedText[] = [];
    addText(scanned, this.#held);
    this.#held = "";
    return scanned;
  }
}

function addText(scanned: ScannedText[], text: string): void {
  if (text !== "") scanned.push({ mark: "text", text, width: text.length });
}

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
