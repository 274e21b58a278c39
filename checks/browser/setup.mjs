import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeModel } from "../engines/install.mjs";
import { installPacked } from "../packed.mjs";
import { installTools } from "../tool-folder.mjs";

/**
 * Makes the project of the example: the packed package and wllama, installed, and a model beside them.
 * @param {import("vitest/node").TestProject} suite
 */
export default function setup(suite) {
  const here = new URL("./", import.meta.url);
  installTools(here);
  const { project, remove } = installPacked();
  const wllama = "node_modules/@wllama/wllama";
  cpSync(fileURLToPath(new URL(wllama, here)), `${project}/${wllama}`, { recursive: true });
  cpSync(fileURLToPath(new URL("types/", here)), `${project}/types`, { recursive: true });
  cpSync(makeModel(), `${project}/model.gguf`);
  suite.provide("project", project);
  return remove;
}
