// The programs of docs/openai.md that need other packages: they run as they stand, on a llama-server that is not one.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { loadHarmonyEncoding } from "../../src/index.js";
import { ANSWER } from "../../tests/client/scripted-engine.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** In this folder, so that imports resolve as in it; removed afterwards, and ignored by git. */
const folder = fileURLToPath(new URL(".examples/", import.meta.url));
const encoding = loadHarmonyEncoding();

/** The programs, by the package that each is about. Those for engines in the process need a model. */
const PROGRAMS = Array.from(
  readFileSync(`${root}docs/openai.md`, "utf8").matchAll(/^```javascript\n(.*?)^```$/gms),
  ([, code]) => code!,
);
const programWith = (name: string): string => PROGRAMS.find((code) => code.includes(`from "${name}"`))!;

/** Answers as llama-server does, with the same completion each time. */
const answer: typeof fetch = async (_url, init) => {
  const { prompt } = JSON.parse(String(init?.body)) as { prompt: number[] };
  const tokens = encoding.encode(ANSWER.join(""), { allowedSpecial: "all" });
  const events: object[] = tokens.map((token) => ({
    content: encoding.decodeUtf8([token]),
    tokens: [token],
    stop: false,
  }));
  events.push({ content: "", tokens: [], stop: true, stop_type: "eos", tokens_evaluated: prompt.length });
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
};

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(["openai", "@langchain/openai", "@ai-sdk/openai-compatible"])("the program for %s runs", async (name) => {
  const asked: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((url, init) => {
    asked.push(String(url));
    return answer(url, init);
  });
  let printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  vi.spyOn(console, "log").mockImplementation((text) => {
    printed += text;
  });
  const path = `${folder}${name.replaceAll(/\W/g, "-")}.mjs`;
  const source = programWith(name).replaceAll(/"harmony-format\/(\w+)"/g, (_, entry) => `"${root}src/${entry}.ts"`);
  writeFileSync(path, source);
  await import(/* @vite-ignore */ path);
  vi.restoreAllMocks();
  expect(printed).toBe("Four, of course.");
  expect(asked).toEqual(["http://127.0.0.1:8080/completion"]);
});

test("every program of the page is one of those, or of an engine in the process", () => {
  const needsModel = ["node-llama-cpp", "@huggingface/transformers"].map(programWith);
  expect(needsModel).not.toContain(undefined);
  expect(PROGRAMS).toHaveLength(3 + needsModel.length);
});
