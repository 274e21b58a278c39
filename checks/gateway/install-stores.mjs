// What the states of a gateway are tried with: Redis from Debian, and SQLite for a Node that has none inside.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
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

/**
 * Tools are installed without running their scripts; this one's takes a binary from the net, or compiles it. The binary is
 * kept, since an install throws it away.
 */
function buildSqlite() {
  const modules = fileURLToPath(new URL("../../gateway/node_modules/", import.meta.url));
  const folder = `${modules}better-sqlite3`;
  const binary = `${folder}/build/Release/better_sqlite3.node`;
  if (existsSync(binary)) return;
  const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const cache = fileURLToPath(new URL(".cache/", import.meta.url));
  const kept = `${cache}better-sqlite3-${version}-${process.platform}-${process.arch}-${process.versions.modules}.node`;
  if (!existsSync(kept)) {
    execFileSync("npm", ["run", "install"], { cwd: folder, stdio: ["ignore", 2, 2] });
    mkdirSync(cache, { recursive: true });
    cpSync(binary, kept);
  }
  mkdirSync(dirname(binary), { recursive: true });
  cpSync(kept, binary);
}
