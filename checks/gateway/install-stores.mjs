// What the states of a gateway are tried with: Redis from Debian, and SQLite for a Node that has none inside.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Installs what is missing. */
export function installStores() {
  installRedis();
  buildSqlite();
}

function installRedis() {
  if (spawnSync("redis-server", ["--version"]).status === 0) return;
  if (process.getuid?.() !== 0) throw new Error("Redis is missing. Install it (Debian: apt-get install redis-server)");
  const options = { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  execFileSync("apt-get", ["update", "-q"], options);
  execFileSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", "redis-server"], options);
}

/** Tools are installed without running their scripts; this one's takes a binary from the net, or makes it. */
function buildSqlite() {
  const folder = fileURLToPath(new URL("../../gateway/node_modules/better-sqlite3", import.meta.url));
  if (existsSync(`${folder}/build/Release/better_sqlite3.node`)) return;
  execFileSync("npm", ["run", "install"], { cwd: folder, stdio: ["ignore", 2, 2] });
}
