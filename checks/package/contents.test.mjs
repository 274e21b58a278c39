// What is in the tarball: the build and the papers. Nothing else.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { installed, packed } from "./context.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What npm packs in any case, and what `files` in package.json adds, documentation included. */
const PAPERS =
  /^(?:(?:CHANGELOG|CONTRIBUTING|README)\.md|LICENSE|NOTICE|package\.json|docs\/[\w-]+\.md|examples\/(?:[\w-]+\.mjs|wllama\/[\w-]+\.(?:html|mjs)|spark\/\w+\.py))$/;

/** The entry points, what they share, and the vocabulary. */
const SCRIPTS = [
  "index.js",
  "text.js",
  "stream/index.js",
  "constraints.js",
  "engines.js",
  "chat-completions.js",
  "responses.js",
  "ai-sdk.js",
  "client.js",
  "shared.js",
  ...["constraints", "encoding", "engines", "shapes", "stream", "turn"].map((name) => `shared/${name}.js`),
  "vocabulary.js",
];

/** The command line: its start, its threads, what they share, and a file for each command, loaded when it is called. */
const COMMANDS = readdirSync(`${root}/src/cli/commands`)
  .map(
    (name) =>
      /^export const run: Run\b/m.test(readFileSync(`${root}/src/cli/commands/${name}`, "utf8")) &&
      name.replace(/ts$/, "js"),
  )
  .filter(Boolean);
const COMMAND_LINE = ["main.js", "thread.js", "common.js", ...COMMANDS].map((name) => `cli/${name}`);

/** The most that an installed package may take, in bytes. */
const UNPACKED_LIMIT = 3_000_000;

test("the papers, the scripts and a declaration for every source, and nothing else", () => {
  const files = packed.files.map(({ path }) => path).filter((path) => !PAPERS.test(path));
  // The command line has no types: nobody imports it.
  const sources = readdirSync(`${root}/src`, { recursive: true }).filter((path) => /^(?!cli\/).*\.ts$/.test(path));
  expect(sources).toContain("index.ts");
  expect(COMMANDS).toContain("render.js");
  const built = [...sources.map((path) => path.replace(/\.ts$/, ".d.ts")), ...SCRIPTS, ...COMMAND_LINE];
  expect(files.toSorted()).toEqual(built.map((path) => `dist/${path}`).sort());
});

test("no script and no declaration names a map, which is not there", () => {
  for (const file of [...filesOf(".js"), ...filesOf(".d.ts")]) {
    expect(readFileSync(file, "utf8").includes("sourceMappingURL"), file).toBe(false);
  }
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

function filesOf(end) {
  const files = readdirSync(`${installed}/dist`, { recursive: true }).filter((path) => path.endsWith(end));
  expect(files.length).toBeGreaterThan(0);
  return files.map((path) => `${installed}/dist/${path}`);
}
