import { z } from "zod";
import type { BrowserBackend } from "../page.js";
import { ask, keyOf, type ServiceOptions } from "./ask.js";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const Found = z.object({ results: z.array(z.object({ title: text, url: z.string(), summary: text })) });
const Contents = z.object({ results: z.array(z.object({ title: text, text })) });

/**
 * Searches and pages by Exa (https://exa.ai). The addresses that the model opens are fetched by Exa, not from here.
 * @throws TypeError without a key: `apiKey`, or the environment variable `EXA_API_KEY`.
 */
export function exa(options: ServiceOptions = {}): BrowserBackend {
  const key = keyOf(options, "EXA_API_KEY");
  const { baseURL = "https://api.exa.ai" } = options;
  const headers = { "x-api-key": key, "content-type": "application/json" };
  const post = <Answer>(
    path: string,
    wanted: object,
    schema: z.ZodType<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> =>
    ask("Exa", new URL(path, baseURL), { method: "POST", headers, body: JSON.stringify(wanted), signal }, schema);
  return {
    search: async (query, { count, signal }) => {
      const wanted = { query, numResults: count, contents: { text: true, summary: true } };
      return (await post("/search", wanted, Found, signal)).results;
    },
    fetch: async (url, { signal }) => {
      const wanted = { urls: [url], text: { includeHtmlTags: true } };
      const [page] = (await post("/contents", wanted, Contents, signal)).results;
      if (page === undefined) throw new Error(`No contents returned for ${url}`);
      return { html: page.text, title: page.title };
    },
  };
}
