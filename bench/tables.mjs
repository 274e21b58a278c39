/** Results as tables: a line for each contender, a column for each input. */
import { OURS } from "./contenders.mjs";
import { median, ratios } from "./statistics.mjs";

/**
 * @typedef {import("./measure.mjs").Suite} Suite
 * @typedef {import("./measure.mjs").Row} Row
 *
 * @typedef {object} Cell
 * @property {string} value The median without its unit, or why there is none.
 * @property {string} spread Lowest to highest, or "".
 * @property {string} ratio How many times better the baseline is, or "".
 */

/** For a terminal. @param {Suite} suite */
export function textTable(suite) {
  const lines = [["", ...suite.rows.map((row) => row.input)]];
  for (const name of contendersOf(suite)) {
    const cells = suite.rows.map((row) => cell(suite, row, name));
    lines.push([name, ...cells.map(({ value }) => value)]);
    if (cells.some(({ spread }) => spread)) lines.push(["", ...cells.map(({ spread }) => spread)]);
    if (cells.some(({ ratio }) => ratio)) lines.push(["", ...cells.map(({ ratio }) => ratio)]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const body = lines.map((line) =>
    line
      .map((text, column) => text.padEnd(widths[column]))
      .join("  ")
      .trimEnd(),
  );
  return [`${suite.title} (${legend(suite)})`, ...body, ...notes(suite)].join("\n");
}

/**
 * For a page in Markdown.
 * @param {Suite} suite
 * @param {string} [explanation] What a reader of this table alone has to know.
 */
export function markdownTable(suite, explanation) {
  const columns = suite.rows.map((row) => row.input);
  const lines = contendersOf(suite).map((name) => [
    name,
    ...suite.rows.map((row) => {
      const { value, spread, ratio } = cell(suite, row, name);
      return [spread === "" ? value : `${value} (${spread})`, ratio === "" ? "" : `**${ratio}**`].join(" ").trim();
    }),
  ]);
  const body = markdown(["", ...columns], lines);
  const below = notes(suite).map((note) => `- ${note}`);
  const about = explanation === undefined ? [] : [explanation, ""];
  return [
    `### ${suite.title}`,
    "",
    ...about,
    `${legend(suite)}.`,
    "",
    body,
    ...(below.length > 0 ? ["", ...below] : []),
  ].join("\n");
}

/** What a run reached beside what it was meant to reach, for our own use. @param {ReturnType<typeof import("./goals.mjs").reached>} goals */
export function goalsTable(goals) {
  const lines = goals.map(({ what, against, reached, least, aim, met }) => [
    what,
    against,
    met ? reached : `${reached} (missed)`,
    least,
    aim,
  ]);
  return markdown(["", "against", "reached", "goal", "aim"], lines);
}

/**
 * How many times better the baseline is than another contender: the median over the rounds.
 * @param {Suite} suite
 * @param {Row} row
 * @param {string} name
 * @returns {number | undefined}
 */
export function ratioOf(suite, row, name) {
  const baseline = baselineOf(suite);
  const [ours, theirs] = [row.outcomes[baseline]?.samples, row.outcomes[name]?.samples];
  if (suite.alone || name === baseline || !ours || !theirs) return undefined;
  if (suite.unpaired) return ratios([median(ours)], [median(theirs)], suite.better)[0];
  return median(ratios(ours, theirs, suite.better));
}

/** Three significant digits. @param {number} number */
export function round(number) {
  if (Math.abs(number) >= 100) return Math.round(number).toLocaleString("en-US");
  return String(Number(number.toPrecision(3)));
}

/** A table. @param {readonly string[]} head @param {readonly (readonly string[])[]} lines */
export function markdown(head, lines) {
  const table = [head, head.map(() => "---"), ...lines];
  return table.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** @returns {Cell} */
function cell(suite, row, name) {
  const { samples, failed, differs } = row.outcomes[name] ?? {};
  if (failed !== undefined) return { value: failed.replace(/:.*/s, "*"), spread: "", ratio: "" };
  if (samples === undefined) return { value: "", spread: "", ratio: "" };
  const ratio = ratioOf(suite, row, name);
  return {
    value: round(median(samples)) + (differs === undefined ? "" : "*"),
    spread: samples.length === 1 ? "" : `${round(Math.min(...samples))}–${round(Math.max(...samples))}`,
    ratio: ratio === undefined ? "" : `${round(ratio)}x`,
  };
}

/** What the asterisks stand for. */
function notes(suite) {
  const found = suite.rows.flatMap((row) =>
    Object.entries(row.outcomes).flatMap(([name, { failed, differs }]) => [
      ...(differs === undefined ? [] : [[`${name} differs`, `${row.input} (${differs} strings)`]]),
      ...(failed?.includes(":") ? [[`${name} ${failed}`, row.input]] : []),
    ]),
  );
  const what = [...new Set(found.map(([note]) => note))];
  return what.map((note) => {
    const where = found.filter(([other]) => other === note).map(([, input]) => input);
    return `* ${note}: ${where.join(", ")}`;
  });
}

function legend({ unit, better, alone, unpaired, ...suite }) {
  const ratio = `how many times better ${baselineOf(suite)} is (${unpaired ? "ratio of the medians" : "median ratio of the rounds"})`;
  return [`${unit}, ${better} is better`, "median, lowest–highest", ...(alone ? [] : [ratio])].join("; ");
}

function baselineOf({ baseline = OURS }) {
  return baseline;
}

/** Every contender that a suite has results for, in order of appearance. */
function contendersOf(suite) {
  return [...new Set(suite.rows.flatMap((row) => Object.keys(row.outcomes)))];
}
