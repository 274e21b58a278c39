import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as harmony from "../../src/index.js";
import { PAGES, readPage } from "./code-blocks.js";

// The table for people who come from the Python package, in whichever page it is.

const HEAD = "| Python | here |";
const page = PAGES.find((candidate) => readPage(candidate).includes(HEAD));
const table = page === undefined ? "" : readPage(page).split(HEAD)[1]!.split("\n\n", 1)[0]!;
const rows = table.trim().split("\n").slice(1);

const encoding = harmony.loadHarmonyEncoding();
const parser = new harmony.StreamableParser(encoding, "assistant");
const sources = ["index", "text"].map((entry) =>
  readFileSync(new URL(`../../src/${entry}.ts`, import.meta.url), "utf8"),
);

function exists(name: string): boolean {
  const exported = harmony as unknown as Record<string, { prototype?: object } & Record<string, unknown>>;
  const [owner, member] = name.split(/[.#]/) as [string, string?];
  if (member === undefined) return exported[owner] !== undefined;
  if (owner === "encoding") return member in encoding;
  if (owner === "parser") return member in parser;
  const place = name.includes("#") ? exported[owner]?.prototype : exported[owner];
  return place !== undefined && member in place;
}

test("there is a porting table", () => {
  expect(rows.length).toBeGreaterThan(30);
});

describe("every name in the porting table exists", () => {
  test.for(rows)("%s", (row) => {
    const here = row.split(" | ")[1]!;
    const names = Array.from(here.matchAll(/`([A-Za-z.#_]+)`( \(type\))?/g));
    expect(names.length).toBeGreaterThan(0);
    for (const [, name, isType] of names) {
      if (isType) expect(sources.join()).toMatch(new RegExp(`\\b${name}\\b`));
      else expect(exists(name!), name).toBe(true);
    }
  });
});
