import { BrowserError, type Page } from "./page.js";

/** How much of the pages is kept for the next request, in UTF-16 units of their text. */
const MOST_KEPT = 2_000_000;

/** The pages that a conversation has opened, as plain data. */
export interface KeptPages {
  readonly pages: readonly Page[];
  /** For each cursor, the place of its page in `pages`. */
  readonly cursors: readonly number[];
}

/**
 * The pages that the model has opened, in order: a page's place is its cursor, by which the model names it. Unlike in the
 * reference, a cursor stands for the page as it was shown, also when its address has been opened again.
 */
export class PageStack {
  readonly #pages: Page[];

  constructor(kept: KeptPages = { pages: [], cursors: [] }) {
    this.#pages = kept.cursors.flatMap((place) => kept.pages[place] ?? []);
  }

  /** The cursor of the page that was opened last. */
  get cursor(): number {
    return this.#pages.length - 1;
  }

  push(page: Page): void {
    this.#pages.push(page);
  }

  /** Takes back the page that was opened last. */
  pop(): void {
    this.#pages.pop();
  }

  /** @throws BrowserError for a cursor that there is not. A negative one counts from the end, as in Python. */
  page(cursor: unknown): Page {
    const top = this.#pages.at(-1);
    if (top === undefined) throw new BrowserError("No pages to access!");
    if (typeof cursor !== "number" || !Number.isInteger(cursor)) {
      throw new BrowserError(`\`cursor\` should be an integer, not \`${pythonTypeOf(cursor)}\``);
    }
    const page = this.#pages.at(cursor);
    if (page !== undefined) return page;
    throw new BrowserError(`Cursor \`${cursor}\` is out of range. Available cursor indices: [0 - ${this.cursor}].`);
  }

  /** The page of an address, as it was shown last. */
  byUrl(url: string): Page | undefined {
    return this.#pages.findLast((page) => page.url === url);
  }

  /** The page that a citation means; `undefined` for results of a search on the web, and for what there is not. */
  cited(cursor: number): { readonly url: string; readonly title: string } | undefined {
    const page = this.#pages[cursor];
    if (page === undefined) return undefined;
    // What was found in a page is a part of that page.
    const url = page.lines === undefined ? page.url : (page.links[0] ?? "");
    return url === "" ? undefined : { url, title: this.byUrl(url)?.title ?? page.title };
  }

  /** What is kept for the next request. Of the pages that have become too many, the addresses and titles are. */
  toJSON(): KeptPages {
    const pages: Page[] = [];
    const places = new Map<Page, number>();
    const cursors = this.#pages.map((page) => {
      const place = places.get(page) ?? pages.length;
      if (!places.has(page)) {
        places.set(page, place);
        pages.push(page);
      }
      return place;
    });
    let size = 0;
    for (let place = pages.length - 1; place >= 0; place--) {
      const page = pages[place]!;
      size += page.text.length;
      if (size > MOST_KEPT) pages[place] = { ...page, text: FORGOTTEN, links: [] };
    }
    return { pages, cursors };
  }
}

const FORGOTTEN = "This page was opened too long ago and is no longer kept. Open its URL again.";

function pythonTypeOf(value: unknown): string {
  if (value === null) return "NoneType";
  if (Array.isArray(value)) return "list";
  return PYTHON_TYPES.get(typeof value) ?? "dict";
}

const PYTHON_TYPES: ReadonlyMap<string, string> = new Map([
  ["string", "str"],
  ["number", "float"],
  ["boolean", "bool"],
]);
