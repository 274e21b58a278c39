import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installReference, PACKAGE } from "../conformance/reference.mjs";
import { makeModel } from "../engines/install.mjs";
import { installTools } from "../tool-folder.mjs";
import manifest from "./package.json" with { type: "json" };

/** The wheel that has the Hugging Face template of gpt-oss as a file. */
const WHEEL = { name: "trl", version: "1.16.0", template: "trl/chat_templates/gptoss.jinja" };

/**
 * Installs the peers: those from npm in this folder, openai-harmony in the environment that the conformance check has, and the
 * template out of its wheel.
 * @param {import("vitest/node").TestProject} suite
 */
export default function setup(suite) {
  installTools(new URL("./", import.meta.url));
  const reference = installReference();
  suite.provide("peers", {
    reference,
    template: readTemplate(reference.python),
    model: makeModel(),
    versions: [
      PACKAGE.replace("==", " "),
      `${WHEEL.name} ${WHEEL.version}`,
      ...["@huggingface/jinja", "node-llama-cpp"].map((name) => `${name} ${manifest.dependencies[name]}`),
    ],
    update: suite.config.snapshotOptions.updateSnapshot === "all",
  });
}

/** The template, as the wheel has it; nothing of the wheel is installed or run. */
function readTemplate(python) {
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
