/**
 * The command line on a file of conversations: its memory over a gigabyte, one thread against two, against a Python script
 * with openai-harmony that writes the same lines, and its start.
 *
 *   node bench/training/command-line.mjs [--bytes 1000000000] [--count 20000] [--rounds 5] [--only start,against,jobs,memory]
 *
 * Needs what `bench/training/run.mjs` needs, and /proc for the memory.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installNative } from "../native/install.mjs";
import { CACHE, DIST, PYTHON, VOCABULARY } from "../paths.mjs";
import { writeConversations } from "./conversations.mjs";

const { values } = parseArgs({
  options: {
    bytes: { type: "string", default: "1000000000" },
    count: { type: "string", default: "20000" },
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "start,against,jobs,memory" },
  },
});
const rounds = Number(values.rounds);
const count = Number(values.count);
const at = (file) => fileURLToPath(new URL(file, import.meta.url));
const MAIN = at("../../dist/cli/main.js");
const OUTPUT = join(CACHE, "command-line.jsonl");
const environment = { ...process.env, TIKTOKEN_ENCODINGS_BASE: process.env.TIKTOKEN_ENCODINGS_BASE ?? VOCABULARY };

mkdirSync(CACHE, { recursive: true });
if (process.env.PYTHON === undefined) installNative();
const small = made(count);
const perConversation = statSync(small).size / count;

const measurements = { start, against, jobs, memory };
for (const name of values.only.split(",")) await measurements[name]();
rmSync(OUTPUT, { force: true });
rmSync(`${OUTPUT}.manifest.json`, { force: true });

/** From the beginning of a process to its end, for one line. */
async function start() {
  const line = join(CACHE, "one.jsonl");
  writeConversations(line, 1);
  const programs = {
    "node -e ''": ["-e", ""],
    "node, which loads the library and counts": [
      "--input-type=module",
      "-e",
      `import { readFileSync } from "node:fs";
       const { loadHarmonyEncoding } = await import(${JSON.stringify(DIST)});
       console.log(loadHarmonyEncoding().renderConversation(JSON.parse(readFileSync(${JSON.stringify(line)}, "utf8"))).length);`,
    ],
    "harmony-format count": [MAIN, "count", line],
  };
  const times = await alternate(Object.entries(programs), rounds * 4, async ([, options]) => {
    return (await measured(process.execPath, options)).seconds;
  });
  for (const [index, name] of Object.keys(programs).entries()) {
    console.log(`start: ${name}: ${Math.round(median(times[index]) * 1000)} ms`);
  }
}

/** The same lines, by the command line and by Python. */
async function against() {
  const contenders = [
    ["harmony-format train", process.execPath, [MAIN, "train", "--quiet", small]],
    ["harmony-format train --jobs 2", process.execPath, [MAIN, "train", "--quiet", "--jobs", "2", small]],
    ["Python over openai-harmony", process.env.PYTHON ?? PYTHON, [at("python_lines.py"), small]],
  ];
  const digests = new Set();
  const times = await alternate(contenders, Math.min(rounds, 3), async ([, program, options]) => {
    const { seconds, digest } = await measured(program, options, { hashes: true });
    digests.add(digest);
    return seconds;
  });
  if (digests.size !== 1) throw new Error("the contenders write different lines");
  const tokens = countTokens(small);
  for (const [index, [name]] of contenders.entries()) {
    const seconds = median(times[index]);
    console.log(
      `${name}: ${count} conversations, ${tokens} tokens in ${seconds.toFixed(2)} s: ` +
        `${Math.round(count / seconds)} conversations/s, ${Math.round(tokens / seconds)} tokens/s`,
    );
  }
}

/** One thread and two, in pairs. */
async function jobs() {
  const file = made(count * 5);
  const run = async (threads) => {
    const options = [MAIN, "train", "--quiet", "--jobs", String(threads), "--output", OUTPUT, file];
    return (await measured(process.execPath, options)).seconds;
  };
  const [one, two] = await alternate([1, 2], rounds, run);
  const ratios = one.map((seconds, index) => seconds / two[index]);
  console.log(
    `--jobs 2 against one: ${median(ratios).toFixed(2)}x (${ratios.map((each) => each.toFixed(2)).join(", ")})`,
  );
  console.log(`  medians: ${median(one).toFixed(2)} s, ${median(two).toFixed(2)} s for ${count * 5} conversations`);
}

/** How much memory a long run has at a time. */
async function memory() {
  const many = Math.ceil(Number(values.bytes) / perConversation);
  const file = made(many);
  for (const threads of ["1", "2"]) {
    const options = [MAIN, "train", "--quiet", "--jobs", threads, "--output", OUTPUT, file];
    const { seconds, sizes } = await measured(process.execPath, options, { samples: true });
    const quarters = [0, 1, 2, 3].map((quarter) =>
      Math.max(...sizes.slice((quarter * sizes.length) >> 2, ((quarter + 1) * sizes.length) >> 2)),
    );
    console.log(
      `memory: ${(statSync(file).size / 1e6).toFixed(0)} MB, ${many} conversations, --jobs ${threads}, ${seconds.toFixed(1)} s; ` +
        `most in each quarter of the time: ${quarters.map((bytes) => `${Math.round(bytes / 1e6)} MB`).join(", ")}`,
    );
  }
}

function made(conversations) {
  const file = join(CACHE, `training-${conversations}.jsonl`);
  if (!existsSync(file)) writeConversations(file, conversations);
  return file;
}

/** Runs a program to its end, and takes its time. */
function measured(program, options, { hashes = false, samples = false } = {}) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(program, options, {
      env: environment,
      stdio: ["ignore", hashes ? "pipe" : "ignore", "inherit"],
    });
    const hash = createHash("sha256");
    child.stdout?.on("data", (data) => hash.update(data));
    const sizes = [];
    const timer = samples ? setInterval(() => sizes.push(residentBytes(child.pid)), 250) : undefined;
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - begun) / 1000;
      if (code === 0) resolve({ seconds, sizes, digest: hash.digest("hex") });
      else reject(new Error(`${program} ended with code ${code}`));
    });
  });
}

function residentBytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function countTokens(file) {
  const manifest = `${OUTPUT}.manifest.json`;
  execFileSync(process.execPath, [MAIN, "train", "--quiet", "--output", OUTPUT, file]);
  return JSON.parse(readFileSync(manifest, "utf8")).tokens.written;
}

/** Times of each contender, taken in turn so that a busy minute hits all of them. */
async function alternate(contenders, times, run) {
  const taken = contenders.map(() => []);
  for (let round = 0; round < times; round++) {
    for (const [index, contender] of contenders.entries()) taken[index].push(await run(contender));
  }
  return taken;
}

function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
