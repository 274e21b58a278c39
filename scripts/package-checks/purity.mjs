// The package makes no code from text, touches nothing global, and does nothing when it is imported.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What makes code from text, loads something at run time, or belongs to one runtime only. */
const FORBIDDEN = [
  [/\beval\b/, "eval"],
  [/\bFunction\s*\(/, "the Function constructor"],
  [/\bimport\s*\(/, "a dynamic import"],
  [/\brequire\s*\(/, "require"],
  [/\bWebAssembly\b/, "WebAssembly"],
  [/\bfetch\s*\(|\bXMLHttpRequest\b/, "the network"],
  [/\b(?:process|Buffer|Deno|Bun|window|document)\s*[.[]/, "a global of one runtime"],
  [/from\s*"(?!\.\.?\/)/, "an import from outside the package"],
];

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "no eval, no imports from outside, nothing that only one runtime has",
    ({ installed }) => {
      const files = readdirSync(`${installed}/dist`, { recursive: true }).filter((path) => path.endsWith(".js"));
      for (const file of files) {
        const code = withoutComments(readFileSync(`${installed}/dist/${file}`, "utf8"));
        for (const [pattern, what] of FORBIDDEN) assert.doesNotMatch(code, pattern, `${file} has ${what}`);
      }
      return `${files.length} modules`;
    },
  ],
  [
    "works where code generation is switched off, and leaves globals and prototypes as they were",
    ({ project }) => {
      copyFileSync(fileURLToPath(new URL("consumer/globals.mjs", import.meta.url)), `${project}/globals.mjs`);
      const flags = ["--disallow-code-generation-from-strings"];
      const printed = execFileSync(process.execPath, [...flags, "globals.mjs"], {
        cwd: project,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
      const { objects, changed } = JSON.parse(printed);
      assert.ok(objects > 500, `only ${objects} objects were compared`);
      assert.deepEqual(changed, []);
      return `${objects} objects compared`;
    },
  ],
];

/** Good enough for compiled output: prose may say "eval", code may not. */
function withoutComments(code) {
  return code.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
}
