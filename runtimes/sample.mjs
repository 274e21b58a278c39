// A sample of the reference's recorded answers, as a module without imports that any runtime can load.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** How many rows of each kind; those of the code points stand for 256 questions each. */
const ROWS = { encode: 60, decode: 40, codepoints: 20, render: 60, render_message: 40, parse: 60, stream: 20 };

/** Rows longer than this make the sample heavy without making it tell more. */
const LONGEST = 20_000;

export function sampleModule() {
  const sample = Object.fromEntries(Object.entries(ROWS).map(([kind, count]) => [kind, spread(rowsOf(kind), count)]));
  // As JSON text: an object literal would take a key named `__proto__` for something else.
  return `export const sample = JSON.parse(${JSON.stringify(JSON.stringify(sample))});\n`;
}

function rowsOf(kind) {
  const file = new URL(`../tests/vectors/${kind}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString("utf8").split("\n");
  return lines.filter((line) => line !== "" && line.length <= LONGEST).map((line) => JSON.parse(line));
}

/** Rows taken at even distances: the same ones at every run. */
function spread(rows, count) {
  return Array.from({ length: count }, (_, index) => rows[Math.floor((index * rows.length) / count)]);
}
