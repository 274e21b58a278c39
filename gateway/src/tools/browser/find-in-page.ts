import type { Page } from "./page.js";
import { wrapLines } from "./wrap-lines.js";

const MOST_RESULTS = 50;
/** How many lines of the page each result shows, and how many are passed over behind its first. */
const LINES_SHOWN = 4;

/**
 * The lines of a page that hold a text, as a page of their own, whose links lead to the lines.
 * @param pattern In lower case, as the lines are compared.
 */
export function findInPage(page: Page, pattern: string): Page {
  const lines = withoutLinks(wrapLines(page.text).join("\n")).split("\n");
  const found: string[] = [];
  const numbers: number[] = [];
  for (let index = 0; index < lines.length && found.length < MOST_RESULTS; ) {
    if (!lines[index]!.toLowerCase().includes(pattern)) {
      index += 1;
      continue;
    }
    const shown = lines.slice(index, index + LINES_SHOWN).join("\n");
    found.push(`# 【${found.length}†match at L${index}】\n${shown}`);
    numbers.push(index);
    index += LINES_SHOWN;
  }
  return {
    url: `${page.url}/find?pattern=${quoted(pattern)}`,
    title: `Find results for text: \`${pattern}\` in \`${page.title}\``,
    text: found.length === 0 ? `No \`find\` results for pattern: \`${pattern}\`` : found.join("\n\n"),
    links: found.map(() => page.url),
    lines: numbers,
  };
}

/** A text with the words of its links in their place. */
function withoutLinks(text: string): string {
  return text
    .replace(/^[^【】]*】/, "")
    .replace(/【\d*(?:†([^†】]*)(?:†[^†】]*)?)?$/, (_, content: string | undefined) => content ?? "")
    .replaceAll(/【\d+†([^†】]+)(?:†[^†】]+)?】/g, "$1");
}

function quoted(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "\ufffd"))
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", "/");
}
