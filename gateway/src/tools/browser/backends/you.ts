import { z } from "zod";
import type { BrowserBackend, SearchResult } from "../page.js";
import { ask, keyOf, type ServiceOptions } from "./ask.js";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const Web = z.object({ title: text, url: z.string(), snippets: z.array(z.string()).nullish() });
const News = z.object({ title: text, url: z.string(), description: text });
const Found = z.object({ results: z.object({ web: z.array(Web).nullish(), news: z.array(News).nullish() }) });
const Contents = z.array(z.object({ title: text, html: z.string().nullish() }));

/**
 * Searches and pages by You.com (https://you.com). The addresses that the model opens are fetched by You.com, not from here.
 * @throws TypeError without a key: `apiKey`, or the environment variable `YDC_API_KEY`.
 */
export function youCom(options: ServiceOptions = {}): BrowserBackend {
  const key = keyOf(options, "YDC_API_KEY");
  const { baseURL = "https://api.ydc-index.io" } = options;
  const headers = { "x-api-key": key };
  return {
    search: async (query, { count, signal }) => {
      const url = new URL("/v1/search", baseURL);
      url.search = new URLSearchParams({ query, count: String(count) }).toString();
      const { web, news } = (await ask("You.com", url, { headers, signal }, Found)).results;
      const pages = (web ?? []).map(({ title, url, snippets }): SearchResult => {
        return { title, url, summary: (snippets ?? []).join(" ") };
      });
      const reports = (news ?? []).map(({ title, url, description }): SearchResult => {
        return { title, url, summary: description };
      });
      return [...pages, ...reports];
    },
    fetch: async (url, { signal }) => {
      const init = {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ urls: [url], livecrawl_formats: "html" }),
        signal,
      };
      const [page] = await ask("You.com", new URL("/v1/contents", baseURL), init, Contents);
      if (page === undefined) throw new Error(`No contents returned for ${url}`);
      if (typeof page.html !== "string") throw new Error(`No HTML returned for ${url}`);
      return { html: page.html, title: page.title };
    },
  };
}
