import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const folder = process.env.HARMONY_VECTORS ?? fileURLToPath(new URL(".", import.meta.url));

/** The rows of one file of recorded answers; `HARMONY_VECTORS` names a folder with those of another seed. */
export function readVectors<Row>(name: string): Row[] {
  return readLines(name)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

/** The generator writes plain lines, which are compressed before they are committed. */
function readLines(name: string): string {
  const plain = `${folder}/${name}.jsonl`;
  return existsSync(plain) ? readFileSync(plain, "utf8") : gunzipSync(readFileSync(`${plain}.gz`)).toString("utf8");
}
