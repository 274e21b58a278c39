// A case is saved as a test: whatever was read, and in whichever mode, the test passes on the package that read it.
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { HarmonyTextParser, loadHarmonyEncoding, StreamableParser } from "../../dist/index.js";
import { launch } from "./browser.mjs";
import { inPage } from "./in-page.mjs";

const { address, chromium } = inject("playground");
const PACKAGE = { HarmonyTextParser, loadHarmonyEncoding, StreamableParser };
const wire = (name) => readFileSync(new URL(`../../tests/engines/wire/${name}.txt`, import.meta.url), "utf8");

let browser;
beforeAll(async () => {
  browser = await launch(chromium);
});
afterAll(() => browser?.close());

const CALL = '<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":1}';
const CASES = [
  ["well formed", { text: "<|channel|>final<|message|>`Yes` ☀️ \u2028<|return|>", mode: "strict" }],
  ["with its header", { text: "<|start|>assistant<|channel|>final<|message|>Yes<|return|>", mode: "permissive" }],
  ["an error", { text: "<|channel|>final<|channel|><|message|>Yes<|start|><|start|>", mode: "strict" }],
  ["malformed", { text: "<|channel|>analysis<|channel|>final<|message|>Yes<|end|>assistant", mode: "resilient" }],
  ["a declared tool", { text: `${CALL}<|call|>`, tools: "functions.g, python", mode: "resilient" }],
  ["more after a call", { text: `${CALL}<|call|>${CALL}`, continueAfterCall: true, mode: "resilient" }],
  ["cut off", { text: CALL, mode: "resilient" }],
  ["without markers", { text: "analysisHm.assistantfinalYes, `so`.", mode: "resilient" }],
  ["an answer of vLLM, which says why it stopped", { text: wire("vllm/completions-stream-ids"), mode: "resilient" }],
  ["without a start", { text: "user<|message|>Hi<|end|>", afterStart: false, mode: "strict" }],
];

test.each(CASES)("%s", (_, parse) => {
  const fragment = `#v1.${deflateRawSync(JSON.stringify({ tab: "parse", parse })).toString("base64url")}`;
  return inPage(browser, address, { fragment }, async ({ page, copied }) => {
    await page.locator(".result .player").waitFor();
    await page.getByLabel("Save the case as").selectOption("Test in TypeScript");
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.getByText(/^Copied/).waitFor();
    const program = await copied();
    const [, names, body] = /^import \{ (.*?) \} from "harmony-format";\nimport .*? from "vitest";\n(.*)$/s.exec(
      program,
    );
    let checks = 0;
    const run = (_name, check) => {
      check();
      checks += 1;
    };
    // The program itself, with what it imports handed to it.
    new Function("expect", "test", ...names.split(", "), body)(
      expect,
      run,
      ...names.split(", ").map((it) => PACKAGE[it]),
    );
    expect(checks).toBe(1);
  });
});
