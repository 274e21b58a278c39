// The example of examples/wllama in a real browser: whole turns without a server, with a tiny gpt-oss.
import { spawnSync } from "node:child_process";
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { installChromium } from "../runtimes/chromium.mjs";

const project = inject("project");
const PAGE = "node_modules/harmony-format/examples/wllama/index.html";

const TYPES = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".gguf": "application/octet-stream",
};

/** What lets a page use threads. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

let server;
let browser;
let address;

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const path = normalize(join(project, new URL(url, "http://localhost").pathname));
    const type = TYPES[extname(path)];
    const size = path.startsWith(project) && type !== undefined && statSync(path, { throwIfNoEntry: false })?.size;
    if (!size) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type, "content-length": size, ...ISOLATION });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  address = `http://127.0.0.1:${server.address().port}`;
  const args = ["--disable-gpu", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
  browser = await chromium.launch({ executablePath: installChromium(), args });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Opens the example. `failures` are the errors that nothing caught. */
async function open(query) {
  const page = await browser.newPage();
  const failures = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  await page.goto(`${address}/${PAGE}?${query}`);
  return { page, failures };
}

/** Asks, and waits for the end of the turn. */
async function ask(page, number) {
  await page.click("form button:first-of-type");
  const turn = page.locator("#turns > section").nth(number);
  await page.waitForFunction(
    (index) => document.querySelectorAll("#turns > section")[index]?.dataset.ended !== undefined,
    number,
    { timeout: 120_000 },
  );
  const text = async (name) => (await turn.locator(`.${name}`).allTextContents()).join("");
  return {
    ended: await turn.evaluate((element) => element.dataset.ended),
    question: await text("question"),
    analysis: await text("analysis"),
    answer: await text("final"),
    error: await text("error"),
    status: await page.locator("#status").textContent(),
  };
}

test("two turns: rendered, generated under a schema, read as they come, remembered", async () => {
  const { page, failures } = await open("model=/model.gguf&json");
  await page.waitForSelector("form button:first-of-type:enabled", { timeout: 120_000 });
  await page.evaluate(() => {
    globalThis.changes = 0;
    const observer = new MutationObserver(() => globalThis.changes++);
    observer.observe(document.querySelector("#turns"), { subtree: true, childList: true });
  });
  // The model thinks at random; so it is asked until it has, and at least twice.
  const turns = [];
  while (turns.length < 2 || (turns.length < 16 && turns.every(({ analysis }) => analysis === ""))) {
    const turn = await ask(page, turns.length);
    expect(turn).toMatchObject({ ended: "eos", question: "Do I need an umbrella in Lisbon?", error: "" });
    expect(Object.keys(JSON.parse(turn.answer))).toEqual(["umbrella", "because"]);
    turns.push(turn);
  }
  expect(turns.map(({ analysis }) => analysis).join("")).not.toBe("");
  const { status } = turns.at(-1);
  const known = Number(/, (\d+) of them known/.exec(status)[1]);
  expect(known, status).toBeGreaterThan(100);
  // It was shown token by token, not at the end.
  const changes = await page.evaluate(() => globalThis.changes);
  expect(changes).toBeGreaterThan(20);
  expect(failures).toEqual([]);
  const { SCREENSHOTS } = process.env;
  if (SCREENSHOTS !== undefined) await page.screenshot({ path: `${SCREENSHOTS}/wllama.png` });
  await page.close();
});

test("a model that is not there", async () => {
  const { page } = await open("model=/missing.gguf");
  await page.waitForSelector("#status.error", { timeout: 60_000 });
  expect(await page.locator("#status").textContent()).toContain("The model could not be loaded");
  await page.close();
});

test("wllama's own class, by its types, is what the engine takes", () => {
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const options =
    "--noEmit --strict --exactOptionalPropertyTypes --skipLibCheck --target es2022 --module esnext --moduleResolution bundler".split(
      " ",
    );
  const run = spawnSync(process.execPath, [tsc, ...options, "--lib", "es2023,dom", "types/wllama.ts"], {
    cwd: project,
    encoding: "utf8",
  });
  expect(run.stdout).toBe("");
  expect(run.status).toBe(0);
});
