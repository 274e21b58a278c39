import type { BrowserBackend } from "../page.js";

/** Which pages are fetched. */
export interface FetchPagesOptions {
  /**
   * Whether an address of IPv4 or IPv6 may be connected to. **The model chooses what it opens, and pages tell it what to
   * open**: whatever is allowed here can be reached by whoever writes a page. Default: those of the open internet alone.
   */
  readonly allows?: ((address: string) => boolean) | undefined;
}

/**
 * Fetches pages from this machine, for a service that only searches. It needs Node, Bun or Deno.
 *
 *     const browser = { search: exa().search, fetch: fetchPages() };
 */
export function fetchPages({ allows }: FetchPagesOptions = {}): BrowserBackend["fetch"] {
  return async (url, { signal }) => {
    // When it is needed: what has no sockets runs a gateway without it.
    const [{ fetchPage }, { isPublic }] = await Promise.all([
      import("../direct/fetch-page.js"),
      import("../direct/addresses.js"),
    ]);
    return fetchPage(url, signal, allows ?? isPublic);
  };
}
