import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as harmony from "../src/index.js";

// Examples are run as a stranger runs them: in plain Node, importing the package by its name. They lie inside the
// package so that the name means the build of this checkout.
const folder = new URL("../.examples/", import.meta.url);
beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readme = read("../README.md");

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

function examplesOf(markdown: string): { code: string; heading: string }[] {
  return Array.from(markdown.matchAll(/```js\n(.*?)```/gs), (found) => ({
    code: found[1]!,
    heading: Array.from(markdown.slice(0, found.index).matchAll(/^## (.*)$/gm)).at(-1)![1]!,
  }));
}

describe("the README's examples print what they say", () => {
  const examples = examplesOf(readme);
  expect(examples.length).toBeGreaterThanOrEqual(5);
  test.each(examples)("$heading", ({ code, heading }) => {
    const promised = Array.from(code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm), (found) => found[1]!);
    expect(promised.length).toBe(code.split("console.log(").length - 1);
    const file = new URL(`${heading.replace(/\W+/g, "-")}.mjs`, folder);
    writeFileSync(file, code);
    const printed = execFileSync(process.execPath, [file.pathname], { encoding: "utf8" });
    expect(printed.trimEnd().split("\n")).toEqual(promised);
  });
});

describe("every name in the README's table exists", () => {
  const table = readme.slice(readme.indexOf("| Python | here |"));
  const rows = table.slice(0, table.indexOf("\n\n")).split("\n").slice(2);
  const encoding = harmony.loadHarmonyEncoding();
  const parser = new harmony.StreamableParser(encoding, "assistant");
  const types = read("../src/index.ts") + read("../src/text.ts");

  test.each(rows)("%s", (row) => {
    const here = row.split(" | ")[1]!;
    const names = Array.from(here.matchAll(/`([A-Za-z.#_]+)`( \(type\))?/g));
    expect(names.length).toBeGreaterThan(0);
    for (const [, name, isType] of names) {
      if (isType) expect(types).toMatch(new RegExp(`\\b${name}\\b`));
      else expect(exists(name!), name).toBe(true);
    }
  });

  function exists(name: string): boolean {
    const exported = harmony as unknown as Record<string, { prototype?: object } & Record<string, unknown>>;
    const [owner, member] = name.split(/[.#]/) as [string, string?];
    if (member === undefined) return exported[owner] !== undefined;
    if (owner === "encoding") return member in encoding;
    if (owner === "parser") return member in parser;
    const place = name.includes("#") ? exported[owner]?.prototype : exported[owner];
    return place !== undefined && member in place;
  }
});
