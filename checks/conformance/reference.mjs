// Installs the reference in a virtual environment of its own, with the vocabulary that it would otherwise download.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { publishedFile } from "../../scripts/published-vocabulary.mjs";

/** The reference, as pip names it. */
export const PACKAGE = "openai-harmony==0.0.8";

const folder = fileURLToPath(new URL("../../.venv/", import.meta.url));

/** The Python that has the reference, and the environment it must run in. */
export function installReference() {
  const python = `${folder}bin/python`;
  const stamp = `${folder}installed`;
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== PACKAGE) {
    run("python3", "-m", "venv", folder);
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE);
    mkdirSync(`${folder}encodings`, { recursive: true });
    writeFileSync(`${folder}encodings/o200k_base.tiktoken`, publishedFile());
    writeFileSync(stamp, PACKAGE);
  }
  return { python, env: { TIKTOKEN_ENCODINGS_BASE: `${folder}encodings` } };
}

function run(program, ...options) {
  execFileSync(program, options, { stdio: ["ignore", 2, 2] });
}
