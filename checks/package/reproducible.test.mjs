// The same sources give the same tarball, byte for byte, wherever they are built.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { pack, ROOT } from "../packed.mjs";
import { folder, packed } from "./context.mjs";

test("built in another folder, the tarball is the same", () => {
  const copy = `${folder}/another/checkout`;
  // Only what git has or would add: the build must not depend on anything else.
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", listed, { cwd: ROOT, encoding: "utf8" }).split("\0");
  for (const file of files.filter((path) => path !== "" && existsSync(`${ROOT}/${path}`))) {
    mkdirSync(dirname(`${copy}/${file}`), { recursive: true });
    cpSync(`${ROOT}/${file}`, `${copy}/${file}`);
  }
  symlinkSync(`${ROOT}/node_modules`, `${copy}/node_modules`);
  expect(pack(`${folder}/packed-again`, copy).integrity).toBe(packed.integrity);
});
