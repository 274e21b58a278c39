import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildGateway, packPlayground } from "../../gateway/run.mjs";
import { installPython } from "../shapes/setup.mjs";
import { installTools } from "../tool-folder.mjs";
import { installStores } from "./install-stores.mjs";

/**
 * Builds the package and the gateway, and installs what they are tried with.
 * @param {import("vitest/node").TestProject} suite
 */
export default function setup(suite) {
  installTools(new URL("./", import.meta.url));
  const options = { cwd: fileURLToPath(new URL("../..", import.meta.url)), stdio: ["ignore", 2, 2] };
  execFileSync("npm", ["run", "--silent", "build"], options);
  buildGateway();
  packPlayground();
  installStores();
  suite.provide("python", installPython());
}
