import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadHarmonyEncoding, StreamableParser } from "../../src/index.js";
import { DIAGNOSTICS, type DiagnosticCode } from "../../src/parse/diagnostic.js";
import type { TextParseOptions } from "../../src/parse/options.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { CASES, CASES_WITHOUT_MARKERS } from "./malformed-outputs.js";

const page = readFileSync(new URL("../../docs/diagnostics.md", import.meta.url), "utf8");
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((section) => ({ code: /^`([a-z-]+)`/.exec(section)?.[1] ?? "", section }));

test("docs/diagnostics.md lists every code, and no other", () => {
  expect(sections.map(({ code }) => code)).toEqual(Object.keys(DIAGNOSTICS));
});

const fromText = (text: string, options: TextParseOptions) =>
  new HarmonyTextParser("assistant", options).process(text).processEos().diagnostics;

function fromTokens(tokens: readonly number[]) {
  const parser = new StreamableParser(loadHarmonyEncoding(), "assistant", { mode: "resilient" });
  for (const token of tokens) parser.push(token);
  parser.finish();
  return parser.diagnostics;
}

describe.each(sections)("$code", ({ code, section }) => {
  test("the page names the action and a remedy", () => {
    expect(/^\*\*(\w+):\*\*/m.exec(section)?.[1]).toBe(DIAGNOSTICS[code as DiagnosticCode].action);
    expect(section).toContain("**Avoid:**");
  });

  // The page does not hold 16 million characters. What no text can hold, it has as tokens.
  test.skipIf(code === "message-too-long")("the page's example causes it", () => {
    const [, info, example] = /```(harmony.*?|json tokens)\n(.*?)\n```/s.exec(section)!;
    const tools = /^harmony tools=(\S+)$/.exec(info!)?.[1];
    const options = tools === undefined ? {} : { tools: [tools] };
    const diagnostics = info === "json tokens" ? fromTokens(JSON.parse(example!)) : fromText(example!, options);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });
});

test("the page's table lists every case, and no other", () => {
  const listed = Array.from(page.matchAll(/^\| ([A-Z][0-9]+) \|/gm), ([, number]) => number);
  const tested = new Set([...CASES, ...CASES_WITHOUT_MARKERS].map(({ number }) => number));
  // What no text block can hold: repairs.test.ts, broken-input.test.ts and length-limit.test.ts have it.
  for (const number of ["G7", "H6", "H7", "H8"]) tested.add(number);
  expect(listed.toSorted()).toEqual([...tested].toSorted());
});
