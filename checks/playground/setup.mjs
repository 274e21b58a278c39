import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installReference } from "../conformance/reference.mjs";
import { readTemplate } from "../peers/chat-template.mjs";
import { installChromium } from "../runtimes/chromium.mjs";
import { installTools } from "../tool-folder.mjs";
import { serveBuild } from "./server.mjs";

/**
 * Builds the package and the page, serves the page's files, and gets the chat template of gpt-oss, which is not in this
 * repository.
 * @param {import("vitest/node").TestProject} suite
 */
export default async function setup(suite) {
  installTools(new URL("./", import.meta.url));
  buildAll();
  const server = await serveBuild();
  const template = readTemplate(installReference().python);
  suite.provide("playground", { address: server.address, chromium: installChromium(), template });
  return server.close;
}

/** Builds the package, checks the types of the page, and builds it. */
function buildAll() {
  const options = { cwd: fileURLToPath(new URL("../..", import.meta.url)), stdio: ["ignore", 2, 2] };
  execFileSync("npm", ["run", "--silent", "build"], options);
  execFileSync("npm", ["run", "--silent", "build:playground"], options);
  execFileSync("node", ["node_modules/typescript/bin/tsc", "-p", "playground"], options);
}
