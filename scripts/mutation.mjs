// Changes one behaviour of the reader, the renderer or the parser at a time and runs the tests: every change must be caught.
// Usage: npm run mutation
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

/** What is changed: file, the code as it is (exactly once in the file), the code it becomes. */
const MUTANTS = [
  ["chat/fields.ts", "(text) => text.skip()", "(text) => void text.tree()"],
  ["chat/fields.ts", "if (given.has(key)) throw", "if (false) throw"],
  ["json/scanner.ts", "Math.abs(Number(spelling)) < SURELY_IN_RANGE", "Number.isFinite(Number(spelling))"],
  ["json/value.ts", "return this.#members ?? this.entries;", "return this.entries;"],
  ["render/conversation.ts", "messages.findLast(", "messages.find("],
  ["render/conversation.ts", ' && message.channel === "analysis"', ""],
  ["render/conversation.ts", "purpose.training && ", ""],
  ["render/conversation.ts", 'Object.hasOwn(part.tools, "functions")', "true"],
  ["render/conversation.ts", ".tools.length > 0", ".tools.length >= 0"],
  ["render/message.ts", ' && message.recipient !== "all"', ""],
  ["render/message.ts", "role === Role.ASSISTANT && recipient", "recipient"],
  ["render/message.ts", "if (home === undefined || home.role === role) return;", "return;"],
  ["render/message.ts", "if (name !== undefined) sink", "if (name) sink"],
  ["render/content-text.ts", "if (hasFunctionTools) text", "if (false) text"],
  ["render/content-text.ts", "channel_config.valid_channels.length === 0", "false"],
  ["render/tools-section.ts", ".sort(compareBytes)", ""],
  ["render/tools-section.ts", "? unit + 0x10000 : unit", "? unit : unit"],
  ["render/tools-section.ts", 'line.endsWith("\\r")', "false"],
  ["render/tools-section.ts", 'last === "" ? ended', 'last === "?" ? ended'],
  ["render/schema-type.ts", ' && !type.includes("null")', ""],
  ["render/schema-type.ts", "if (!hasOneOf) text += comment", "text += comment"],
  ["render/schema-type.ts", "const shown = repeatsFirst ? undefined : description;", "const shown = description;"],
  ["render/schema-type.ts", "(index === 0 && shown !== undefined) || ", ""],
  ["render/schema-type.ts", "?.length ? enumString(value)", "?.length ? rawString(value)"],
  ["render/schema-type.ts", 'type === "integer" ? "number" : type', "type"],
  ["json/number.ts", "exponent < -5 ||", "exponent < -6 ||"],
  ["json/number.ts", "exponent > 15)", "exponent > 16)"],
  ["json/double.ts", "if (full) scale += 1;", "if (full) scale += 0;"],
  ["json/number.ts", ' && spelling !== "-0"', ""],
  ["parse/strict/header.ts", "words[0] === role", "false"],
  ["parse/strict/header.ts", '.replaceAll("<|constrain|>", " <|constrain|>")', ""],
  ["parse/strict/header.ts", "/[\\t\\n\\f\\r ]+/", "/\\s+/"],
  ["parse/strict/header.ts", "words.length > 1 || word", "word"],
  ["parse/strict/header.ts", 'if (role === "tool") name', 'if (role !== "user") name'],
  ["parse/strict/grammar.ts", "machine.nextRole = undefined;", ""],
  ["parse/strict/grammar.ts", 'machine.append("\\uFFFD");', ""],
  ["parse/strict/grammar.ts", 'machine.state = "undecodable";', ""],
  ["utf8.ts", "this.#replacements++;\n        break;", "this.#replacements++;"],
  ["utf8.ts", "length > 0 && at + read === end", "false"],
  ["parse/machine/machine.ts", "this.append(this.reader.tail);", ""],
  ["parse/resilient/header.ts", "draft.recipient !== undefined) {\n    draft.role", "false) {\n    draft.role"],
  ["parse/resilient/header.ts", 'if (given === "assistant") passOverRepeatedRole', "if (false) passOverRepeatedRole"],
  ["parse/resilient/grammar.ts", 'return stop === "call" && !settings', "return settings"],
  ["parse/resilient/grammar.ts", 'return channel === "final" && recipient === undefined;', "return false;"],
];

const root = fileURLToPath(new URL("..", import.meta.url));
MUTANTS.forEach(checkMutant);
const folder = mkdtempSync(`${tmpdir()}/harmony-mutation-`);
try {
  for (const name of ["src", "tests", "docs", "README.md", "vitest.config.ts", "tsconfig.json", "package.json"]) {
    cpSync(`${root}${name}`, `${folder}/${name}`, { recursive: true });
  }
  symlinkSync(`${root}node_modules`, `${folder}/node_modules`);
  if (!isCaught()) console.log("the tests pass on the unchanged code");
  else throw new Error("the tests fail on the unchanged code");
  const survivors = MUTANTS.filter((mutant) => !caughtMutant(mutant));
  console.log(`${MUTANTS.length - survivors.length} of ${MUTANTS.length} changes caught`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Refuses, before anything is run, a change of code that is no longer there. */
function checkMutant([file, code]) {
  const source = readFileSync(`${root}src/${file}`, "utf8");
  if (source.split(code).length !== 2) throw new Error(`${file} must hold this exactly once: ${code}`);
}

function caughtMutant([file, code, changed]) {
  const path = `${folder}/src/${file}`;
  const source = readFileSync(path, "utf8");
  writeFileSync(
    path,
    source.replace(code, () => changed),
  );
  const caught = isCaught();
  writeFileSync(path, source);
  console.log(
    `${caught ? "caught  " : "SURVIVED"}  ${file}: ${code.replace(/\s+/g, " ")}  →  ${changed.replace(/\s+/g, " ")}`,
  );
  return caught;
}

/** Whether the tests of the two rooms fail. Those of the tokenizer and of the built package have nothing to say here. */
function isCaught() {
  const tests = ["tests/vectors", "tests/render", "tests/parse", "tests/documented", "tests/chat"];
  // The properties need no more than this to see a change; the long runs are for what nobody thought of.
  const env = { ...process.env, HARMONY_RUNS: "2000" };
  const { status } = spawnSync("npx", ["vitest", "run", "--bail", "1", ...tests], {
    cwd: folder,
    env,
    stdio: "ignore",
  });
  return status !== 0;
}
