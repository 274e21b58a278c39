// The built site: each link leads to a page and a heading that are there, and no page asks anybody but its own server.
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { inflateRawSync } from "node:zlib";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { playgroundFragment } from "../../site/playground-link.mjs";
import { installChromium } from "../runtimes/chromium.mjs";

const { folder, base } = inject("site");

/** All pages but those of the playground, and the one that stands for whatever is missing. */
const PAGES = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".html") && file !== "404.html" && !file.startsWith("playground/"))
  .sort();

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const html = (page) => readFileSync(join(folder, page), "utf8");

test("the guide, the documentation and a reference for each entry point are there", () => {
  const { exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith(".json"));
  const docs = readdirSync(new URL("../../docs/", import.meta.url), { recursive: true, encoding: "utf8" });
  const expected = [
    ...docs.filter((file) => file.endsWith(".md")).map((file) => file.replaceAll("\\", "/").replace(/md$/, "html")),
    ...entries.map((entry) => `api/harmony-format${entry.slice(1)}.html`),
  ];
  expect(PAGES).toEqual(expect.arrayContaining(expected));
});

describe("links", () => {
  /** The places in a page that a link may lead to. */
  const ids = new Map(
    PAGES.map((page) => [page, new Set(Array.from(html(page).matchAll(/ id="([^"]+)"/g), ([, id]) => id))]),
  );

  const plain = (text) => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");

  test.each(PAGES)("%s", (page) => {
    const links = Array.from(html(page).matchAll(/<a\b[^>]*? href="([^"]+)"/g), ([, href]) => plain(href));
    expect(links.length).toBeGreaterThan(0);
    const broken = links.filter((href) => {
      const url = new URL(href, `http://site${base}${page}`);
      if (url.host !== "site") return false;
      if (!url.pathname.startsWith(base)) return true;
      const path = decodeURI(url.pathname.slice(base.length));
      const target = path === "" || path.endsWith("/") ? `${path}index.html` : path;
      if (!existsSync(join(folder, target))) return true;
      // The playground reads its fragment by itself.
      const fragment = decodeURIComponent(url.hash.slice(1));
      return fragment !== "" && !target.startsWith("playground/") && ids.get(target)?.has(fragment) !== true;
    });
    expect(broken).toEqual([]);
  });
});

test("a link into the playground holds the example", () => {
  const conversation = '{ "messages": [{ "role": "user", "content": "☀️" }] }';
  const read = (fragment) => JSON.parse(inflateRawSync(Buffer.from(fragment.slice(3), "base64url")).toString());
  const link = playgroundFragment("json conversation", conversation);
  expect(link).toMatch(/^v1\.[\w-]+$/);
  expect(read(link)).toEqual({ tab: "prompt", prompt: { text: conversation } });
  expect(read(playgroundFragment("harmony completion", "Hi"))).toEqual({ tab: "parse", parse: { text: "Hi" } });
  expect(read(playgroundFragment("harmony", "Hi"))).toEqual({ tab: "parse", parse: { text: "Hi" } });
  expect(read(playgroundFragment("json tokens", "[1]"))).toEqual({ tab: "parse", parse: { text: "[1]" } });
  const withTools = playgroundFragment("harmony tools=functions.f", "Hi");
  expect(read(withTools)).toEqual({ tab: "parse", parse: { text: "Hi", tools: "functions.f" } });
  expect(playgroundFragment("harmony prompt", "Hi")).toBe(undefined);
});

describe("in a browser", () => {
  const TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
  };
  let server;
  let browser;
  let origin;

  beforeAll(async () => {
    server = createServer(({ url }, response) => {
      const { pathname } = new URL(url, "http://localhost");
      const path = normalize(join(folder, pathname.slice(base.length - 1)));
      const file = path.endsWith("/") ? `${path}index.html` : path;
      const type = TYPES[extname(file)];
      const isThere = pathname.startsWith(base) && file.startsWith(folder) && type !== undefined && existsSync(file);
      if (!isThere) return response.writeHead(404).end();
      response.writeHead(200, { "content-type": type });
      createReadStream(file).pipe(response);
    });
    await new Promise((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    origin = `http://127.0.0.1:${server.address().port}`;
    const args = ["--disable-gpu", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
    browser = await chromium.launch({ executablePath: installChromium(), args });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Opens a page. `requests` are those to others, and those that failed; `errors` is what the browser complained about. */
  async function open(path) {
    const page = await browser.newPage();
    const requests = [];
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("request", (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (protocol !== "data:" && asked !== origin) requests.push(request.url());
    });
    page.on(
      "response",
      (response) => response.status() >= 400 && requests.push(`${response.status()} ${response.url()}`),
    );
    await page.goto(`${origin}${base}${path}`, { waitUntil: "networkidle" });
    return { page, requests, errors };
  }

  /** What axe-core finds, in a line each. In the dark, only the colours are others. */
  async function violations(page, options) {
    const run = (given) => globalThis.axe.run({ resultTypes: ["violations"], ...given });
    const found = await page.evaluate(run, options);
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  test.concurrent.each(PAGES)("%s asks nobody else, is for everybody, and nothing goes wrong", async (path) => {
    const { page, requests, errors } = await open(path);
    try {
      expect(await page.locator("h1").count()).toBeGreaterThan(0);
      // The switch of colours gets its name when the page's script runs.
      await page.locator(".VPSwitchAppearance[title*=' ']").first().waitFor({ state: "attached" });
      await page.evaluate(AXE);
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.locator("html.dark").waitFor();
      expect(await violations(page, { runOnly: ["color-contrast"] })).toEqual([]);
      expect({ requests, errors }).toEqual({ requests: [], errors: [] });
    } finally {
      await page.close();
    }
  });

  /** An example of each kind, and words of it that the playground must show. */
  const EXAMPLES = [
    { number: 0, words: "What is 2 + 2?" },
    { number: 1, words: "A simple sum." },
  ];

  test.skipIf(!existsSync(join(folder, "playground/index.html"))).each(EXAMPLES)(
    "example $number of the guide's first page opens in the playground",
    async ({ number, words }) => {
      const { page, requests, errors } = await open("guide/what-harmony-is.html");
      try {
        await page.locator(".open-in-playground a").nth(number).click();
        await page.waitForURL(`**${base}playground/index.html#v1.*`);
        await page.getByText(words).first().waitFor();
        expect({ requests, errors }).toEqual({ requests: [], errors: [] });
      } finally {
        await page.close();
      }
    },
  );

  test("each example of a diagnostic opens in the playground, which shows the diagnostic", async () => {
    const { page, requests, errors } = await open("diagnostics.html");
    try {
      const links = await page.locator(".open-in-playground a").evaluateAll((all) =>
        all.map((link) => {
          let heading = link.parentElement;
          while (heading.tagName !== "H3") heading = heading.previousElementSibling;
          return { href: link.href, code: heading.id };
        }),
      );
      const { DIAGNOSTICS } = await import("../../dist/index.js");
      expect(links.length).toBe(Object.keys(DIAGNOSTICS).length - 1);
      await page.goto(`${origin}${base}playground/index.html`);
      for (const { href, code } of links) {
        // The page stays and reads the new fragment, as it does when somebody goes back.
        await page.goto(href);
        await page.locator(".diagnostics code", { hasText: code }).first().waitFor();
      }
      expect({ requests, errors }).toEqual({ requests: [], errors: [] });
    } finally {
      await page.close();
    }
  });

  test("a search finds a page of the guide, without asking anybody", async () => {
    const { page, requests, errors } = await open("guide/index.html");
    try {
      await page.keyboard.press("/");
      await page.locator("#localsearch-input").fill("undeclared browser");
      const first = page.locator("#localsearch-list a").first();
      await first.waitFor();
      const found = await page.locator("#localsearch-list a").evaluateAll((links) => links.map(({ href }) => href));
      expect(found.some((href) => href.includes(`${base}guide/built-in-tools`))).toBe(true);
      await first.click();
      await page.locator("#localsearch-list").waitFor({ state: "detached" });
      expect({ requests, errors }).toEqual({ requests: [], errors: [] });
    } finally {
      await page.close();
    }
  });
});
