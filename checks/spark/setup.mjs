import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installPacked } from "../packed.mjs";
import { Cluster } from "./cluster.mjs";
import { writeConversations } from "./conversations.mjs";
import { installSpark } from "./install.mjs";

const ENVIRONMENT = fileURLToPath(new URL(".venv", import.meta.url));

/**
 * Installs Spark in a virtual environment, packs the package as it is shipped to workers, and starts a cluster.
 * @param {import("vitest/node").TestProject} suite
 */
export default async function setup(suite) {
  const python = installSpark(ENVIRONMENT);
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
