import type { HarmonyEncoding } from "harmony-format";
import { BrowserError, type Page, shortened } from "./page.js";
import { wrapLines } from "./wrap-lines.js";

/** How many tokens a view has, unless the model says how many lines it wants. */
const VIEW_TOKENS = 1024;

/** How many characters a token has at most. */
const LONGEST_TOKEN = 128;

/** Which part of a page is shown. */
export interface ViewOptions {
  /** The number of the page among those that were opened. */
  readonly cursor: number;
  /** The first line, counted from 0. */
  readonly from: number;
  /** How many lines; as many as a view has, if it is not positive. */
  readonly lineCount: number;
  readonly encoding: HarmonyEncoding;
}

/**
 * A part of a page as the model sees it: where it is, and numbered lines.
 * @throws BrowserError for a line that the page does not have.
 */
export function viewOf(page: Page, { cursor, from, lineCount, encoding }: ViewOptions): string {
  const lines = wrapLines(page.text);
  const last = lines.length - 1;
  if (from > last) {
    throw new BrowserError(`Invalid location parameter: \`${from}\`. Cannot exceed page maximum of ${last}.`);
  }
  const numbered = lines.slice(from).map((line, index) => `L${from + index}: ${line}`);
  const count = lineCount > 0 ? lineCount : countOfView(numbered.join("\n"), encoding);
  const shown = numbered.slice(0, count);
  const url = shortened(unquoted(page.url));
  const place = url === "" ? page.title : `${page.title} (${url})`;
  const range = `viewing lines [${from} - ${from + shown.length - 1}] of ${last}`;
  return `[${cursor}] ${place}\n**${range}**\n\n${shown.join("\n")}`;
}

/** How many lines of a text make a view: those in which its first tokens are. */
function countOfView(text: string, encoding: HarmonyEncoding): number {
  // A token has at least one character.
  if (lengthOf(text) <= VIEW_TOKENS) return Infinity;
  const beginning = Array.from(text.slice(0, 2 * (VIEW_TOKENS + 1) * LONGEST_TOKEN))
    .slice(0, (VIEW_TOKENS + 1) * LONGEST_TOKEN)
    .join("");
  const tokens = encoding.encode(beginning, { disallowedSpecial: [] });
  if (tokens.length <= VIEW_TOKENS) return Infinity;
  // The reference adds up the characters of the tokens, one by one, and so counts one that is in several tokens more than once.
  let end = 0;
  for (const token of tokens.slice(0, VIEW_TOKENS)) end += Array.from(encoding.decode([token])).length;
  return (
    Array.from(beginning)
      .slice(0, end)
      .filter((character) => character === "\n").length + 1
  );
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** An address with its percent signs read; as it is, where they say nothing. */
function unquoted(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
