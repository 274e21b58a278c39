// Checks the package as users get it: what is in it, what it weighs, what it touches, and that types and tools agree.
//
//   npm run test:package
//   npm run test:package -- --update     writes the API report and the weights of docs/platforms.md again
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installPacked, pack } from "./packed.mjs";
import { installTools } from "./tool-folder.mjs";

/**
 * @typedef {object} PackedPackage What every check is given.
 * @property {string} root This checkout, with its build.
 * @property {string} folder An empty folder for the check's own files.
 * @property {string} project An otherwise empty project that has the package installed.
 * @property {string} installed The package in it.
 * @property {import("./packed.mjs").Packed} packed What npm packed.
 * @property {boolean} update Whether recorded answers are to be written again.
 *
 * @typedef {[name: string, run: (context: PackedPackage) => unknown]} Check A check throws what it finds.
 */

/** Files of package-checks/, in the order in which they are run. */
const FILES = [
  "contents",
  "built",
  "metadata",
  "licences",
  "loading",
  "purity",
  "types",
  "tools",
  "api",
  "weight",
  "reproducible",
];

const { values } = parseArgs({ options: { update: { type: "boolean", default: false } } });
const checks = new URL("package-checks/", import.meta.url);
installTools(checks);

const folder = mkdtempSync(`${tmpdir()}/harmony-package-`);
let passed = 0;
let failed = 0;
try {
  const packed = pack(`${folder}/packed`);
  const project = `${folder}/project`;
  const installed = installPacked(packed.tarball, project);
  const root = fileURLToPath(new URL("..", import.meta.url));
  for (const file of FILES) {
    const { default: list } = await import(new URL(`${file}.mjs`, checks).href);
    for (const [name, run] of list) {
      try {
        const note = await run({
          root,
          folder: `${folder}/${file}`,
          project,
          installed,
          packed,
          update: values.update,
        });
        console.log(`ok      ${file}: ${name}${note === undefined ? "" : ` (${note})`}`);
        passed += 1;
      } catch (error) {
        console.log(`FAILED  ${file}: ${name}\n${indented(error?.message ?? error)}`);
        failed += 1;
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;

function indented(text) {
  return String(text).replace(/^/gm, "        ");
}
