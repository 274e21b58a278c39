// The package as users get it: packed, and installed in an empty project.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Builds and packs this checkout.
 * @param {string} folder Where the tarball goes.
 * @returns {{ tarball: string, integrity: string, size: number, unpackedSize: number, files: { path: string }[] }}
 */
export function pack(folder, from = root) {
  mkdirSync(folder, { recursive: true });
  execFileSync("npm", ["run", "--silent", "build"], { cwd: from, stdio: ["ignore", 2, 2] });
  const arguments_ = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [packed] = JSON.parse(
    execFileSync("npm", arguments_, { cwd: from, encoding: "utf8", stdio: ["ignore", "pipe", 2] }),
  );
  return { ...packed, tarball: `${folder}/${packed.filename}` };
}

/**
 * Installs a tarball in an empty project. Offline: whatever it needed beside itself would be missing.
 * @returns {string} The installed package's folder.
 */
export function installPacked(tarball, project) {
  mkdirSync(project, { recursive: true });
  writeFileSync(`${project}/package.json`, `${JSON.stringify({ name: "consumer", private: true, type: "module" })}\n`);
  const arguments_ = ["install", "--offline", "--no-audit", "--no-fund", tarball];
  execFileSync("npm", arguments_, { cwd: project, stdio: ["ignore", "ignore", 2] });
  return `${project}/node_modules/harmony-format`;
}
