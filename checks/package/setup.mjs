import { installPacked } from "../packed.mjs";
import { installTools } from "../tool-folder.mjs";

/**
 * Installs the tools and the packed package. With `--update`, recorded answers are written again.
 * @param {import("vitest/node").TestProject} project
 */
export default function setup(project) {
  installTools(new URL("./", import.meta.url));
  // Knip loads the configuration of the page's build, and with it what that imports.
  installTools(new URL("../../playground/", import.meta.url));
  const { remove, ...installed } = installPacked();
  const update = project.config.snapshotOptions.updateSnapshot === "all";
  project.provide("package", { ...installed, update });
  return remove;
}
