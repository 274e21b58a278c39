// What is in the tarball: the build and the papers. Nothing else.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { installed, packed } from "./context.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What npm packs in any case, and what `files` in package.json adds, documentation included. */
const PAPERS = new RegExp(
  `^(?:${[
    "(?:CHANGELOG|CONTRIBUTING|README)\\.md|LICENSE|NOTICE|llms\\.txt|package\\.json",
    "docs/(?:guide/)?[\\w-]+\\.md|skills/[\\w-]+/SKILL\\.md",
    "examples/[\\w-]+\\.mjs|examples/wllama/[\\w-]+\\.(?:html|mjs)|examples/spark/\\w+\\.py",
  ].join("|")})$`,
);

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

describe("what the papers link to is in the tarball", () => {
  const files = packed.files.map(({ path }) => path);
  const papers = files.filter((path) => /(?:\.md|llms\.txt)$/.test(path));

  test("the guide, the page for language models and the skill are among them", () => {
    expect(papers).toEqual(
      expect.arrayContaining(["llms.txt", "docs/guide/index.md", "skills/harmony-format/SKILL.md"]),
    );
  });

  test.each(papers)("%s", (paper) => {
    const text = readFileSync(`${installed}/${paper}`, "utf8").replaceAll(/^```.*?^```$/gms, "");
    const links = Array.from(text.matchAll(/(?<!!\[[^\]]*)\]\(((?![a-z]+:|#)[^)#\s]+)/g), ([, link]) => link);
    const missing = links.filter((link) => {
      const target = posix.normalize(posix.join(posix.dirname(paper), link));
      return !files.some((path) => path === target || (target.endsWith("/") && path.startsWith(target)));
    });
    expect(missing).toEqual([]);
  });
});

test("the pictures of the papers are in the repository, and light; the tarball does without them", () => {
  const papers = packed.files.map(({ path }) => path).filter((path) => path.endsWith(".md"));
  const pictures = papers.flatMap((paper) =>
    Array.from(readFileSync(`${installed}/${paper}`, "utf8").matchAll(/!\[([^\]]+)\]\(([^)]+)\)/g), ([, , link]) =>
      posix.normalize(posix.join(posix.dirname(paper), link)),
    ),
  );
  expect(pictures.length).toBeGreaterThanOrEqual(3);
  expect(new Set(pictures)).toEqual(new Set(readdirSync(`${root}/docs/images`).map((name) => `docs/images/${name}`)));
  for (const picture of pictures) expect(statSync(`${root}/${picture}`).size, picture).toBeLessThanOrEqual(120_000);
});

test("the skill is one that agents find: its name is its folder's, and it says when to use it", () => {
  // https://agentskills.io/specification
  const text = readFileSync(`${installed}/skills/harmony-format/SKILL.md`, "utf8");
  const [, matter] = /^---\n(.*?)\n---\n/s.exec(text) ?? [];
  const fields = Object.fromEntries(matter.split("\n").map((line) => line.split(/: (.*)/s, 2)));
  expect(fields.name).toBe("harmony-format");
  expect(fields.description).toMatch(/^Use when /);
  expect(fields.description.length).toBeLessThanOrEqual(1024);
  expect(text.split("\n").length).toBeLessThan(500);
});

test("llms.txt begins as the format wants it: a title, a summary, then lists of links", () => {
  // https://llmstxt.org
  const text = readFileSync(`${installed}/llms.txt`, "utf8");
  expect(text).toMatch(/^# harmony-format\n\n> .+\n\n/);
  const [, ...sections] = text.split(/^## /m);
  expect(sections.length).toBeGreaterThan(1);
  for (const section of sections) expect(section).toMatch(/^.+\n\n(?:- \[.+\]\(.+\).*\n)+\n?$/);
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
