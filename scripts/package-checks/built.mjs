// What the bundler wrote: in one-byte characters, with source maps that lead to the source in the package.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Generated, and not in the package: nobody steps through it. */
const UNSHIPPED = /\/src\/tokenizer\/merges\.generated\.ts$/;

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "scripts are ASCII",
    ({ installed }) => {
      const scripts = filesOf(installed, ".js");
      // An engine keeps the source of what it runs: at twice its size, if there is a single wider character in it.
      // And of ASCII alone a server cannot tell a browser the wrong encoding.
      for (const script of scripts) {
        const code = readFileSync(script, "latin1");
        const at = code.search(/[^\t\n\x20-\x7e]/);
        assert.equal(at, -1, `${script}: ${JSON.stringify(code.slice(Math.max(0, at - 60), at + 60))}`);
      }
      return `${scripts.length} scripts`;
    },
  ],
  [
    "source maps lead to the source, and hold no copy of it",
    ({ installed }) => {
      const maps = filesOf(installed, ".js.map");
      let count = 0;
      for (const map of maps) {
        const { sources, sourcesContent } = JSON.parse(readFileSync(map, "utf8"));
        assert.equal(sourcesContent, undefined, map);
        for (const source of sources.map((path) => resolve(dirname(map), path))) {
          assert.ok(source.startsWith(`${installed}/src/`), `${map}: ${source}`);
          assert.ok(existsSync(source) || UNSHIPPED.test(source), `${map}: no ${source}`);
          count += 1;
        }
      }
      return `${count} sources`;
    },
  ],
];

function filesOf(installed, end) {
  const files = readdirSync(`${installed}/dist`, { recursive: true }).filter((path) => path.endsWith(end));
  return files.map((path) => `${installed}/dist/${path}`);
}
