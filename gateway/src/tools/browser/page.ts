/** A page as the model reads it. */
export interface Page {
  /** Empty for the results of a search. */
  readonly url: string;
  readonly title: string;
  readonly text: string;
  /** Where the links of the text lead, by their numbers. */
  readonly links: readonly string[];
  /** For the results of a search in a page: the line of that page that each of them stands on. */
  readonly lines?: readonly number[] | undefined;
}

/** A page that a search has found. */
export interface SearchResult {
  readonly title: string;
  readonly url: string;
  readonly summary: string;
}

/** A page as it comes from the web. */
export interface FetchedPage {
  readonly html: string;
  /** Default: the title that the page itself has. */
  readonly title?: string | undefined;
}

/** What stands between the browser and the web. What it throws is told to the model, by its message. */
export interface BrowserBackend {
  /** @param count How many results are wanted at most. */
  search(
    query: string,
    options: { readonly count: number; readonly signal: AbortSignal },
  ): Promise<readonly SearchResult[]>;
  fetch(url: string, options: { readonly signal: AbortSignal }): Promise<FetchedPage>;
}

/** A wrong use of the browser, in words for the model. */
export class BrowserError extends Error {
  override readonly name = "BrowserError";
}

/** A text that is not to be too long for a display. */
export function shortened(text: string, length = 1024): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}
