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
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installNative } from "../native/install.mjs";
import { CACHE, PYTHON, ROOT, VOCABULARY } from "../paths.mjs";

const SYSTEM = {
  model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
  reasoning_effort: "Medium",
  conversation_start_date: "2025-06-28",
  knowledge_cutoff: "2024-06",
  channel_config: { valid_channels: ["analysis", "commentary", "final"], channel_required: true },
};
const PARAMETERS = { type: "object", properties: { query: { type: "string" } }, required: ["query"] };
const SEARCH = { name: "search", description: "Searches the documents.", parameters: PARAMETERS };
const TOOLS = { functions: { name: "functions", tools: [SEARCH] } };

const { values } = parseArgs({
  options: { count: { type: "string", default: "20000" }, rounds: { type: "string", default: "3" } },
});
const at = (file) => fileURLToPath(new URL(file, import.meta.url));

mkdirSync(CACHE, { recursive: true });
const file = join(CACHE, `training-${values.count}.jsonl`);
writeFileSync(file, `${[...conversations(Number(values.count))].join("\n")}\n`);
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

/** Conversations with a tool, two turns, and real text, as the lines of a file. */
function* conversations(count) {
  const folder = join(ROOT, "node_modules");
  const prose = readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith("README.md"))
    .sort()
    .map((path) => readFileSync(join(folder, path), "utf8"))
    .join("\n");
  let from = 0;
  const write = (length) => {
    from = (from + length) % (prose.length - 5_000);
    return prose.slice(from, from + length).toWellFormed();
  };
  const say = (role, content, more = {}) => ({ role, content, ...more });
  const assistant = (channel, content, more = {}) => say("assistant", content, { channel, ...more });
  for (let index = 0; index < count; index++) {
    yield JSON.stringify({
      messages: [
        say("system", [{ type: "system_content", ...SYSTEM }]),
        say("developer", [{ type: "developer_content", instructions: write(120), tools: TOOLS }]),
        say("user", write(250)),
        assistant("analysis", write(250)),
        assistant("commentary", JSON.stringify({ query: write(40) }), {
          recipient: "functions.search",
          content_type: "<|constrain|>json",
        }),
        say("tool", write(250), { name: "functions.search", recipient: "assistant", channel: "commentary" }),
        assistant("analysis", write(200)),
        assistant("final", write(350)),
        say("user", write(100)),
        assistant("analysis", write(150)),
        assistant("final", write(250)),
      ],
    });
  }
}
