import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The wheel that has the Hugging Face template of gpt-oss as a file. */
export const WHEEL = { name: "trl", version: "1.16.0", template: "trl/chat_templates/gptoss.jinja" };

/**
 * The template, as the wheel has it; nothing of the wheel is installed or run.
 * @param {string} python A Python with pip.
 */
export function readTemplate(python) {
  const folder = fileURLToPath(new URL("../../.venv/peers/", import.meta.url));
  const file = `${folder}gptoss-${WHEEL.version}.jinja`;
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const run = (program, ...options) => execFileSync(program, options, { stdio: ["ignore", "pipe", 2] });
    const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--dest", folder];
    run(python, "-m", "pip", "download", ...options, `${WHEEL.name}==${WHEEL.version}`);
    const wheel = `${folder}${WHEEL.name}-${WHEEL.version}-py3-none-any.whl`;
    const read = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    writeFileSync(file, run(python, "-c", read, wheel, WHEEL.template));
    rmSync(wheel);
  }
  return readFileSync(file, "utf8");
}
