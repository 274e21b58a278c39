import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** The rows of one file of recorded answers; `HARMONY_VECTORS` names a folder with answers of another seed. */
export function readVectors<Row>(name: string): Row[] {
  const folder = process.env.HARMONY_VECTORS;
  const file = folder === undefined ? new URL(`./${name}.jsonl.gz`, import.meta.url) : `${folder}/${name}.jsonl.gz`;
  return gunzipSync(readFileSync(file))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}
