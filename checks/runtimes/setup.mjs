import { cpSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installPacked } from "../packed.mjs";
import { installTools } from "../tool-folder.mjs";
import { sampleModule } from "./sample.mjs";

/**
 * Installs the runtimes, and the packed package in a project that has the smoke suite in it.
 * @param {import("vitest/node").TestProject} suite
 */
export default async function setup(suite) {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("The runtimes are pinned as builds for Linux on x64: run this check there.");
  }
  const here = new URL("./", import.meta.url);
  installTools(here);
  const { project, remove } = installPacked();
  cpSync(fileURLToPath(new URL("project/", here)), project, { recursive: true });
  writeFileSync(`${project}/sample.mjs`, sampleModule());
  suite.provide("runtimes", { project, checks: await countChecks(project) });
  return remove;
}

/** How many checks the suite has: a runtime that ran fewer has not passed, whatever it says. */
async function countChecks(project) {
  const [harmony, { smoke }, { sample }] = await Promise.all(
    ["package.mjs", "smoke.mjs", "sample.mjs"].map((file) => import(`${project}/${file}`)),
  );
  return (await smoke(harmony, sample)).checks;
}
