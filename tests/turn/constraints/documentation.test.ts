import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";

// As a stranger runs them: in plain Node, importing the package by its name, which means the build of this checkout.
const folder = new URL("../../../.examples/structured-output/", import.meta.url);
beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const page = readFileSync(new URL("../../../docs/structured-output.md", import.meta.url), "utf8");
const examples = Array.from(page.matchAll(/```js\n(.*?)```/gs), ([, code]) => code!);

test("there are examples", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
});

test.each(examples.map((code, index) => [index + 1, code] as const))(
  "example %i prints what it says",
  (number, code) => {
    const promised = Array.from(code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm), (found) => found[1]!);
    expect(promised.length).toBe(code.split("console.log(").length - 1);
    const file = new URL(`${number}.mjs`, folder);
    writeFileSync(file, code);
    const printed = execFileSync(process.execPath, [file.pathname], { encoding: "utf8" });
    expect(printed.trimEnd().split("\n")).toEqual(promised);
  },
);
