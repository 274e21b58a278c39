// What the package linters say: publint and "Are the types wrong?" about the tarball, knip about the checkout.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { expect, test } from "vitest";
import { ROOT } from "../packed.mjs";
import { installed, packed } from "./context.mjs";

const programs = fileURLToPath(new URL("node_modules/.bin/", import.meta.url));

test("publint", async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, level: "suggestion", strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test("Are the types wrong?", () => {
  run("attw", packed.tarball, "--profile", "esm-only", "--no-color", "--no-emoji");
});

test("knip: no unused file, export or dependency", () => {
  run("knip", "--directory", ROOT, "--no-progress", "--treat-config-hints-as-errors");
});

function run(program, ...options) {
  try {
    execFileSync(`${programs}${program}`, options, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`${program} found problems:\n${error.stdout}${error.stderr}`);
  }
}
