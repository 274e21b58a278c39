import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIAGNOSTICS, type DiagnosticCode } from "../../src/parse/diagnostic.js";
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

describe.each(sections)("$code", ({ code, section }) => {
  test("the page names the action and a remedy", () => {
    expect(/^\*\*(\w+):\*\*/m.exec(section)?.[1]).toBe(DIAGNOSTICS[code as DiagnosticCode].action);
    expect(section).toContain("**Avoid:**");
  });

  // A text block cannot hold an unknown token or a broken character, and the page does not hold 16 million characters.
  const cannotBeShown = ["unknown-token", "broken-character", "message-too-long"].includes(code);
  test.skipIf(cannotBeShown)("the page's example causes it", () => {
    const [, tools, example] = /```harmony(?: tools=(\S+))?\n(.*?)\n```/s.exec(section)!;
    const parser = new HarmonyTextParser("assistant", tools === undefined ? {} : { tools: [tools] });
    parser.process(example!).processEos();
    expect(parser.diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });
});

test("the page's table lists every case, and no other", () => {
  const listed = Array.from(page.matchAll(/^\| ([A-Z][0-9]+) \|/gm), ([, number]) => number);
  const tested = new Set([...CASES, ...CASES_WITHOUT_MARKERS].map(({ number }) => number));
  // What no text block can hold: repairs.test.ts, broken-input.test.ts and length-limit.test.ts have it.
  for (const number of ["G7", "H6", "H7", "H8"]) tested.add(number);
  expect(listed.toSorted()).toEqual([...tested].toSorted());
});
