import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type OpenAI from "openai";
import { afterEach, describe, expect, test } from "vitest";
import { type BrowserBackend, exa, youCom } from "../../../gateway/dist/index.js";
import { browserTool } from "../../../gateway/dist/tools/browser/browser-tool.js";
import { pageOf } from "../../../gateway/dist/tools/browser/html-page.js";
import { PageStack } from "../../../gateway/dist/tools/browser/page-stack.js";
import { wrapLines } from "../../../gateway/dist/tools/browser/wrap-lines.js";
import { encoding, scriptedEngine } from "../scripted-engine.js";
import { answer, call, clientOf, promptsOf } from "./clients.js";

const model = "gpt-oss";
const SEARCH = { type: "web_search" } as const;

const TIDES = `<html><head><title>Tides of the sea</title></head><body><h1>Tides</h1>
<p>High tide is at <b>noon</b>, says <a href="/moon">the moon</a> and <a href="https://o.example/x?a=1">another</a>.</p>
<p>The sea【9†fake】 is calm.</p></body></html>`;

/** A web of two pages. */
function web(): BrowserBackend & { readonly fetched: string[] } {
  const fetched: string[] = [];
  return {
    fetched,
    search: async (query) => {
      if (query === "broken") throw new Error("quota exceeded");
      return [{ title: "Tides & more", url: "https://e.example/tides", summary: "All <b>tides</b>." }];
    },
    fetch: async (url) => {
      fetched.push(url);
      if (url === "https://e.example/tides") return { html: TIDES };
      if (url === "https://e.example/moon") return { html: "<p>The moon.</p>" };
      throw new Error(`No contents returned for ${url}`);
    },
  };
}

/** A browser, and what it shows for calls. */
function browser(backend: BrowserBackend = web()) {
  const stack = new PageStack();
  const tool = browserTool(backend, stack, encoding);
  const { signal } = new AbortController();
  return async (name: string, args: unknown): Promise<string> => {
    const text = typeof args === "string" ? args : JSON.stringify(args);
    try {
      return await tool.run({ recipient: `browser.${name}`, text }, signal);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
}

describe("what the model sees", () => {
  test("a search, a page, a search in the page, and the line that was found", async () => {
    const show = browser();
    expect(await show("search", { query: "tides" })).toBe(
      [
        "[0] tides",
        "**viewing lines [0 - 4] of 4**",
        "",
        "L0: ",
        "L1: URL: ",
        "L2: # Search Results",
        "L3: ",
        "L4:   * 【0†Tides & more†e.example】 All <b>tides</b>.",
      ].join("\n"),
    );
    expect(await show("open", { id: 0 })).toBe(
      [
        "[1] Tides of the sea (https://e.example/tides)",
        "**viewing lines [0 - 6] of 6**",
        "",
        "L0: ",
        "L1: URL: https://e.example/tides",
        "L2: # Tides",
        "L3: ",
        "L4: High tide is at noon, says 【0†the moon】 and 【1†another†o.example】.",
        "L5: ",
        "L6: The sea〖9†fake〗 is calm.",
      ].join("\n"),
    );
    expect(await show("find", { pattern: "Calm" })).toBe(
      [
        "[2] Find results for text: `calm` in `Tides of the sea` (https://e.example/tides/find?pattern=calm)",
        "**viewing lines [0 - 1] of 1**",
        "",
        "L0: # 【0†match at L6】",
        "L1: The sea〖9†fake〗 is calm.",
      ].join("\n"),
    );
    expect(await show("open", { id: 0 })).toMatch(/^\[3\] Tides of the sea .*\n\*\*viewing lines \[2 - 6\] of 6/);
  });

  test.each([
    ["find", { pattern: "x" }, "No pages to access!"],
    ["open", { cursor: 0 }, "No pages to access!"],
    ["nope", {}, '{"error": "Unknown function: nope"}'],
    ["open", "[1]", '{"error": "Invalid function arguments"}'],
    ["open", "{", '{"error": "Invalid function arguments"}'],
    ["search", {}, '{"error": "Invalid function arguments"}'],
    ["search", { query: "broken" }, "Error during search for `broken`: quota exceeded"],
    [
      "open",
      { id: "https://x.example" },
      "Error fetching URL `https://x.example`: No contents returned for https://x.example",
    ],
  ])("%s %j at first: %s", async (name, args, text) => {
    expect(await browser()(name, args)).toBe(text);
  });

  test.each([
    ["open", { cursor: 9 }, "Cursor `9` is out of range. Available cursor indices: [0 - 0]."],
    ["open", { cursor: "a" }, "`cursor` should be an integer, not `str`"],
    ["open", { id: 7 }, "Invalid link id `7`."],
    ["open", { loc: 99 }, "Invalid location parameter: `99`. Cannot exceed page maximum of 6."],
  ])("%s %j behind a page: %s", async (name, args, text) => {
    const show = browser();
    await show("open", { id: "https://e.example/tides" });
    expect(await show(name, args)).toBe(text);
    // What cannot be shown is not opened.
    expect(await show("open", {})).toMatch(/^\[1\] Tides/);
  });

  test("nothing is searched in what was found", async () => {
    const show = browser();
    await show("open", { id: "https://e.example/tides" });
    await show("find", { pattern: "none" });
    expect(await show("find", { pattern: "x" })).toBe("Cannot run `find` on search results page or find results page");
  });

  test("a link leads to the page that is there; an address is fetched again", async () => {
    const backend = web();
    const show = browser(backend);
    await show("open", { id: "https://e.example/tides" });
    await show("open", { id: 0 });
    await show("open", { cursor: 0, id: "0" });
    expect(backend.fetched).toEqual(["https://e.example/tides", "https://e.example/moon"]);
    await show("open", { id: "https://e.example/moon" });
    expect(backend.fetched).toHaveLength(3);
  });

  test("a long page is shown as far as 1,024 tokens go, and goes on from a line", async () => {
    const html = `<title>Long</title>${"<p>one two three four five six seven eight nine ten</p>".repeat(400)}`;
    const show = browser({ ...web(), fetch: async () => ({ html }) });
    const first = await show("open", { id: "https://e.example/long" });
    const [, from, to] = /viewing lines \[(\d+) - (\d+)\] of 800/.exec(first) ?? [];
    expect(from).toBe("0");
    const tokens = encoding.encode(first.slice(first.indexOf("L0:")), { disallowedSpecial: [] }).length;
    expect(tokens).toBeGreaterThan(1000);
    expect(tokens).toBeLessThan(1060);
    expect(await show("open", { loc: Number(to), num_lines: 3 })).toMatch(/viewing lines \[(\d+) - (\d+)\]/);
    expect(await show("open", { loc: 10, num_lines: 2 })).toContain("viewing lines [10 - 11] of 800");
  });
});

describe("pages", () => {
  test.each([
    ["<ul><li>a.<ul><li>b.</li></ul></li></ul><ol start=3><li>c.</li></ol>", "* a.\n    * b.\n\n  3. c."],
    ["<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A B\n1 2"],
    ["<p>a.<br>b.</p><hr><blockquote><p>c.</p><p>d.</p></blockquote>", "a.\nb.\n\n* * *\n\n> c.\n> \n> d."],
    ["<p>x<sup>2</sup> H<sub>2</sub>O <code>f()</code></p><pre>a\n  b</pre>", "x^{2} H_{2}O `f()`\n\n    a\n      b"],
    [
      "<p><img alt='A cat'> <img> <math>x</math>. <script>bad()</script><style>p{}</style></p>",
      "[Image 0: A cat] [Image 1] .",
    ],
    ["<a href='#x'>here</a> <a href='mailto:a@b'>mail</a> <a href='javascript:x'>js</a> <a>no</a>", "here mail js no"],
    ["<a href='https://arxiv.org/abs/1'>p†q</a>", "【0†p‡q†arxiv.org】"],
    ["<p>1. no list</p><p>- nor this</p><p>z\u200bw 🙂◼</p>", "1\\. no list\n\n\\- nor this\n\nzw ◾"],
    ["text", "text"],
  ])("%j", (html, text) => {
    const page = pageOf({ html, url: "https://e.example/" });
    const lines = page.text.split("\n").map((line) => (line.startsWith(">") ? line : line.trimEnd()));
    expect(lines.join("\n")).toBe(`\nURL: https://e.example/\n${text}`);
  });

  test("one that is nested a hundred thousand times is read", () => {
    const page = pageOf({ html: `${"<div><b>".repeat(50_000)}deep`, url: "https://e.example/" });
    expect(page.text).toContain("deep");
  });

  test("an empty one is an error", () => {
    expect(() => pageOf({ html: " ", url: "" })).toThrow("Document is empty");
  });
});

test("lines are those of Python's textwrap", () => {
  // Each has been wrapped by Python 3.11 with these settings.
  expect(wrapLines("")).toEqual([""]);
  expect(wrapLines("a\tb\n\nc")).toEqual(["a       b", "", "c"]);
  const word = "x".repeat(85);
  expect(wrapLines(word)).toEqual(["x".repeat(80), "xxxxx"]);
  expect(wrapLines(`${"a".repeat(78)} well-known words`)).toEqual([`${"a".repeat(78)} `, "well-known words"]);
  expect(wrapLines(`${"a".repeat(72)} well-known words`)).toEqual([`${"a".repeat(72)} well-`, "known words"]);
  expect(wrapLines(`${"a".repeat(80)} b`)).toEqual(["a".repeat(80), " b"]);
});

describe("through the gateway", () => {
  const ASK = call("browser.search", '{"query":"tides"}');
  const OPEN = call("browser.open", '{"id":0}');
  const SAYS = "At noon 【1†L4】, on 【0†L4】 and 【7†L1】.";

  test("Responses, streamed: calls are items, citations are annotations", async () => {
    const engine = scriptedEngine([ASK, OPEN, answer(SAYS)]);
    const openai = clientOf(engine, { tools: { browser: web() } });
    const stream = await openai.responses.create({ model, input: "When?", tools: [SEARCH], stream: true });
    const annotated: unknown[] = [];
    let response: OpenAI.Responses.Response | undefined;
    for await (const event of stream) {
      if (event.type === "response.output_text.annotation.added") annotated.push(event.annotation);
      if (event.type === "response.completed") response = event.response;
    }
    expect(response?.output.map(({ type }) => type)).toEqual([
      "reasoning",
      "web_search_call",
      "reasoning",
      "web_search_call",
      "message",
    ]);
    expect(response?.output_text).toBe(SAYS);
    const cited = {
      type: "url_citation",
      url: "https://e.example/tides",
      title: "Tides of the sea",
      start_index: 8,
      end_index: 14,
    };
    expect(annotated).toEqual([cited]);
    expect(promptsOf(engine)[2]).toContain("<|start|>browser.open to=assistant<|channel|>analysis<|message|>[1] Tides");
  });

  test("cursors go on from response to response", async () => {
    const engine = scriptedEngine([
      ASK,
      answer("One."),
      call("browser.open", '{"cursor":0,"id":0}'),
      answer("Two 【1†L4】."),
    ]);
    const openai = clientOf(engine, { tools: { browser: web() } });
    const first = await openai.responses.create({ model, input: "When?", tools: [SEARCH] });
    const second = await openai.responses.create({
      model,
      input: "More",
      tools: [SEARCH],
      previous_response_id: first.id,
    });
    expect(promptsOf(engine)[3]).toContain("[1] Tides of the sea");
    const message = second.output.at(-1);
    if (message?.type !== "message" || message.content[0]?.type !== "output_text") throw new Error("no message");
    expect(message.content[0].annotations).toHaveLength(1);
  });

  test("a client that sends the items back gets the cursors, too", async () => {
    const engine = scriptedEngine([ASK, answer("One."), call("browser.open", '{"id":0}'), answer("Two.")]);
    const openai = clientOf(engine, { tools: { browser: web() } });
    const first = await openai.responses.create({ model, input: "When?", tools: [SEARCH], store: false });
    const input = [{ role: "user", content: "When?" }, ...first.output, { role: "user", content: "More" }];
    await openai.responses.create({
      model,
      input: input as OpenAI.Responses.ResponseInput,
      tools: [SEARCH],
      store: false,
    });
    expect(promptsOf(engine)[3]).toContain("[1] Tides of the sea");
  });

  test("the answers to one request do not see each other's pages", async () => {
    const engine = scriptedEngine([ASK, answer("One."), ASK, answer("Two.")]);
    const openai = clientOf(engine, { tools: { browser: web() } });
    await openai.chat.completions.create({
      model,
      messages: [{ role: "user", content: "When?" }],
      web_search_options: {},
      n: 2,
    });
    const prompts = promptsOf(engine);
    expect(prompts[1]).toContain("[0] tides");
    expect(prompts[3]).toContain("[0] tides");
  });

  test.each([false, true])("Chat Completions: annotations, and cursors that go on (streamed: %s)", async (stream) => {
    const engine = scriptedEngine([
      ASK,
      OPEN,
      answer(SAYS),
      call("browser.open", '{"cursor":1,"id":0}'),
      answer("Two."),
    ]);
    const openai = clientOf(engine, { tools: { browser: web() } });
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "When?" }];
    const asked = { model, messages, web_search_options: {} };
    let text: string | null = "";
    let annotations: unknown[] = [];
    if (stream) {
      for await (const { choices } of await openai.chat.completions.create({ ...asked, stream })) {
        const { content, annotations: more = [] } = (choices[0]?.delta ?? {}) as { content?: string; annotations?: [] };
        text += content ?? "";
        annotations = [...annotations, ...more];
      }
    } else {
      const { choices } = await openai.chat.completions.create(asked);
      const message = choices[0]!.message;
      text = message.content;
      annotations = message.annotations ?? [];
      expect(message.tool_calls).toBeUndefined();
    }
    expect(text).toBe(SAYS);
    expect(annotations).toEqual([
      {
        type: "url_citation",
        url_citation: { url: "https://e.example/tides", title: "Tides of the sea", start_index: 8, end_index: 14 },
      },
    ]);
    messages.push({ role: "assistant", content: text }, { role: "user", content: "And the moon?" });
    await openai.chat.completions.create({ ...asked, messages });
    expect(promptsOf(engine)[4]).toContain("[2] e.example (https://e.example/moon)");
  });

  test("without a backend, the search is refused", async () => {
    const openai = clientOf(scriptedEngine([answer("No.")]));
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "When?" }];
    await expect(openai.chat.completions.create({ model, messages, web_search_options: {} })).rejects.toThrow(
      /nothing searches/,
    );
    await expect(openai.responses.create({ model, input: "When?", tools: [SEARCH] })).rejects.toThrow(/nothing runs/);
  });
});

describe("services", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** A service that answers what it is told to, and what it was asked. */
  async function service(
    reply: (request: IncomingMessage, body: string) => { status?: number; body: unknown; location?: string },
  ) {
    const asked: { method: string; url: string; key: unknown; body: unknown }[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { method = "", url = "", headers } = request;
      asked.push({ method, url, key: headers["x-api-key"], body: body === "" ? undefined : JSON.parse(body) });
      const { status = 200, body: answered, location } = reply(request, body);
      response.writeHead(status, location === undefined ? {} : { location });
      response.end(typeof answered === "string" ? answered : JSON.stringify(answered));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { asked, options: { apiKey: "secret-key", baseURL } };
  }

  const { signal } = new AbortController();

  test("Exa", async () => {
    const { asked, options } = await service(({ url }) =>
      url === "/search"
        ? {
            body: {
              requestId: "r",
              results: [{ id: "1", title: null, url: "https://a.example", summary: "S", text: "T" }],
            },
          }
        : { body: { results: [{ url: "https://a.example", title: "A", text: "<p>x</p>" }] } },
    );
    const backend = exa(options);
    expect(await backend.search("q", { count: 20, signal })).toEqual([
      { title: "", url: "https://a.example", summary: "S" },
    ]);
    expect(await backend.fetch("https://a.example", { signal })).toEqual({ html: "<p>x</p>", title: "A" });
    expect(asked).toEqual([
      {
        method: "POST",
        url: "/search",
        key: "secret-key",
        body: { query: "q", numResults: 20, contents: { text: true, summary: true } },
      },
      {
        method: "POST",
        url: "/contents",
        key: "secret-key",
        body: { urls: ["https://a.example"], text: { includeHtmlTags: true } },
      },
    ]);
  });

  test("You.com", async () => {
    const { asked, options } = await service(({ method }) =>
      method === "GET"
        ? {
            body: {
              results: {
                web: [{ title: "A", url: "https://a.example", snippets: ["one", "two"] }],
                news: [{ title: "B", url: "https://b.example", description: "three" }],
              },
            },
          }
        : { body: [{ url: "https://a.example", title: "A", html: "<p>x</p>" }] },
    );
    const backend = youCom(options);
    expect(await backend.search("a b&c", { count: 20, signal })).toEqual([
      { title: "A", url: "https://a.example", summary: "one two" },
      { title: "B", url: "https://b.example", summary: "three" },
    ]);
    expect(await backend.fetch("https://a.example", { signal })).toEqual({ html: "<p>x</p>", title: "A" });
    expect(asked.map(({ method, url, key, body }) => [method, url, key, body])).toEqual([
      ["GET", "/v1/search?query=a+b%26c&count=20", "secret-key", undefined],
      ["POST", "/v1/contents", "secret-key", { urls: ["https://a.example"], livecrawl_formats: "html" }],
    ]);
  });

  test.each([
    [{ status: 401, body: "no such key" }, "Exa error 401: no such key"],
    [{ body: "<html>" }, "Exa has answered in a form that is not understood"],
    [{ body: { results: [{ url: 1 }] } }, "Exa has answered in a form that is not understood"],
    [{ status: 302, body: "", location: "http://127.0.0.1:1/" }, "Exa cannot be reached"],
  ])("what goes wrong is told without the key: %j", async (answered, message) => {
    const { options } = await service(() => answered);
    const failed = exa(options).search("q", { count: 20, signal });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.not.toThrow(/secret-key/);
  });

  test("what is not there is an error", async () => {
    const { options } = await service(() => ({ body: { results: [] } }));
    await expect(exa(options).fetch("https://a.example", { signal })).rejects.toThrow(
      "No contents returned for https://a.example",
    );
    const empty = await service(() => ({ body: [{ title: "A" }] }));
    await expect(youCom(empty.options).fetch("https://a.example", { signal })).rejects.toThrow("No HTML returned");
  });

  test("without a key there is none", () => {
    expect(() => exa({ apiKey: "" })).toThrow("give an apiKey, or set EXA_API_KEY");
    expect(() => youCom({ apiKey: "" })).toThrow("give an apiKey, or set YDC_API_KEY");
  });
});
