// What package.json promises, read from the tarball.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";

const read = ({ installed }) => JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));

/** @type {import("../check-package.mjs").Check[]} */
export default [
  [
    "no dependencies",
    (context) => {
      const manifest = read(context);
      for (const field of ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies"]) {
        assert.equal(manifest[field], undefined, field);
      }
    },
  ],
  [
    "nothing runs when it is installed",
    (context) => {
      const { scripts = {}, gypfile } = read(context);
      const run = ["preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare"];
      const found = run.filter((name) => name in scripts);
      assert.deepEqual(found, []);
      assert.equal(gypfile, undefined);
      assert.ok(!existsSync(`${context.installed}/binding.gyp`));
    },
  ],
  ["packing builds first", (context) => assert.equal(read(context).scripts.prepack, "npm run build")],
  [
    "every entry point exists, types first",
    (context) => {
      for (const [name, entry] of Object.entries(read(context).exports)) {
        assert.ok(!name.includes("*"), `${name} opens inner files`);
        const targets = typeof entry === "string" ? [entry] : Object.values(entry);
        for (const target of targets) assert.ok(existsSync(`${context.installed}/${target}`), `${name}: ${target}`);
        if (typeof entry === "object") assert.equal(Object.keys(entry)[0], "types", name);
      }
    },
  ],
  [
    "development dependencies are pinned",
    (context) => {
      const loose = Object.entries(read(context).devDependencies).filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(range));
      assert.deepEqual(loose, []);
    },
  ],
  [
    "the changelog knows this version",
    (context) => {
      const changelog = readFileSync(`${context.installed}/CHANGELOG.md`, "utf8");
      const { version } = read(context);
      assert.ok(changelog.includes(`\n## ${version}`), `CHANGELOG.md has no section ${version}`);
    },
  ],
];
