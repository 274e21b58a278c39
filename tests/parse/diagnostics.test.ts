import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIAGNOSTICS, type DiagnosticCode } from "../../src/parse/diagnostic.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { CASES, CASES_WITHOUT_MARKERS } from "./cases.js";

const page = readFileSync(new URL("../../docs/diagnostics.md", import.meta.url), "utf8");
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((section) => ({ code: /^`([a-z-]+)`/.exec(section)?.[1] ?? "", section }));

test("docs/diagnostics.md has every code, and no other", () => {
  expect(sections.map(({ code }) => code)).toEqual(Object.keys(DIAGNOSTICS));
});

describe.each(sections)("$code", ({ code, section }) => {
  test("what is done is what the page says, and there is a remedy", () => {
    expect(/^\*\*(\w+):\*\*/m.exec(section)?.[1]).toBe(DIAGNOSTICS[code as DiagnosticCode].action);
    expect(section).toContain("**Avoid:**");
  });

  // No text on this page has an unknown token, a broken character or 16 million characters.
  const cannotBeShown = ["unknown-token", "broken-character", "message-too-long"].includes(code);
  test.skipIf(cannotBeShown)("the page's example provokes it", () => {
    const [, tools, example] = /```harmony(?: tools=(\S+))?\n(.*?)\n```/s.exec(section)!;
    const parser = new HarmonyTextParser("assistant", tools === undefined ? {} : { tools: [tools] });
    parser.process(example!).processEos();
    expect(parser.diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });
});

test("the page's table has every case, and no other", () => {
  const listed = Array.from(page.matchAll(/^\| ([A-Z][0-9]) \|/gm), ([, number]) => number);
  const tested = new Set([...CASES, ...CASES_WITHOUT_MARKERS].map(({ number }) => number));
  // Only tokens can say it, or it is too long for a table; they have tests of their own.
  for (const number of ["G7", "H6", "H7", "H8"]) tested.add(number);
  expect(listed.toSorted()).toEqual([...tested].toSorted());
});
