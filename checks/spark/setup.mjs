import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installPacked } from "../packed.mjs";
import { Cluster } from "./cluster.mjs";
import { writeConversations } from "./conversations.mjs";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
const ENVIRONMENT = fileURLToPath(new URL(".venv", import.meta.url));

/**
 * Installs Spark in a virtual environment, packs the package as it is shipped to workers, and starts a cluster.
 * @param {import("vitest/node").TestProject} suite
 */
export default async function setup(suite) {
  const python = installSpark();
  const { folder, packed, installed, remove } = installPacked();
  const cluster = new Cluster(python, `${folder}/cluster`);
  try {
    await cluster.start();
    const data = `${folder}/conversations.jsonl`;
    writeConversations(data, 6_000);
    mkdirSync(`${folder}/output`);
    const program = `${installed}/dist/cli/main.js`;
    suite.provide("spark", { python, folder, program, data, archive: packed.tarball, ...cluster.description() });
  } catch (error) {
    await cluster.stop();
    remove();
    throw error;
  }
  return async () => {
    await cluster.stop();
    remove();
  };
}

function installSpark() {
  const python = `${ENVIRONMENT}/bin/python`;
  const stamp = `${ENVIRONMENT}/installed`;
  const wanted = readFileSync(REQUIREMENTS, "utf8");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    const run = (program, ...options) => execFileSync(program, options, { stdio: ["ignore", 2, 2] });
    run("python3", "-m", "venv", "--clear", ENVIRONMENT);
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS);
    writeFileSync(stamp, wanted);
  }
  return python;
}
