import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as main from "../../src/index.js";
import * as stream from "../../src/stream/index.js";
import * as text from "../../src/text.js";

/** What the recipes import, by the name of the entry point. */
const ENTRIES: Readonly<Record<string, object>> = {
  "harmony-format": main,
  "harmony-format/stream": stream,
  "harmony-format/text": text,
};

const page = readFileSync(new URL("../../docs/streaming.md", import.meta.url), "utf8");
const [engine, ...recipes] = Array.from(page.matchAll(/```js\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs), (found) => ({
  code: found[1]!,
  output: found[2],
  heading: Array.from(page.slice(0, found.index).matchAll(/^## (.*)$/gm)).at(-1)?.[1] ?? "",
}));

type Recipe = (entries: typeof ENTRIES, console: { log(...values: unknown[]): void }) => Promise<void>;

/** The program as a function, with the imports as plain names. */
function compile(code: string): Recipe {
  const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => Recipe;
  const body = code.replace(/^import (\{.*?\}) from "(.*?)";$/gm, 'const $1 = entries["$2"];');
  return new AsyncFunction("entries", "console", body);
}

describe("docs/streaming.md", () => {
  test.each(recipes)("$heading", async ({ code, output }) => {
    const printed: string[] = [];
    const log = (...values: unknown[]): void => void printed.push(values.join(" "));
    await compile(`${engine!.code}{\n${code}}`)(ENTRIES, { log });
    expect(`${printed.join("\n")}\n`).toBe(output);
  });

  test("has at least nine recipes", () => {
    expect(recipes.length).toBeGreaterThanOrEqual(9);
  });
});
