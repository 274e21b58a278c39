// The command line as npm installs it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { installed, project } from "./context.mjs";

const { version, bin } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));
const HI = `${JSON.stringify({ messages: [{ role: "user", content: "Hi" }] })}\n`;

function run(program, ...argv) {
  const { stdout, stderr, status } = spawnSync(program, argv, { cwd: project, input: HI, encoding: "utf8" });
  return { stdout, stderr, status };
}

test("npm links the program, and it can be executed", () => {
  const program = `${project}/node_modules/.bin/harmony-format`;
  expect(readFileSync(`${installed}/${bin["harmony-format"]}`, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  if (process.platform !== "win32") expect(statSync(program).mode & 0o111).not.toBe(0);
  expect(run(program, "--version")).toEqual({ stdout: `harmony-format ${version}\n`, stderr: "", status: 0 });
  expect(run(program, "render")).toEqual({ stdout: "[200006,1428,200008,12194,200007]\n", stderr: "", status: 0 });
  expect(run(program, "render", "-j", "2").stdout).toBe("[200006,1428,200008,12194,200007]\n");
});

test("npx runs it offline", () => {
  const { stdout, status } = run("npx", "--offline", "harmony-format", "count");
  expect({ stdout, status }).toEqual({ stdout: "5\n", status: 0 });
});

test("every command's help is there", () => {
  const { stdout } = run(`${project}/node_modules/.bin/harmony-format`, "--help");
  const commands = [
    ...stdout
      .split("Commands:")[1]
      .split("Options:")[0]
      .matchAll(/^ {2}(\w+) /gm),
  ].map(([, name]) => name);
  expect(commands.length).toBe(12);
  for (const name of commands) {
    expect(existsSync(`${installed}/dist/cli/${name}.js`), name).toBe(true);
    expect(run(`${project}/node_modules/.bin/harmony-format`, name, "--help").status).toBe(0);
  }
});

test("commands that need no vocabulary do not load it", () => {
  const loaded = (...argv) => {
    const { stderr } = spawnSync(process.execPath, [`${installed}/dist/cli/main.js`, ...argv], {
      cwd: project,
      input: HI,
      encoding: "utf8",
      env: { ...process.env, NODE_DEBUG: "esm" },
    });
    expect(stderr).toContain("dist/cli/main.js");
    return stderr.includes("vocabulary.js");
  };
  expect(loaded("render")).toBe(true);
  expect(loaded("check")).toBe(false);
  expect(loaded("parse", "-i", "text")).toBe(false);
  for (const argv of [["--help"], ["render", "--help"], ["render", "-f", "text"], ["man"], ["completion", "bash"]]) {
    expect(loaded(...argv), argv.join(" ")).toBe(false);
  }
});
