// Asks the reference many fresh questions and compares our answers.
//
//   npm run conformance                      20,000 cases, a random seed
//   npm run conformance -- --cases 200000    a long run
//   npm run conformance -- --seed 7          the same cases again
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installReference } from "./reference.mjs";
import { writeTexts } from "./texts.mjs";

/** Cases that the generator makes at scale 1, its code points not counted. */
const CASES_AT_SCALE_ONE = 15_400;

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const scale = Number(values.cases) / CASES_AT_SCALE_ONE;
if (!(scale > 0) || !Number.isSafeInteger(Number(values.seed))) {
  throw new RangeError("--cases must be a positive number and --seed an integer");
}

const root = fileURLToPath(new URL("..", import.meta.url));
const reference = installReference();
const folder = mkdtempSync(`${tmpdir()}/harmony-conformance-`);
try {
  console.log(`conformance with openai-harmony 0.0.8: ${values.cases} cases, --seed ${values.seed}`);
  const texts = writeTexts(`${folder}/texts`);
  const generator = `${root}tests/vectors/generate.py`;
  const arguments_ = [generator, `${folder}/rows`, values.seed, String(scale * 1.001), ...texts];
  execFileSync(reference.python, arguments_, { env: reference.env, stdio: ["ignore", "ignore", "inherit"] });
  const { status } = spawnSync("npx", ["vitest", "run", "--config", "conformance/vitest.config.ts"], {
    cwd: root,
    env: { ...reference.env, HARMONY_VECTORS: `${folder}/rows`, HARMONY_REFERENCE: reference.python },
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
