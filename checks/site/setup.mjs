import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { installTools } from "../tool-folder.mjs";

/** A path that is not the root: a link that forgets it leads nowhere. */
const BASE = "/some/docs/";

/**
 * Builds the site. A link to a page that is not there ends the build.
 * @param {import("vitest/node").TestProject} suite
 */
export default function setup(suite) {
  installTools(new URL("./", import.meta.url));
  const folder = mkdtempSync(`${tmpdir()}/harmony-format-site-`);
  const program = fileURLToPath(new URL("../../site/run.mjs", import.meta.url));
  execFileSync(process.execPath, [program, "--build", "--base", BASE, "--out", folder], { stdio: ["ignore", 2, 2] });
  suite.provide("site", { folder, base: BASE });
  return () => rmSync(folder, { recursive: true, force: true });
}
