import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

for (const generator of ["generate-vocabulary.mjs", "generate-unicode.mjs"]) {
  test(`what is committed is what ${generator} makes`, () => {
    const script = fileURLToPath(new URL(`../../scripts/${generator}`, import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
}
