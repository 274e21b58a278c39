/**
 * The command line on a file of conversations: its start; its speed beside what else makes tokens and masks of conversations;
 * two threads against one; and its memory over a gigabyte. Prints Markdown, and writes the figures to
 * `bench/results/command-line.json`. It takes about six minutes, installing and writing the conversations not counted.
 *
 *   node bench/training/command-line.mjs [--only start,against,jobs,memory] [--count 12000] [--rounds 3] [--seconds 120]
 *     [--pairs 3] [--pair-count 120000] [--bytes 1000000000] [--json FILE]
 *
 * Needs Python 3.11, and /proc for the memory.
 */
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine } from "../machine.mjs";
import { CACHE, DIST, RESULTS } from "../paths.mjs";
import { median } from "../statistics.mjs";
import { writeChats, writeConversations } from "./conversations.mjs";
import { inTurn, measured } from "./measured.mjs";
import { installPeers } from "./peers.mjs";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "start,against,jobs,memory" },
    count: { type: "string", default: "12000" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "120" },
    pairs: { type: "string", default: "3" },
    "pair-count": { type: "string", default: "120000" },
    bytes: { type: "string", default: "1000000000" },
    json: { type: "string", default: join(RESULTS, "command-line.json") },
  },
});
const count = Number(values.count);
const rounds = Number(values.rounds);
const at = (file) => fileURLToPath(new URL(file, import.meta.url));
const MAIN = at("../../dist/cli/main.js");
const OUTPUT = join(CACHE, "command-line.jsonl");
/** What is slow is timed on a part of the file; that the start weighs more on it is little beside what it takes. */
const PART = 4;

mkdirSync(CACHE, { recursive: true });
const busy = loadavg()[0];
const results = {};
for (const name of values.only.split(",")) results[name] = await { start, against, jobs, memory }[name]();
rmSync(OUTPUT, { force: true });
rmSync(`${OUTPUT}.manifest.json`, { force: true });
const made = { ...machine({ node: process.execPath }), load: busy };
writeFileSync(values.json, `${JSON.stringify({ machine: made, ...results }, undefined, 2)}\n`);
console.log(
  `\n${made.processor}, ${made.cores} cores, Node ${made.node}, load average at the start ${busy.toFixed(2)}`,
);

/** From the beginning of a process to its end, for one line. */
async function start() {
  const line = conversations(1);
  const programs = {
    "`node -e ''`": ["-e", ""],
    "Node, which loads the library and counts the tokens of a conversation": [
      "--input-type=module",
      "-e",
      `import { readFileSync } from "node:fs";
       const { loadHarmonyEncoding } = await import(${JSON.stringify(DIST)});
       console.log(loadHarmonyEncoding().renderConversation(JSON.parse(readFileSync(${JSON.stringify(line)}, "utf8"))).length);`,
    ],
    "`harmony-format count` of the same": [MAIN, "count", line],
  };
  const times = await inTurn(Object.values(programs), { rounds: 12 }, async (options) => {
    return (await measured(process.execPath, options)).seconds;
  });
  const [, library, counting] = times.map(median);
  console.log("\n| start | milliseconds, the median of 12 |\n|---|---|");
  for (const [index, name] of Object.keys(programs).entries()) {
    console.log(`| ${name} | ${Math.round(median(times[index]) * 1000)} |`);
  }
  console.log(`\nThe program takes ${(counting / library).toFixed(2)} times as long as the library alone.`);
  return { milliseconds: times.map((each) => median(each) * 1000), ratio: counting / library };
}

/** Tokens and masks of the same conversations, by everyone. */
async function against() {
  const { python, tokenizer, template } = installPeers();
  const all = conversations(count);
  const part = Math.ceil(count / PART);
  const templated = chats(part, "thinking");
  const rendered = chats(part, "reasoning_content");
  const train = (...options) => [process.execPath, [MAIN, "train", "--quiet", ...options, all]];
  const same = [
    { name: "Python over openai-harmony 0.0.8", count, run: [python, [at("python_lines.py"), all]] },
    { name: "`harmony-format train`", count, run: train() },
    { name: "`harmony-format train --jobs 2`", count, run: train("--jobs", "2") },
  ];
  const withTemplate = [at("template_lines.py"), tokenizer, template, templated];
  const others = [
    { name: "transformers 5.23.0 with TRL's template", count: part, run: [python, withTemplate] },
    { name: "renderers 0.1.12", count: part, run: [python, [at("renderers_lines.py"), tokenizer, rendered]] },
  ];
  const runs = await inTurn(same, { rounds, seconds: Number(values.seconds) }, ({ run }) =>
    measured(...run, { reads: true }),
  );
  if (new Set(runs.flat().map(({ digest }) => digest)).size !== 1) throw new Error("they write different lines");
  runs.push(...(await inTurn(others, { rounds: 1 }, ({ run }) => measured(...run, { reads: true }))));

  const rows = [...same, ...others].map(({ name, count }, index) => {
    const seconds = median(runs[index].map((run) => run.seconds));
    return {
      name,
      seconds,
      runs: runs[index].length,
      conversations: count / seconds,
      tokens: runs[index][0].tokens / seconds,
    };
  });
  const [reference] = rows;
  console.log(`\n| ${count} conversations | conversations a second | tokens a second | |\n|---|---|---|---|`);
  for (const { name, conversations, tokens } of rows) {
    const ratio = (conversations / reference.conversations).toFixed(1);
    console.log(`| ${name} | ${thousands(conversations)} | ${thousands(tokens)} | ${ratio}x |`);
  }
  console.log(`\nMedians of ${rows[0].runs}; the last two once, on the first ${part} of the conversations.`);
  return { count, part, rows };
}

/** One thread and two, in pairs. */
async function jobs() {
  const many = Number(values["pair-count"]);
  const file = conversations(many);
  const [one, two] = await inTurn([1, 2], { rounds: Number(values.pairs) }, async (threads) => {
    const options = [MAIN, "train", "--quiet", "--jobs", String(threads), "--output", OUTPUT, file];
    return (await measured(process.execPath, options)).seconds;
  });
  const ratios = one.map((seconds, index) => seconds / two[index]);
  const shown = ratios.map((each) => each.toFixed(2)).join(", ");
  console.log(`\n\`--jobs 2\` against one, in pairs, on ${many} conversations: ${shown} times as fast.`);
  console.log(`Medians: ${median(one).toFixed(1)} s and ${median(two).toFixed(1)} s.`);
  return { count: many, one, two, ratios };
}

/** How much memory a long run has at a time. */
async function memory() {
  const sample = conversations(1_000);
  const many = Math.ceil(Number(values.bytes) / (statSync(sample).size / 1_000));
  const file = conversations(many);
  const megabytes = Math.round(statSync(file).size / 1e6);
  console.log(
    `\n| ${megabytes} MB, ${many} conversations | first quarter | second | third | last | seconds |\n|---|---|---|---|---|---|`,
  );
  const rows = [];
  for (const threads of [1, 2]) {
    const options = [MAIN, "train", "--quiet", "--jobs", String(threads), "--output", OUTPUT, file];
    const { seconds, sizes } = await measured(process.execPath, options, { samples: true });
    const quarters = [0, 1, 2, 3].map((quarter) =>
      Math.max(...sizes.slice((quarter * sizes.length) >> 2, ((quarter + 1) * sizes.length) >> 2)),
    );
    const shown = quarters.map((bytes) => `${Math.round(bytes / 1e6)} MB`);
    console.log(`| \`--jobs ${threads}\` | ${shown.join(" | ")} | ${seconds.toFixed(1)} |`);
    rows.push({ threads, seconds, quarters });
  }
  rmSync(file);
  return { bytes: megabytes * 1e6, count: many, rows };
}

function conversations(many) {
  return written(`training-${many}.jsonl`, (file) => writeConversations(file, many));
}

function chats(many, thoughts) {
  return written(`chats-${thoughts}-${many}.jsonl`, (file) => writeChats(file, many, thoughts));
}

function written(name, write) {
  const file = join(CACHE, name);
  if (!existsSync(file)) write(file);
  return file;
}

function thousands(number) {
  return Math.round(number).toLocaleString("en-US");
}
