import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMANDS, EXIT_CODES } from "../../src/cli/command-line/table.js";

// docs/command-line.md speaks of commands and options that exist, and of all exit codes.

const page = readFileSync(new URL("../../docs/command-line.md", import.meta.url), "utf8");

test("every command is in its table", () => {
  const named = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell]) => cell!.match(/\w+/g)!);
  expect(named).toEqual(COMMANDS.map(({ name }) => name));
});

test("every option that it names exists", () => {
  const options = new Set([...COMMANDS.flatMap(({ options }) => options.map(({ name }) => name)), "help", "version"]);
  const foreign = ["global", "allow-read", "allow-write", "allow-env", "allow-sys"];
  const named = [...page.matchAll(/(?<![\w|-])--([a-z][a-z-]*)/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !options.has(name) && !foreign.includes(name))).toEqual([]);
});

test("every exit code is in its table", () => {
  expect([...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))).toEqual(
    EXIT_CODES.map(([code]) => code),
  );
});
