// The package as users get it: packed, then installed in an empty project.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

/** This checkout, without a slash at the end. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/**
 * @typedef {object} Packed What npm says about the tarball it made.
 * @property {string} tarball
 * @property {string} integrity
 * @property {number} size Bytes of the tarball.
 * @property {number} unpackedSize Bytes of the files in it.
 * @property {{ path: string }[]} files
 *
 * @typedef {object} Installed The package in a project that has nothing else.
 * @property {string} folder A temporary folder for whatever a check writes.
 * @property {Packed} packed
 * @property {string} project
 * @property {string} installed The package inside the project.
 */

/**
 * Builds and packs a checkout.
 * @param {string} folder Where the tarball goes.
 * @param {string} [from] The checkout; this one by default.
 * @returns {Packed}
 */
export function pack(folder, from = ROOT) {
  mkdirSync(folder, { recursive: true });
  execFileSync("npm", ["run", "--silent", "build"], { cwd: from, stdio: ["ignore", 2, 2] });
  const options = ["--ignore-scripts", "--json", "--pack-destination", folder];
  const printed = execFileSync("npm", ["pack", ...options], { cwd: from, stdio: ["ignore", "pipe", 2] });
  const [packed] = JSON.parse(printed);
  return { ...packed, tarball: `${folder}/${packed.filename}` };
}

/**
 * Builds and packs this checkout, and installs the tarball in an empty project. npm works offline here, so that anything
 * the package needed beside itself would be missing.
 * @returns {Installed & { remove(): void }} `remove` deletes all of it.
 */
export function installPacked() {
  const folder = mkdtempSync(`${tmpdir()}/harmony-format-`);
  const packed = pack(`${folder}/packed`);
  const project = `${folder}/project`;
  mkdirSync(project);
  writeFileSync(`${project}/package.json`, `${JSON.stringify({ name: "consumer", private: true, type: "module" })}\n`);
  const options = ["--offline", "--no-audit", "--no-fund"];
  execFileSync("npm", ["install", ...options, packed.tarball], { cwd: project, stdio: ["ignore", "ignore", 2] });
  const installed = `${project}/node_modules/harmony-format`;
  return { folder, packed, project, installed, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
