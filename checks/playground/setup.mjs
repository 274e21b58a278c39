import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installChromium } from "../runtimes/chromium.mjs";
import { installTools } from "../tool-folder.mjs";
import { serveBuild } from "./server.mjs";

/**
 * Builds the package and the page, and serves the page's files.
 * @param {import("vitest/node").TestProject} suite
 */
export default async function setup(suite) {
  installTools(new URL("./", import.meta.url));
  buildAll();
  const server = await serveBuild();
  suite.provide("playground", { address: server.address, chromium: installChromium() });
  return server.close;
}

/** Builds the package, checks the types of the page, and builds it. */
function buildAll() {
  const options = { cwd: fileURLToPath(new URL("../..", import.meta.url)), stdio: ["ignore", 2, 2] };
  execFileSync("npm", ["run", "--silent", "build"], options);
  execFileSync("npm", ["run", "--silent", "build:playground"], options);
  execFileSync("node", ["node_modules/typescript/bin/tsc", "-p", "playground"], options);
}
