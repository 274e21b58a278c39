/**
 * Installs the native contenders into `bench/native/.build`: a virtual environment, a Rust program, and the vocabulary
 * file that they read. What is there already is left alone.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishedFile } from "../../scripts/published-vocabulary.mjs";
import { NATIVE, NATIVE_BUILD, PYTHON, VOCABULARY } from "../paths.mjs";

export function installNative() {
  installVocabulary();
  installPython();
  run("cargo", ["build", "--release", "--locked", "--quiet", "--target-dir", join(NATIVE_BUILD, "cargo")]);
}

/**
 * Writes the vocabulary as openai-harmony and tiktoken read it, unless it is there.
 * @returns {string} The file.
 */
export function installVocabulary() {
  mkdirSync(VOCABULARY, { recursive: true });
  const vocabulary = join(VOCABULARY, "o200k_base.tiktoken");
  if (!existsSync(vocabulary)) writeFileSync(vocabulary, publishedFile());
  return vocabulary;
}

function installPython() {
  const requirements = join(NATIVE, "requirements.txt");
  const stamp = join(NATIVE_BUILD, "requirements.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === readFileSync(requirements, "utf8")) return;
  run("python3", ["-m", "venv", join(NATIVE_BUILD, "venv")]);
  run(PYTHON, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  writeFileSync(stamp, readFileSync(requirements));
}

function run(program, options) {
  execFileSync(program, options, { cwd: NATIVE, stdio: ["ignore", "inherit", "inherit"] });
}
