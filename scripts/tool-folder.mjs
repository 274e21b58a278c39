// Tools that only some commands need lie in a folder with a package.json and lockfile of its own, so that `npm ci` and
// `npm test` stay small. The command that needs them installs them.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Installs exactly what the folder's lockfile says, unless that has been done.
 * @param {URL} folder
 */
export function installTools(folder) {
  const stamp = new URL("node_modules/.installed", folder);
  const lock = readFileSync(new URL("package-lock.json", folder), "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  const cwd = fileURLToPath(folder);
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd, stdio: ["ignore", 2, 2] });
  writeFileSync(stamp, lock);
}
