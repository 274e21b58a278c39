// Tools that only some checks need are kept in folders with a package.json and a lockfile of their own, so that `npm ci`
// and `npm test` stay small. The check that needs a tool installs its folder.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Installs exactly what the folder's lockfile says, unless that has already been done.
 * @param {string | URL} folder
 */
export function installTools(folder) {
  const path = typeof folder === "string" ? folder : fileURLToPath(folder);
  const stamp = `${path}/node_modules/.installed`;
  const lock = readFileSync(`${path}/package-lock.json`, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  execFileSync("npm", ["ci", "--ignore-scripts"], { cwd: path, stdio: ["ignore", 2, 2] });
  writeFileSync(stamp, lock);
}
