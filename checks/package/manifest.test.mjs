// What package.json promises beyond what publint checks, read from the installed package.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ROOT } from "../packed.mjs";
import { installed } from "./context.mjs";

const manifest = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));

test("no dependencies", () => {
  const fields = ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies"];
  expect(fields.filter((field) => field in manifest)).toEqual([]);
});

test("nothing runs when it is installed", () => {
  const scripts = ["preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare"];
  expect(scripts.filter((name) => name in manifest.scripts)).toEqual([]);
  expect(manifest.gypfile).toBe(undefined);
  expect(existsSync(`${installed}/binding.gyp`)).toBe(false);
});

test("packing builds first", () => {
  expect(manifest.scripts.prepack).toBe("npm run build");
});

test("no entry point opens the inner files", () => {
  expect(Object.keys(manifest.exports).filter((name) => name.includes("*"))).toEqual([]);
});

test("the changelog has a section for this version", () => {
  const changelog = readFileSync(`${installed}/CHANGELOG.md`, "utf8");
  expect(changelog).toContain(`\n## ${manifest.version}`);
});

const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0");
const manifests = tracked.filter((path) => /(?:^|\/)package\.json$/.test(path));

test.each(manifests)("%s pins what it needs", (path) => {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(`${ROOT}/${path}`, "utf8"));
  const versions = Object.entries({ ...dependencies, ...devDependencies });
  expect(versions.filter(([, version]) => !/^(?:npm:(?:@[\w-]+\/)?[\w-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

const lockfiles = tracked.filter((path) => /(?:^|\/)package-lock\.json$/.test(path));

test.each(lockfiles)("%s works with any registry", (path) => {
  const { packages } = JSON.parse(readFileSync(`${ROOT}/${path}`, "utf8"));
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});
