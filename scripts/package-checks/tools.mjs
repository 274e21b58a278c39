// What the tools of the trade say: publint and "are the types wrong?" of the tarball, knip of the checkout.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const bin = fileURLToPath(new URL("node_modules/.bin/", import.meta.url));

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "publint",
    async ({ installed }) => {
      const { messages, pkg } = await publint({ pkgDir: installed, level: "suggestion", strict: true, pack: false });
      assert.deepEqual(
        messages.map((message) => formatMessage(message, pkg, { color: false })),
        [],
      );
    },
  ],
  [
    "are the types wrong?",
    ({ packed }) => run("attw", [packed.tarball, "--profile", "esm-only", "--no-color", "--no-emoji"]),
  ],
  ["knip", ({ root }) => run("knip", ["--directory", root, "--no-progress", "--treat-config-hints-as-errors"])],
];

function run(program, arguments_) {
  try {
    execFileSync(`${bin}${program}`, arguments_, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`${error.stdout}${error.stderr}`);
  }
}
