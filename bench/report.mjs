/**
 * Writes the tables of docs/performance.md, each between its markers, and keeps the figures beside this script as
 * `results/published….json`.
 *
 *   node bench/report.mjs [main [beside…]]
 *
 *   main     the figures of the main run; default: bench/results/node-24.json
 *   beside   those of runs on other runtimes, for the short comparison; default: bench/results/node-20.json, if there is
 *            one. Without any, the page keeps the comparison that it has.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OURS } from "./contenders.mjs";
import { RESULTS, ROOT } from "./paths.mjs";
import { median } from "./statistics.mjs";
import { markdown, markdownTable, ratioOf, round } from "./tables.mjs";

const PAGE = join(ROOT, "docs/performance.md");

/** What the short tables show: the row's name, where it comes from, and against whom it stands in the comparison. */
const HEADLINES = [
  ["encode prose, warm", "encode", "prose", "ai-tokenizer"],
  ["encode code, warm", "encode", "code", "ai-tokenizer"],
  ["encode JSON, warm", "encode", "json", "ai-tokenizer"],
  ["encode 400 languages, warm", "encode", "languages", "ai-tokenizer"],
  ["encode prose, first pass", "first-pass", "prose", "ai-tokenizer"],
  ["encode 400 languages, first pass", "first-pass", "languages", "ai-tokenizer"],
  ["decode ASCII, warm", "decode", "ascii", "ai-tokenizer"],
  ["decode 400 languages, warm", "decode", "languages", "ai-tokenizer"],
  ["parse a completion, with deltas", "parse", "40 completions"],
  ["render 101 messages", "render", "101 messages, 75,000 characters"],
  ["load, and encode a first text", "cold-start", "hello world", "gpt-tokenizer"],
  ["memory held after 10 MB", "memory", "resident at the end", "ai-tokenizer"],
  ["1 MB of one letter", "hostile", "one letter", "ai-tokenizer"],
];

/** The contenders that stand in the summary. */
const RIVALS = ["ai-tokenizer", "gpt-tokenizer", "openai-harmony (Python)", "openai-harmony (Rust)", "tiktoken (Rust)"];

/** What a reader of a table alone has to know. */
const NOTES = {
  encode:
    "Warm: the same text has been encoded many times before in the process, so every tokenizer that remembers pieces does.",
  "first-pass":
    "First pass: the process has never seen the text; other text of the same kinds has had the code compiled before. A new process for each sample.",
  count: "Warm: the same text has been counted many times before.",
  decode: "Warm: the same tokens have been decoded many times before.",
  parse: "`process` and `lastContentDelta` for each token of what a model wrote: thought, calls and answers.",
  resilient: "The resilient mode on output without a fault: what forgiving costs when there is nothing to forgive.",
  shapes:
    "Each token is parsed, and what comes of it is made into chunks or events of the format as it arrives: what streaming to a client costs beside the model.",
  "cold-start":
    "A process that loads the package and encodes `hello world`, less a process of the same program that does nothing.",
  memory: "What the process holds after encoding 10 MB and throwing the tokens away, less what bare Node.js holds.",
  size: "The package as npm unpacks it, and what a browser bundle of it weighs, minified.",
  hostile: "1 MB in one string of the kind named. `> 20 s` was not waited for.",
  doubling: "Linear growth is 2.",
};

const [main, ...beside] = filesOf(process.argv.slice(2)).map((file) => JSON.parse(readFileSync(file, "utf8")));
for (const report of [main, ...beside]) {
  if (!report.quick) continue;
  console.error("bench: these are the figures of a quick run, which says nothing about speed");
  process.exit(2);
}

let page = readFileSync(PAGE, "utf8");
fill("summary", summary(main));
if (beside.length > 0) fill("comparison", comparison([main, ...beside]));
fill(
  "tables",
  [machineText(main), ...main.suites.map((suite) => markdownTable(suite, NOTES[suite.name]))].join("\n\n"),
);
writeFileSync(PAGE, page);
keep("published.json", main);
for (const report of beside) keep(`published-node-${majorOf(report)}.json`, report);

function filesOf(given) {
  if (given.length > 0) return given;
  const [node24, node20] = ["24", "20"].map((release) => join(RESULTS, `node-${release}.json`));
  return existsSync(node20) ? [node24, node20] : [node24];
}

/** Puts text between the markers of that name. */
function fill(name, text) {
  const begin = `<!-- ${name}: written by bench/report.mjs -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(`<!-- end of ${name} -->`)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has lost the markers of "${name}"`);
  page = `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

function keep(name, report) {
  writeFileSync(join(RESULTS, name), `${JSON.stringify(report)}\n`);
}

/** What this package reaches, and how many times better that is than each rival. */
function summary(report) {
  const lines = HEADLINES.map(([what, suiteName, input]) => {
    const found = find(report, suiteName, input);
    if (found === undefined) return undefined;
    return [what, figureOf(found), ...RIVALS.map((name) => leadOver(found, name))];
  });
  return markdown(["", OURS, ...RIVALS.map((name) => `against ${name}`)], lines.filter(Boolean));
}

/** What this package reaches on each runtime, and against whom. */
function comparison(reports) {
  const lines = HEADLINES.map(([what, suiteName, input, against]) => {
    const cells = reports.map((report) => {
      const found = find(report, suiteName, input);
      if (found === undefined) return "not measured";
      const lead = against === undefined ? "" : leadOver(found, against);
      return [figureOf(found), lead && `${lead}${against === "ai-tokenizer" ? "" : ` (${against})`}`]
        .filter(Boolean)
        .join(", ");
    });
    return [what, ...cells];
  });
  return markdown(["", ...reports.map((report) => `Node.js ${majorOf(report)}`)], lines);
}

function find({ suites }, name, input) {
  const suite = suites.find((one) => one.name === name);
  const row = suite?.rows.find((one) => one.input === input);
  return row && { suite, row };
}

function figureOf({ suite, row }) {
  return `${round(median(row.outcomes[OURS].samples))} ${suite.unit}`;
}

function leadOver({ suite, row }, name) {
  const failed = row.outcomes[name]?.failed;
  if (failed !== undefined) return failed.startsWith(">") ? `it takes ${failed}` : "it throws";
  const ratio = ratioOf(suite, row, name);
  return ratio === undefined ? "–" : `${round(ratio)}x`;
}

function majorOf({ machine }) {
  return machine.node.replace(/^v/, "").split(".")[0];
}

function machineText({ made, machine, contenders }) {
  const { processor, cores, memory, system, node, python, rust } = machine;
  const programs = [`Node.js ${node}`, python, rust].filter(Boolean).join(", ");
  const versions = contenders.map(({ name, version }) => `${name} ${version}`).join(", ");
  return `Made on ${made} on ${cores} cores of an ${processor} with ${memory}, ${system}; ${programs}. Measured: ${versions}.`;
}
