// Runs the smoke suite on the packed package in every runtime of the matrix.
//
//   npm run test:runtimes
//   npm run test:runtimes -- --only bun,chromium      some rows
//   npm run test:runtimes -- --screenshots folder     what the pages show
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installPacked, pack } from "../scripts/packed.mjs";
import { installTools } from "../scripts/tool-folder.mjs";
import { installChromium, runInChromium } from "./chromium.mjs";
import { runOnCommandLine } from "./command-line.mjs";
import { sampleModule } from "./sample.mjs";

const { values } = parseArgs({ options: { only: { type: "string" }, screenshots: { type: "string" } } });
const only = values.only?.toLowerCase().split(",");
const wanted = (runtime) => only === undefined || only.includes(runtime.toLowerCase());

if (process.platform !== "linux" || process.arch !== "x64") {
  // package.json names the builds for this platform, so that the lockfile pins every byte that runs.
  console.error("The runtimes of the matrix are Linux x64 builds; run this command there.");
  process.exit(1);
}

const here = new URL("./", import.meta.url);
const chromium = wanted("chromium") ? installChromium() : undefined;
installTools(here);

const folder = mkdtempSync(`${tmpdir()}/harmony-runtimes-`);
try {
  const project = `${folder}/project`;
  const { tarball } = pack(folder);
  installPacked(tarball, project);
  cpSync(fileURLToPath(new URL("project/", here)), project, { recursive: true });
  copyFileSync(fileURLToPath(new URL("smoke.mjs", here)), `${project}/smoke.mjs`);
  writeFileSync(`${project}/sample.mjs`, sampleModule());

  const rows = await runOnCommandLine(project, wanted);
  if (chromium !== undefined) {
    const pages = runInChromium(project, chromium, values.screenshots);
    rows.push(...(await pages.catch((error) => [brokenRow("Chromium", error)])));
  }
  printTable(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** For what broke before any check could run. */
function brokenRow(runtime, error) {
  return { runtime, version: "?", how: "?", checks: 0, passed: 0, failures: [error.message], seconds: 0 };
}

/**
 * @typedef {object} Row
 * @property {string} runtime
 * @property {string} version
 * @property {string} how How the package was loaded.
 * @property {number} passed
 * @property {string[]} failures What failed of the suite, and what went wrong beside it.
 * @property {number} checks How many checks the suite ran.
 * @property {number} seconds
 *
 * @param {Row[]} rows
 */
function printTable(rows) {
  // A runtime that ran fewer checks than another has not passed, whatever it says.
  const checks = Math.max(1, ...rows.map((row) => row.checks));
  const failedOf = ({ passed, failures }) => Math.max(checks - passed, failures.length > 0 ? 1 : 0);
  const cells = rows.map((row) => {
    const verdict = failedOf(row) === 0 ? "ok" : "FAILED";
    return [row.runtime, row.version, row.how, `${row.passed}/${checks}`, `${row.seconds.toFixed(1)} s`, verdict];
  });
  const table = [["runtime", "version", "loaded as", "passed", "time", ""], ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    );
  for (const [failure, places] of placesOfFailures(rows)) console.log(`\n${failure}\n  in ${places.join("; ")}`);
  const passed = rows.reduce((sum, row) => sum + row.passed, 0);
  const failed = rows.reduce((sum, row) => sum + failedOf(row), 0);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

/** What fails in many runtimes is told once. */
function placesOfFailures(rows) {
  const places = new Map();
  for (const { runtime, version, how, failures } of rows) {
    for (const failure of failures) {
      places.set(failure, [...(places.get(failure) ?? []), `${runtime} ${version} (${how})`]);
    }
  }
  return places;
}
