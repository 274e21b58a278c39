import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installTools } from "../tool-folder.mjs";

/**
 * Installs the clients: those from npm in this folder, OpenAI's models from PyPI in a virtual environment of their own.
 * @param {import("vitest/node").TestProject} suite
 */
export default function setup(suite) {
  installTools(new URL("./", import.meta.url));
  suite.provide("python", installPython());
}

/** @returns The Python that has OpenAI's models. */
export function installPython() {
  const folder = fileURLToPath(new URL("../../.venv/shapes/", import.meta.url));
  const python = `${folder}bin/python`;
  const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
  const wanted = readFileSync(requirements, "utf8");
  const stamp = `${folder}installed`;
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    const run = (program, ...options) => execFileSync(program, options, { stdio: ["ignore", 2, 2] });
    run("python3", "-m", "venv", folder);
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", requirements);
    writeFileSync(stamp, wanted);
  }
  return python;
}
