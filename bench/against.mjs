/**
 * This build against that of another checkout: what a change costs or gains, cell by cell.
 *
 * The two builds take turns within each round, and a ratio is taken within the round, so that a busy machine slows both;
 * what counts is the time that was computed, not the time that went by.
 * Everything is repeated with fresh processes: the same code may be compiled better in one process than in the next, and
 * rounds within one process cannot show that. Compare a build with itself to see what the machine can tell apart.
 */
import { Crew } from "./contender.mjs";
import { OTHER_BUILD, OURS } from "./contenders.mjs";
import { median, ratios } from "./statistics.mjs";
import { round } from "./tables.mjs";

/** How often everything is done again in fresh processes. */
const REPEATS = 5;
/** How much worse a cell must be to be pointed out. */
const TOLERANCE = 0.05;

/**
 * @typedef {object} Comparison One input of one suite.
 * @property {string} suite
 * @property {string} input
 * @property {string} unit
 * @property {number} ours The median of all samples.
 * @property {number} other
 * @property {number} ratio How many times better this build is: the median of the repeats.
 * @property {number[]} repeats The ratio of each repeat: the median of its rounds.
 * @property {number} best The same ratio between the best rounds, which a busy machine disturbs least.
 */

/**
 * Runs the suites on both builds and prints each suite's ratios as soon as they are known.
 * @param {Record<string, (context: import("./run.mjs").Context) => Promise<import("./measure.mjs").Suite>>} suites
 * @param {[import("./contender.mjs").Contender, import("./contender.mjs").Contender]} builds
 * @param {Omit<import("./run.mjs").Context, "crew">} settings
 * @returns {Promise<Comparison[]>}
 */
export async function compareBuilds(suites, builds, settings) {
  const comparisons = [];
  for (const [name, suite] of Object.entries(suites)) {
    const repeats = [];
    // A size is the same every time.
    const times = name === "size" || settings.quick ? 1 : REPEATS;
    for (let repeat = 0; repeat < times; repeat++) {
      // Neither build always starts first.
      const crew = new Crew(repeat % 2 === 0 ? builds : [...builds].reverse());
      try {
        repeats.push(await suite({ ...settings, crew }));
      } finally {
        crew.stop();
      }
    }
    const found = repeats[0].rows.map(({ input }) => compare(repeats, input));
    settings.log("");
    console.log(`${table(found)}\n`);
    comparisons.push(...found);
  }
  return comparisons;
}

/** What a reader is to take from all of it. @param {readonly Comparison[]} comparisons */
export function verdict(comparisons) {
  const worse = comparisons.filter(({ ratio }) => ratio < 1 / (1 + TOLERANCE));
  const differing = comparisons.filter(({ differs }) => differs !== undefined);
  const always = (repeats) => (repeats.every((one) => one < 1) ? " (worse in every repeat)" : "");
  const list = (found) =>
    found.map(({ suite, input, ratio, repeats }) => `  ${suite}: ${input}, ${ratio.toFixed(3)}x${always(repeats)}`);
  return [
    worse.length === 0
      ? `No cell is worse by more than ${TOLERANCE * 100} %.`
      : `Worse by more than ${TOLERANCE * 100} %:`,
    ...list(worse),
    ...differing.map(({ suite, input, differs }) => `Other answers in ${suite}: ${input}, ${differs}`),
  ].join("\n");
}

/** @returns {Comparison} */
function compare(repeats, input) {
  const [{ name: suite, unit, better, unpaired }] = repeats;
  const rows = repeats.map(({ rows }) => rows.find((row) => row.input === input));
  const outcomes = rows.map((row) => [row.outcomes[OURS], row.outcomes[OTHER_BUILD]]);
  const failed = outcomes.flat().find((outcome) => outcome.samples === undefined);
  if (failed !== undefined) throw new Error(`${suite}: ${input}: ${failed.failed}`);
  const differs = outcomes.flat().find((outcome) => outcome.differs !== undefined)?.differs;
  const pairs = outcomes.map((pair) => pair.map(({ samples }) => samples));
  const ratioOf = ([ours, other]) =>
    unpaired ? ratios([median(ours)], [median(other)], better)[0] : median(ratios(ours, other, better));
  const best = (samples) => (better === "higher" ? Math.max(...samples) : Math.min(...samples));
  const found = pairs.map(ratioOf);
  return {
    suite,
    input,
    unit,
    ours: median(pairs.flatMap(([ours]) => ours)),
    other: median(pairs.flatMap(([, other]) => other)),
    ratio: median(found),
    repeats: found,
    best: median(pairs.map(([ours, other]) => ratios([best(ours)], [best(other)], better)[0])),
    ...(differs === undefined ? {} : { differs }),
  };
}

function table(comparisons) {
  const head = ["", "this", "other", "", "ratio", "of each repeat", "best rounds"];
  const lines = comparisons.map(({ suite, input, unit, ours, other, ratio, repeats, best }) => [
    `${suite}: ${input}`,
    round(ours),
    round(other),
    unit,
    `${ratio.toFixed(3)}x`,
    repeats.map((one) => one.toFixed(3)).join(" "),
    `${best.toFixed(3)}x`,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  const format = (line) => line.map((text, column) => text.padEnd(widths[column])).join("  ");
  return [head, ...lines].map((line) => format(line).trimEnd()).join("\n");
}
