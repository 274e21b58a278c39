/**
 * What the package should reach, for our own use: the least, and what we aim for. Goals are ratios within one run; limits
 * are values of our own.
 */
import { OURS } from "./contenders.mjs";
import { KINDS } from "./inputs/build.mjs";
import { geometricMean, median } from "./statistics.mjs";
import { ratioOf, round } from "./tables.mjs";

const RUST = "openai-harmony (Rust)";
const PYTHON = "openai-harmony (Python)";
const MEAN = "geometric mean of the four";

/** @type {{ what: string, suite: string, against?: string, goals: [input: string, least: number, aim: number][] }[]} */
const GOALS = [
  {
    what: "encode, warm",
    suite: "encode",
    against: "ai-tokenizer",
    goals: [
      ["prose", 5, 8],
      ["code", 3.5, 5],
      ["json", 5, 8],
      ["languages", 10, 18],
    ],
  },
  { what: "encode, warm", suite: "encode", against: "tiktoken (Rust)", goals: [[MEAN, 0.8, 1.3]] },
  ...[RUST, PYTHON].map((against) => ({
    what: "encode, warm",
    suite: "encode",
    against,
    goals: [
      ["prose", 10, 15],
      ["code", 15, 20],
      ["json", 14, 20],
      ["languages", 3.5, 5],
    ],
  })),
  {
    what: "encode, first pass",
    suite: "first-pass",
    against: "ai-tokenizer",
    goals: KINDS.map((kind) => [kind, 3, 6]),
  },
  ...[RUST, PYTHON].map((against) => ({
    what: "decode",
    suite: "decode",
    against,
    goals: [
      ["ascii", 2.5, 4],
      ["languages", 1.3, 2],
    ],
  })),
  { what: "parse with deltas", suite: "parse", against: RUST, goals: [["40 completions", 10, 20]] },
  { what: "parse with deltas", suite: "parse", against: PYTHON, goals: [["40 completions", 15, 30]] },
  { what: "render", suite: "render", against: RUST, goals: [["101 messages, 75,000 characters", 15, 25]] },
  { what: "load and first encode", suite: "cold-start", against: "gpt-tokenizer", goals: [["hello world", 5, 10]] },
];

/** The most that our own values may be. */
const LIMITS = [
  { what: "hostile 1 MB, the slowest", suite: "hostile", unit: "ms", most: 200, aim: 100 },
  { what: "hostile text doubled, the worst", suite: "doubling", unit: "x", most: 2.3, aim: 2.3 },
  { what: "memory after 10 MB", suite: "memory", input: "resident at the end", unit: "MB", most: 30, aim: 15 },
  { what: "package, unpacked", suite: "size", input: "package, unpacked", unit: "MB", most: 6, aim: 3 },
  { what: "bundle, gzipped", suite: "size", input: "browser bundle, gzipped", unit: "MB", most: 0.85, aim: 0.76 },
];

/**
 * The goals beside what a run reached, as far as the run has the figures.
 * @param {{ suites: import("./measure.mjs").Suite[] }} report
 * @returns {{ what: string, against: string, reached: string, least: string, aim: string, met: boolean }[]}
 */
export function reached({ suites }) {
  const suiteOf = (name) => suites.find((suite) => suite.name === name);
  const ratio = (suite, input, against) => {
    const inputs = input === MEAN ? KINDS : [input];
    const found = inputs.map((one) => ratioOf(suite, rowOf(suite, one), against));
    return found.includes(undefined) ? undefined : geometricMean(found);
  };
  const ratios = GOALS.flatMap(({ what, suite, against, goals }) =>
    goals.map(([input, least, aim]) => {
      const value = suiteOf(suite) && ratio(suiteOf(suite), input, against);
      return line(`${what}: ${input}`, against, value, { least, aim, unit: "x", met: value >= least });
    }),
  );
  const limits = LIMITS.map(({ what, suite, input, unit, most, aim }) => {
    const value = suiteOf(suite) && highest(suiteOf(suite), input);
    return line(what, "", value, { least: most, aim, unit, met: value <= most });
  });
  return [...ratios, ...limits].filter((goal) => goal !== undefined);
}

function line(what, against, value, { least, aim, unit, met }) {
  if (value === undefined) return undefined;
  const text = (number) => (unit === "x" ? `${round(number)}x` : `${round(number)} ${unit}`);
  return { what, against, reached: text(value), least: text(least), aim: text(aim), met };
}

function rowOf(suite, input) {
  return suite.rows.find((row) => row.input === input) ?? { input, outcomes: {} };
}

/** The highest of our medians, for one input or over all of them. */
function highest(suite, input) {
  const rows = input === undefined ? suite.rows : [rowOf(suite, input)];
  const medians = rows.map(({ outcomes }) => outcomes[OURS]?.samples).map((samples) => samples && median(samples));
  return medians.includes(undefined) ? undefined : Math.max(...medians);
}
