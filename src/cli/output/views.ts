import type { RenderedPart } from "../../text.js";
import type { Paint } from "./color.js";

/** A rendered conversation for people: special tokens in colour, and each message on a line of its own. */
export function partsView(parts: readonly RenderedPart[], paint: Paint): string {
  let view = "";
  let message = parts[0]?.message;
  for (const part of parts) {
    if (part.message !== message) view += "\n";
    message = part.message;
    if (part.token !== undefined) view += paint("marker", part.text);
    else view += part.section === "header" ? paint("role", visible(part.text)) : visible(part.text);
  }
  return view;
}

/** A text with everything in it that would be a command to a terminal written out. Line breaks and tabs stay. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the terminal.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
