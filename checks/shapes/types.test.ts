// Our types and those of the clients are assignable to each other, as the files in types/ say.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL("./", import.meta.url));

test("the assignments in types/ compile, and those that must not do not", () => {
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", here], { cwd: here, encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});
