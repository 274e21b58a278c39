// The limits of .size-limit.mjs, and the table in docs/platforms.md that tells users what each import weighs.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ROOT } from "../packed.mjs";
import { update } from "./context.mjs";

/** How far a figure of the table may be from the truth before it must be written again; never less than 100 bytes. */
const TOLERANCE = 0.05;

const PAGE = `${ROOT}/docs/platforms.md`;

const here = fileURLToPath(new URL("./", import.meta.url));
const { stdout } = spawnSync(`${here}node_modules/.bin/size-limit`, ["--json"], { cwd: here, encoding: "utf8" });
const results = JSON.parse(stdout);
const minified = new Map(results.map(({ name, size }) => [name.replace(/, minified$/, ""), size]));
const imports = results.filter(({ sizeLimit }) => sizeLimit !== undefined);
const named = (results) => results.map((result) => [result.name, result]);

test.each(named(imports))("%s: within its limit", (_name, { size, sizeLimit }) => {
  expect(size).toBeLessThanOrEqual(sizeLimit);
});

describe("docs/platforms.md tells the truth (npm run api writes it again)", () => {
  test.each(named(imports.filter(({ name }) => name !== "nothing")))("%s", (name, { size }) => {
    const page = readFileSync(PAGE, "utf8");
    const row = page.split("\n").find((line) => line.startsWith(`| ${name} |`));
    expect(row, `a row for ${name}`).toBeDefined();
    const sizes = [minified.get(name), size];
    if (update) writeFileSync(PAGE, page.replace(row, `| ${name} | ${sizes.map(kilobytes).join(" | ")} |`));
    const said = row.split("|").slice(2, 4).map(Number.parseFloat);
    for (const [column, actual] of update ? [] : sizes.entries()) {
      const allowed = Math.max(100, actual * TOLERANCE);
      expect(Math.abs(said[column] * 1000 - actual), `${said[column]} kB is ${actual} bytes`).toBeLessThanOrEqual(
        allowed,
      );
    }
  });
});

function kilobytes(bytes) {
  return `${bytes < 10_000 ? (bytes / 1000).toFixed(1) : Math.round(bytes / 1000)} kB`;
}
