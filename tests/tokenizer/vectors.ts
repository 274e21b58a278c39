import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** The rows of a file of recorded answers, by its name without extension. */
export function readVectors<Row>(name: string): Row[] {
  const file = readFileSync(new URL(`../vectors/${name}.jsonl.gz`, import.meta.url));
  return gunzipSync(file)
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}
