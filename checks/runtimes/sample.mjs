// Samples the reference's recorded answers, and makes a module of them that any runtime can load, since it imports nothing.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** How many rows of each kind; each row of the code points stands for 256 questions. */
const ROWS = { encode: 60, decode: 40, codepoints: 20, render: 60, render_message: 40, parse: 60, stream: 20 };

/** Rows longer than this, in characters, would make the sample heavy without proving more. */
const LONGEST = 20_000;

export function sampleModule() {
  const sample = Object.fromEntries(Object.entries(ROWS).map(([kind, count]) => [kind, spread(rowsOf(kind), count)]));
  // As JSON text, because in an object literal a key named `__proto__` means something else.
  return `export const sample = JSON.parse(${JSON.stringify(JSON.stringify(sample))});\n`;
}

function rowsOf(kind) {
  const file = new URL(`../../tests/vectors/${kind}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString("utf8").split("\n");
  return lines.filter((line) => line !== "" && line.length <= LONGEST).map((line) => JSON.parse(line));
}

/** Rows at even distances, the same ones in every run. */
function spread(rows, count) {
  return Array.from({ length: count }, (_, index) => rows[Math.floor((index * rows.length) / count)]);
}
