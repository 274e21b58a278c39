import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));

/**
 * Installs Spark in a virtual environment, unless it is there already.
 * @param {string} folder
 * @param {string[]} also Other packages, as pip names them.
 * @returns {string} The Python that has it.
 */
export function installSpark(folder, also = []) {
  const python = `${folder}/bin/python`;
  const stamp = `${folder}/installed`;
  const wanted = [readFileSync(REQUIREMENTS, "utf8"), ...also].join("\n");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    const run = (program, ...options) => execFileSync(program, options, { stdio: ["ignore", 2, 2] });
    run("python3", "-m", "venv", "--clear", folder);
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS, ...also);
    writeFileSync(stamp, wanted);
  }
  return python;
}
