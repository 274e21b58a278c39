import { installReference, PACKAGE } from "../conformance/reference.mjs";
import { makeModel } from "../engines/install.mjs";
import { installTools } from "../tool-folder.mjs";
import { readTemplate, WHEEL } from "./chat-template.mjs";
import manifest from "./package.json" with { type: "json" };

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
