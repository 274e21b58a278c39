// Installs the reference into a virtual environment of its own, and the vocabulary that it would otherwise download.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { publishedFile } from "../scripts/published-vocabulary.mjs";

const folder = fileURLToPath(new URL("../.venv/", import.meta.url));
const PACKAGE = "openai-harmony==0.0.8";

/** The Python that has the reference, and the environment it must run in. */
export function installReference() {
  const python = `${folder}bin/python`;
  if (!existsSync(`${folder}installed`)) {
    execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE], {
      stdio: "inherit",
    });
    mkdirSync(`${folder}encodings`, { recursive: true });
    writeFileSync(`${folder}encodings/o200k_base.tiktoken`, publishedFile());
    writeFileSync(`${folder}installed`, `${PACKAGE}\n`);
  }
  return { python, env: { ...process.env, TIKTOKEN_ENCODINGS_BASE: `${folder}encodings` } };
}
