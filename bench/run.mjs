/**
 * Measures this package and its peers in one run on the same inputs, prints tables of ratios, and writes JSON.
 *
 *   node bench/run.mjs [--native] [--node 24] [--quick] [--only encode,parse] [--json file]
 *   node bench/run.mjs --against folder [--node 24] [--quick] [--only encode,parse] [--json file]
 *
 *   --native    also openai-harmony, tiktoken, quicktok-v1 and bpe-openai: needs Python 3.11 and a Rust toolchain
 *   --against   this build against that of another checkout, and nothing else: five minutes
 *   --node      what runs everything in JavaScript: 24 (default) or 20, as pinned in bench/node; or the path of a program
 *   --quick     a few strings, one round: whether everything runs, not how fast
 *   --only      these suites: encode, first-pass, count, decode, parse, resilient, shapes, render, cold-start, memory, size,
 *               hostile
 *   --json      where the figures go; default, in bench/results: node-24.json or node-20.json, as --node says; latest.json
 *               where --node is a path; against.json; quick.json
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compareBuilds, verdict } from "./against.mjs";
import { Crew } from "./contender.mjs";
import { nativePeers, npmPeers, otherBuild, ours } from "./contenders.mjs";
import { reached } from "./goals.mjs";
import { buildInputs } from "./inputs/build.mjs";
import { machine } from "./machine.mjs";
import { installNative } from "./native/install.mjs";
import { nodeBuild, RELEASES } from "./node-builds.mjs";
import { DIST, PEERS, RESULTS } from "./paths.mjs";
import { coldStart } from "./suites/cold-start.mjs";
import { count, decode, encode } from "./suites/encode.mjs";
import { firstPass } from "./suites/first-pass.mjs";
import { hostile } from "./suites/hostile.mjs";
import { memory } from "./suites/memory.mjs";
import { parse, resilient, resilientBuilds } from "./suites/parse.mjs";
import { render } from "./suites/render.mjs";
import { shapes, shapesBuilds } from "./suites/shapes.mjs";
import { size } from "./suites/size.mjs";
import { goalsTable, textTable } from "./tables.mjs";

const SUITES = {
  encode,
  "first-pass": firstPass,
  count,
  decode,
  parse,
  resilient,
  shapes,
  render,
  "cold-start": coldStart,
  memory,
  size,
  hostile,
};

/**
 * @typedef {object} Context What a suite is given.
 * @property {Crew} crew
 * @property {string} node The Node.js that runs everything in JavaScript.
 * @property {number} [limit] How many strings or completions of each input are used; without it, all of them.
 * @property {number} rounds
 * @property {number} fewRounds Where a round is long.
 * @property {number} manyRounds Where it is short and noisy.
 * @property {number} [atLeast] Milliseconds that a round lasts.
 * @property {number} [warmUp] Milliseconds before the first.
 * @property {"wall" | "cpu"} clock
 * @property {number} hostileRounds
 * @property {number} hostileAtLeast Milliseconds that a round of a hostile text lasts.
 * @property {number} hostileBudget Milliseconds that 1 MB may take.
 * @property {boolean} doubles Whether hostile texts are also measured at twice the length.
 * @property {boolean} quick Whether the run is only to see that everything works.
 * @property {(text: string) => void} log
 */
const FULL = {
  rounds: 7,
  fewRounds: 4,
  manyRounds: 15,
  atLeast: 100,
  warmUp: 500,
  clock: "wall",
  hostileRounds: 4,
  hostileAtLeast: 0,
  hostileBudget: 20_000,
  doubles: true,
  quick: false,
};
/**
 * Fewer rounds, since all of them are repeated in fresh processes; and by the time that was computed, so that two builds
 * can be compared while the machine has other work.
 */
const AGAINST = {
  ...FULL,
  rounds: 6,
  fewRounds: 1,
  manyRounds: 6,
  atLeast: 60,
  warmUp: 250,
  clock: "cpu",
  hostileRounds: 4,
  hostileAtLeast: 40,
  doubles: false,
};
const QUICK = {
  rounds: 1,
  fewRounds: 1,
  manyRounds: 1,
  atLeast: 1,
  warmUp: 1,
  hostileRounds: 1,
  hostileBudget: 500,
  limit: 2,
  quick: true,
};

const { values: flags } = parseArgs({
  options: {
    native: { type: "boolean", default: false },
    against: { type: "string" },
    node: { type: "string", default: "24" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    json: { type: "string" },
  },
});
if (flags.native && flags.against !== undefined) fail("--against compares two builds: leave --native out");
const names = flags.only?.split(",") ?? Object.keys(SUITES);
for (const name of names) {
  if (!(name in SUITES)) fail(`no suite "${name}"; there are ${Object.keys(SUITES).join(", ")}`);
}
if (!existsSync(DIST)) fail("dist/ is missing: run npm run build first");
const otherRoot = flags.against === undefined ? undefined : checkoutOf(flags.against);

const node = nodeOrFail(flags.node);
if (!existsSync(join(PEERS, "node_modules"))) {
  log("installing the peers into bench/peers");
  execFileSync("npm", ["ci", "--ignore-scripts", "--silent"], { cwd: PEERS, stdio: "inherit" });
}
if (flags.native) {
  log("installing the native contenders into bench/native/.build");
  installNative();
}
log("making the inputs");
buildInputs();

if (otherRoot === undefined) await measure();
else await measureAgainst(otherRoot);

/** This package and its peers. */
async function measure() {
  const release = RELEASES.includes(flags.node) ? `node-${flags.node}` : "latest";
  const file = flags.json ?? join(RESULTS, `${flags.quick ? "quick" : release}.json`);
  const crew = new Crew([ours(node), ...npmPeers(node), ...(flags.native ? nativePeers() : [])]);
  const context = { ...FULL, ...(flags.quick ? QUICK : {}), node, crew, log };
  const report = {
    ...heading(),
    contenders: crew.contenders.map(({ name, version, kind }) => ({ name, version, kind })),
    suites: [],
  };
  try {
    for (const name of names) {
      const suites = [await SUITES[name](context)].flat();
      crew.stop();
      log("");
      for (const suite of suites) console.log(`${textTable(suite)}\n`);
      report.suites.push(...suites);
      // After each suite, so that a run that is interrupted has not been for nothing.
      write(file, report);
    }
  } finally {
    crew.stop();
  }
  log("");
  const goals = reached(report);
  if (goals.length > 0) console.log(`${goalsTable(goals)}\n`);
  console.log(`Figures: ${file}${flags.quick ? " (of a quick run: they say nothing about speed)" : ""}`);
}

/** This build and another. */
async function measureAgainst(root) {
  const file = flags.json ?? join(RESULTS, "against.json");
  const suites = { ...SUITES, resilient: resilientBuilds, shapes: shapesBuilds };
  const comparisons = await compareBuilds(
    Object.fromEntries(names.map((name) => [name, suites[name]])),
    [ours(node), otherBuild(node, root)],
    { ...AGAINST, ...(flags.quick ? QUICK : {}), node, log },
  );
  write(file, { ...heading(), comparisons });
  console.log(verdict(comparisons));
  console.log(`Figures: ${file}${flags.quick ? " (of a quick run: they say nothing about speed)" : ""}`);
}

function heading() {
  return {
    made: new Date().toISOString().slice(0, 10),
    quick: flags.quick,
    machine: machine({ node, native: flags.native }),
  };
}

function write(file, report) {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report)}\n`);
}

/** The folder of a checkout that has been built; its `dist` will do, too. */
function checkoutOf(folder) {
  const path = resolve(folder);
  const root = basename(path) === "dist" ? dirname(path) : path;
  for (const part of ["package.json", "dist/index.js"]) {
    if (!existsSync(join(root, part))) fail(`--against: ${root} has no ${part}: name a checkout that has been built`);
  }
  return root;
}

function nodeOrFail(wanted) {
  try {
    return nodeBuild(wanted);
  } catch (error) {
    return fail(`--node: ${error.message}`);
  }
}

/** One line that the next one overwrites; nothing where nobody watches. */
function log(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (text !== "" && process.env.BENCH_LOG) process.stderr.write(`${text}\n`);
}

function fail(message) {
  console.error(`bench: ${message}`);
  process.exit(2);
}
