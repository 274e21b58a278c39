import type { HarmonyEncoding } from "harmony-format";
import { fieldsOf } from "../../http/body.js";
import type { GatewayTool } from "../gateway-tool.js";
import { findInPage } from "./find-in-page.js";
import { pageOf } from "./html-page.js";
import { type BrowserBackend, BrowserError, type Page, type SearchResult, shortened } from "./page.js";
import type { PageStack } from "./page-stack.js";
import { viewOf } from "./page-view.js";

/** How many results a search shows. The model's own `topn` makes no difference, as in the reference. */
const MOST_RESULTS = 20;

type Arguments = Readonly<Record<string, unknown>>;

/** The browser that gpt-oss was trained with: `browser.search`, `browser.open` and `browser.find`. */
export function browserTool(backend: BrowserBackend, stack: PageStack, encoding: HarmonyEncoding): GatewayTool {
  const browser = new Browser(backend, stack, encoding);
  return {
    recipientOf: (called) => (/^browser(?:\.|$)/.test(called) ? called : undefined),
    run: async ({ recipient, text }, signal) => {
      const args = argumentsIn(text);
      if (args === undefined) return errorJson("Invalid function arguments");
      const name = recipient.slice(recipient.indexOf(".") + 1);
      switch (name) {
        case "search":
          return browser.search(args, signal);
        case "open":
          return browser.open(args, signal);
        case "find":
          return browser.find(args);
        default:
          return errorJson(`Unknown function: ${name}`);
      }
    },
  };
}

class Browser {
  readonly #backend: BrowserBackend;
  readonly #stack: PageStack;
  readonly #encoding: HarmonyEncoding;

  constructor(backend: BrowserBackend, stack: PageStack, encoding: HarmonyEncoding) {
    this.#backend = backend;
    this.#stack = stack;
    this.#encoding = encoding;
  }

  async search({ query }: Arguments, signal: AbortSignal): Promise<string> {
    if (typeof query !== "string") return errorJson("Invalid function arguments");
    let results: readonly SearchResult[];
    try {
      results = await this.#backend.search(query, { count: MOST_RESULTS, signal });
    } catch (error) {
      throw new BrowserError(`Error during search for \`${query}\`: ${shortened(messageOf(error))}`);
    }
    return this.#show(pageOf({ html: htmlOf(results.slice(0, MOST_RESULTS)), url: "", title: query }), 0);
  }

  async open(args: Arguments, signal: AbortSignal): Promise<string> {
    const { cursor = -1, loc, num_lines: lineCount, view_source: viewSource } = args;
    const id = linkOf(args.id);
    const from = integerOf(loc);
    const count = integerOf(lineCount);
    if (id === undefined || from === undefined || count === undefined) return errorJson("Invalid function arguments");
    if (typeof id === "string") {
      return this.#show(await this.#fetch(id, viewSource === true, signal), Math.max(from, 0), count);
    }
    const current = this.#stack.page(cursor);
    const url = id < 0 ? current.url : current.links[id];
    if (url === undefined) throw new BrowserError(`Invalid link id \`${id}\`.`);
    if (viewSource === true) return this.#show(await this.#fetch(url, true, signal), Math.max(from, 0), count);
    if (id < 0) return this.#show(current, Math.max(from, 0), count);
    const page = this.#stack.byUrl(url) ?? (await this.#fetch(url, false, signal));
    // A result of a search in a page leads to its line, with some lines before it.
    const line = current.lines?.[id] ?? 0;
    return this.#show(page, from >= 0 ? from : line > 4 ? line - 4 : line, count);
  }

  find({ pattern, cursor = -1 }: Arguments): string {
    if (pattern === undefined) return errorJson("Invalid function arguments");
    const page = this.#stack.page(cursor);
    if (page.lines !== undefined) {
      throw new BrowserError("Cannot run `find` on search results page or find results page");
    }
    return this.#show(findInPage(page, String(pattern).toLowerCase()), 0);
  }

  async #fetch(url: string, isSource: boolean, signal: AbortSignal): Promise<Page> {
    const shownUrl = isSource ? `view-source:${url}` : url;
    try {
      const { html, title } = await this.#backend.fetch(url.replace(/^view-source:/, ""), { signal });
      if (isSource) return { url: shownUrl, title: title ?? url, text: `\nURL: ${shownUrl}\n${html}`, links: [] };
      return pageOf({ html, url, title });
    } catch (error) {
      throw new BrowserError(`Error fetching URL \`${shortened(shownUrl)}\`: ${shortened(messageOf(error))}`);
    }
  }

  /** Opens a page and shows a part of it; a page that has no such part is not opened. */
  #show(page: Page, from: number, lineCount = -1): string {
    this.#stack.push(page);
    try {
      return viewOf(page, { cursor: this.#stack.cursor, from, lineCount, encoding: this.#encoding });
    } catch (error) {
      this.#stack.pop();
      throw error;
    }
  }
}

/** The results of a search as a page. */
function htmlOf(results: readonly SearchResult[]): string {
  const items = results.map(
    ({ title, url, summary }) => `<li><a href="${escaped(url)}">${escaped(title)}</a> ${escaped(summary)}</li>`,
  );
  return `<html><body>\n<h1>Search Results</h1>\n<ul>\n${items.join("")}\n</ul>\n</body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** What the model wrote, if it is an object of JSON; nothing at all is an empty one. */
function argumentsIn(text: string): Arguments | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? fieldsOf(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The number of a link, or an address. Models also write a number as a text. */
function linkOf(id: unknown): number | string | undefined {
  if (typeof id !== "string") return integerOf(id);
  return /^-?\d{1,9}$/.test(id) ? Number(id) : id;
}

/** A number that is not given is -1. */
function integerOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return -1;
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}

function errorJson(error: string): string {
  // As Python's json.dumps prints it.
  return `{"error": ${JSON.stringify(error)}}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
