// What is in the tarball: the build, its source for the source maps, and the papers. Nothing else.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";
import { installed, packed } from "./context.mjs";

/** What npm packs in any case, and what `files` in package.json adds, documentation included. */
const PAPERS = /^(?:CHANGELOG\.md|LICENSE|NOTICE|README\.md|package\.json|docs\/[\w-]+\.md)$/;

/** The entry points, what they share, and the vocabulary. */
const SCRIPTS = ["index.js", "text.js", "stream/index.js", "shared.js", "vocabulary.js"];

/** Has no code to map, only names that it passes on. */
const UNMAPPED = "text.js";

/** Left out because it is as large as what is built from it, and nobody steps through it. */
const UNSHIPPED = "tokenizer/merges.generated";

/** The most that an installed package may take, in bytes. */
const UNPACKED_LIMIT = 3_000_000;

test("the papers, every source and what was built from it, and nothing else", () => {
  const files = packed.files.map(({ path }) => path).filter((path) => !PAPERS.test(path));
  const sources = files.filter((path) => /^src\/.*\.ts$/.test(path)).map((path) => path.slice(4, -3));
  expect(sources).toContain("index");
  expect(sources).not.toContain(UNSHIPPED);
  const declarations = [...sources, UNSHIPPED].flatMap((path) => [`${path}.d.ts`, `${path}.d.ts.map`]);
  const maps = SCRIPTS.filter((path) => path !== UNMAPPED).map((path) => `${path}.map`);
  const built = [...declarations, ...SCRIPTS, ...maps].map((path) => `dist/${path}`);
  expect(files.toSorted()).toEqual([...built, ...sources.map((path) => `src/${path}.ts`)].sort());
});

test("no larger than promised", () => {
  expect(packed.unpackedSize).toBeLessThanOrEqual(UNPACKED_LIMIT);
});

test("scripts are ASCII", () => {
  // An engine keeps the source of what it runs, in twice the space if a single character needs two bytes. And nothing
  // goes wrong where a server names the wrong encoding.
  for (const script of filesOf(".js")) {
    const code = readFileSync(script, "latin1");
    const at = code.search(/[^\t\n\x20-\x7e]/);
    expect(at, `${script}: ${JSON.stringify(code.slice(Math.max(0, at - 60), at + 60))}`).toBe(-1);
  }
});

test("source maps lead to the source, and hold no copy of it", () => {
  for (const map of filesOf(".js.map")) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(map, "utf8"));
    expect(sourcesContent, map).toBe(undefined);
    for (const source of sources.map((path) => resolve(dirname(map), path))) {
      expect(source.startsWith(`${installed}/src/`), `${map}: ${source}`).toBe(true);
      const shipped = source !== `${installed}/src/${UNSHIPPED}.ts`;
      expect(existsSync(source), `${map}: ${source}`).toBe(shipped);
    }
  }
});

function filesOf(end) {
  const files = readdirSync(`${installed}/dist`, { recursive: true }).filter((path) => path.endsWith(end));
  expect(files.length).toBeGreaterThan(0);
  return files.map((path) => `${installed}/dist/${path}`);
}
