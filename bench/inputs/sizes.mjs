import { readFileSync } from "node:fs";
import { inputFile } from "./build.mjs";

const load = (name) => JSON.parse(readFileSync(inputFile(name), "utf8"));

/** The bytes of UTF-8 in an input's first strings. */
export const bytesOf = (name, limit) => Buffer.byteLength(load(name).slice(0, limit).join(""));

/** The tokens in an input's first completions. */
export const tokensIn = (name, limit) =>
  load(name)
    .completions.slice(0, limit)
    .reduce((sum, tokens) => sum + tokens.length, 0);
