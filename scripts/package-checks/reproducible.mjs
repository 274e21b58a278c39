// The same sources give the same tarball, byte for byte, wherever they lie.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { pack } from "../packed.mjs";

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "built in another folder, the tarball is the same",
    ({ root, folder, packed }) => {
      const copy = `${folder}/elsewhere/copy`;
      // What git has, as it lies here: the build must not depend on anything else.
      const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
        cwd: root,
      });
      for (const file of String(files)
        .split("\0")
        .filter((path) => path !== "")) {
        mkdirSync(dirname(`${copy}/${file}`), { recursive: true });
        cpSync(`${root}${file}`, `${copy}/${file}`);
      }
      symlinkSync(`${root}node_modules`, `${copy}/node_modules`);
      assert.equal(pack(`${folder}/packed`, copy).integrity, packed.integrity);
    },
  ],
];
