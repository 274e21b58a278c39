/**
 * Writes the tables of a run into docs/performance.md, between its markers, and keeps the run's figures beside this
 * script as `results/published.json`.
 *
 *   node bench/report.mjs [file]    default: bench/results/latest.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reached } from "./goals.mjs";
import { RESULTS, ROOT } from "./paths.mjs";
import { goalsTable, markdownTable } from "./tables.mjs";

const PAGE = join(ROOT, "docs/performance.md");
const BEGIN = "<!-- tables: written by bench/report.mjs -->";
const END = "<!-- end of tables -->";

const report = JSON.parse(readFileSync(process.argv[2] ?? join(RESULTS, "latest.json"), "utf8"));
if (report.quick) {
  console.error("bench: these are the figures of a quick run, which says nothing about speed");
  process.exit(2);
}
const page = readFileSync(PAGE, "utf8");
const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
if (begin < 0 || end < begin) throw new Error(`${PAGE} has lost its markers`);
const tables = [
  machineText(report),
  "### Goals",
  goalsTable(reached(report)),
  ...report.suites.map((suite) => markdownTable(suite)),
].join("\n\n");
writeFileSync(PAGE, `${page.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${page.slice(end)}`);
writeFileSync(join(RESULTS, "published.json"), `${JSON.stringify(report)}\n`);

function machineText({ made, machine, contenders }) {
  const { processor, cores, memory, system, node, python, rust } = machine;
  const programs = [`Node.js ${node}`, python, rust].filter(Boolean).join(", ");
  const versions = contenders.map(({ name, version }) => `${name} ${version}`).join(", ");
  return `Made on ${made} on ${cores} cores of an ${processor} with ${memory}, ${system}; ${programs}. Measured: ${versions}.`;
}
