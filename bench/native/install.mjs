/**
 * Installs the native contenders into `bench/native/.build`: a virtual environment, a Rust program, and the vocabulary
 * file that they read. What is there already is left alone.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { NATIVE, NATIVE_BUILD, PEERS, PYTHON, VOCABULARY } from "../paths.mjs";

const SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d";

export function installNative() {
  mkdirSync(VOCABULARY, { recursive: true });
  writeVocabulary(join(VOCABULARY, "o200k_base.tiktoken"));
  installPython();
  run("cargo", ["build", "--release", "--locked", "--quiet", "--target-dir", join(NATIVE_BUILD, "cargo")]);
}

function installPython() {
  const requirements = join(NATIVE, "requirements.txt");
  const stamp = join(NATIVE_BUILD, "requirements.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === readFileSync(requirements, "utf8")) return;
  run("python3", ["-m", "venv", join(NATIVE_BUILD, "venv")]);
  run(PYTHON, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  writeFileSync(stamp, readFileSync(requirements));
}

/** Puts the published vocabulary file together again from the lines `! firstRank token token …` of the npm package. */
function writeVocabulary(file) {
  if (existsSync(file)) return;
  const { bpe_ranks } = createRequire(join(PEERS, "package.json"))("tiktoken/encoders/o200k_base.json");
  const lines = bpe_ranks.split("\n").flatMap((line) => {
    const [, firstRank, ...tokens] = line.split(" ");
    return tokens.map((token, index) => `${token} ${Number(firstRank) + index}\n`);
  });
  const content = lines.join("");
  const actual = createHash("sha256").update(content).digest("hex");
  if (actual !== SHA256) throw new Error(`o200k_base.tiktoken has sha256 ${actual}, expected ${SHA256}`);
  writeFileSync(file, content);
}

function run(program, options) {
  execFileSync(program, options, { cwd: NATIVE, stdio: ["ignore", "inherit", "inherit"] });
}
