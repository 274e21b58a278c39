import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { installReference } from "./reference.mjs";
import { writeTexts } from "./texts.mjs";

/** Cases that the generator makes at scale 1, its code points not counted. */
const CASES_AT_SCALE_ONE = 15_400;

const GENERATOR = fileURLToPath(new URL("../../tests/vectors/generate.py", import.meta.url));

/**
 * Has the reference answer fresh questions.
 * @param {import("vitest/node").TestProject} suite
 */
export default function setup(suite) {
  const runs = wholeNumber("HARMONY_RUNS", 20_000);
  const seed = wholeNumber("HARMONY_SEED", Math.floor(Math.random() * 2 ** 31));
  const { python, env } = installReference();
  const folder = mkdtempSync(`${tmpdir()}/harmony-conformance-`);
  const rows = `${folder}/rows`;
  console.log(`${runs} questions to the reference; HARMONY_SEED=${seed} asks the same ones again`);
  // The generator rounds down.
  const scale = (runs / CASES_AT_SCALE_ONE) * 1.001;
  execFileSync(python, [GENERATOR, rows, String(seed), String(scale), ...writeTexts(`${folder}/texts`)], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  suite.provide("conformance", { python, env, rows });
  return () => rmSync(folder, { recursive: true, force: true });
}

function wholeNumber(name, usual) {
  const { [name]: given = usual } = process.env;
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name} must be a positive integer, not ${given}`);
  return value;
}
