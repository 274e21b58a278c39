import { readFileSync } from "node:fs";
import { inputFile } from "./build.mjs";

const load = (name) => JSON.parse(readFileSync(inputFile(name), "utf8"));

/** The bytes of UTF-8 in the first strings of an input, or in all of them. */
export const bytesOf = (name, limit) => Buffer.byteLength(load(name).slice(0, limit).join(""));

/** The tokens in the first completions of an input, or in all of them. */
export const tokensIn = (name, limit) =>
  load(name)
    .completions.slice(0, limit)
    .reduce((sum, tokens) => sum + tokens.length, 0);
