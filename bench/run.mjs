/**
 * Measures this package and its peers in one run on the same inputs, prints tables of ratios, and writes JSON.
 *
 *   node bench/run.mjs [--native] [--quick] [--only encode,parse] [--json file]
 *
 *   --native   also openai-harmony, tiktoken, quicktok-v1 and bpe-openai: needs Python 3.11 and a Rust toolchain
 *   --quick    a few strings, one round: whether everything runs, not how fast
 *   --only     these suites: encode, first-pass, count, decode, parse, resilient, render, cold-start, memory, size, hostile
 *   --json     where the figures go; default: bench/results/latest.json
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Crew } from "./contender.mjs";
import { nativePeers, npmPeers, ours } from "./contenders.mjs";
import { reached } from "./goals.mjs";
import { buildInputs } from "./inputs/build.mjs";
import { machine } from "./machine.mjs";
import { installNative } from "./native/install.mjs";
import { DIST, PEERS, RESULTS } from "./paths.mjs";
import { coldStart } from "./suites/cold-start.mjs";
import { count, decode, encode } from "./suites/encode.mjs";
import { firstPass } from "./suites/first-pass.mjs";
import { hostile } from "./suites/hostile.mjs";
import { memory } from "./suites/memory.mjs";
import { parse, resilient } from "./suites/parse.mjs";
import { render } from "./suites/render.mjs";
import { size } from "./suites/size.mjs";
import { goalsTable, textTable } from "./tables.mjs";

const SUITES = {
  encode,
  "first-pass": firstPass,
  count,
  decode,
  parse,
  resilient,
  render,
  "cold-start": coldStart,
  memory,
  size,
  hostile,
};

/**
 * @typedef {object} Context What a suite is given.
 * @property {Crew} crew
 * @property {number} [limit] How many strings or completions of each input are used; all of them without.
 * @property {number} rounds
 * @property {number} fewRounds Where a round is long.
 * @property {number} manyRounds Where it is short and noisy.
 * @property {number} [atLeast] Milliseconds that a round lasts.
 * @property {number} [warmUp] Milliseconds before the first.
 * @property {number} hostileBudget Milliseconds that 1 MB may take.
 * @property {(text: string) => void} log
 */
const FULL = { rounds: 7, fewRounds: 4, manyRounds: 15, atLeast: 100, warmUp: 500, hostileBudget: 20_000 };
const QUICK = { rounds: 1, fewRounds: 1, manyRounds: 1, atLeast: 1, warmUp: 1, hostileBudget: 500, limit: 2 };

const { values: flags } = parseArgs({
  options: {
    native: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    json: { type: "string", default: join(RESULTS, "latest.json") },
  },
});
const names = flags.only?.split(",") ?? Object.keys(SUITES);
for (const name of names) {
  if (!(name in SUITES)) fail(`no suite "${name}"; there are ${Object.keys(SUITES).join(", ")}`);
}
if (!existsSync(DIST)) fail("dist/ is missing: run npm run build first");

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

const crew = new Crew([ours(), ...npmPeers(), ...(flags.native ? nativePeers() : [])]);
const context = { ...(flags.quick ? QUICK : FULL), crew, log };
const report = {
  made: new Date().toISOString().slice(0, 10),
  quick: flags.quick,
  machine: machine({ native: flags.native }),
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
    mkdirSync(dirname(resolve(flags.json)), { recursive: true });
    writeFileSync(flags.json, `${JSON.stringify(report)}\n`);
  }
} finally {
  crew.stop();
}
log("");
const goals = reached(report);
if (goals.length > 0) console.log(`${goalsTable(goals)}\n`);
console.log(`Figures: ${flags.json}${flags.quick ? " (of a quick run: they say nothing about speed)" : ""}`);

/** One line that the next one overwrites; nothing where nobody watches. */
function log(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (text !== "" && process.env.BENCH_LOG) process.stderr.write(`${text}\n`);
}

function fail(message) {
  console.error(`bench: ${message}`);
  process.exit(2);
}
