/**
 * 20,000 conversations of some 700 tokens to tokens and loss masks: this package against a Python script with openai-harmony
 * that does the same. One process each, one after the other; both must come to the same tokens and masks.
 *
 *   node bench/training/run.mjs [--count 20000] [--rounds 3]
 *
 * Needs Python 3.11, as `bench/run.mjs --native` does; PYTHON and TIKTOKEN_ENCODINGS_BASE name another one that has
 * openai-harmony 0.0.8, and the folder of its vocabulary.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installNative } from "../native/install.mjs";
import { CACHE, PYTHON, VOCABULARY } from "../paths.mjs";
import { writeConversations } from "./conversations.mjs";

const { values } = parseArgs({
  options: { count: { type: "string", default: "20000" }, rounds: { type: "string", default: "3" } },
});
const at = (file) => fileURLToPath(new URL(file, import.meta.url));

mkdirSync(CACHE, { recursive: true });
const file = join(CACHE, `training-${values.count}.jsonl`);
writeConversations(file, Number(values.count));
if (process.env.PYTHON === undefined) installNative();

const contenders = {
  "harmony-format": [process.execPath, at("ours.mjs")],
  "openai-harmony 0.0.8": [process.env.PYTHON ?? PYTHON, at("python.py")],
};
const environment = { TIKTOKEN_ENCODINGS_BASE: VOCABULARY, ...process.env };
const best = {};
let digest;
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const [name, [program, script]] of Object.entries(contenders)) {
    const answer = JSON.parse(execFileSync(program, [script, file], { env: environment, encoding: "utf8" }));
    digest ??= answer.digest;
    if (answer.digest !== digest) throw new Error(`${name} comes to other tokens or masks`);
    if (best[name] === undefined || answer.seconds < best[name].seconds) best[name] = answer;
    console.log(`round ${round}: ${name}: ${answer.seconds.toFixed(2)} s of computing`);
  }
}
const [ours, theirs] = Object.values(best);
console.log(`${values.count} conversations, ${ours.tokens} tokens, ${ours.learned} of them learned`);
console.log(`${(theirs.seconds / ours.seconds).toFixed(1)} times as fast (best of ${values.rounds} rounds each)`);
