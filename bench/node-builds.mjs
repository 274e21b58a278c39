import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installTools } from "../checks/tool-folder.mjs";
import { NODE_BUILDS } from "./paths.mjs";

/** The releases that are installed from npm when asked for. */
export const RELEASES = ["20", "24"];

/**
 * The Node.js that runs every contender in JavaScript.
 * @param {string} wanted A release that `bench/node` pins, `"24"`; or the path of a program.
 * @returns {string} the path of the program
 */
export function nodeBuild(wanted) {
  if (!RELEASES.includes(wanted)) {
    if (existsSync(wanted)) return wanted;
    throw new Error(`no Node.js at ${wanted}: give the path of a program, or one of ${RELEASES.join(", ")}`);
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `the pinned builds of Node.js are for Linux x64: give the path of your own, --node "$(which node)"`,
    );
  }
  installTools(pathToFileURL(`${NODE_BUILDS}/`));
  const program = join(NODE_BUILDS, `node_modules/node-${wanted}/bin/node`);
  execFileSync(program, ["--version"]);
  return program;
}
