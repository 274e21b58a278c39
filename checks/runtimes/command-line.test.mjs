// The command line of the packed package, in the runtimes that have Node's modules.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { beforeAll, describe, expect, inject, test } from "vitest";

const { project } = inject("runtimes");
const here = fileURLToPath(new URL("./", import.meta.url));
const main = "node_modules/harmony-format/dist/cli/main.js";

/** How each runtime runs a program that reads and writes files. */
const RUNTIMES = [
  ...["node-20", "node-22", "node-24", "node-26"].map((name) => ({ name, file: "bin/node", options: [] })),
  { name: "@oven/bun-linux-x64", file: "bin/bun", options: ["--no-install"] },
  {
    name: "@deno/linux-x64-glibc",
    file: "deno",
    options: [
      "run",
      "--no-prompt",
      "--no-remote",
      "--cached-only",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
    ],
  },
];

const CONVERSATIONS = Array.from({ length: 2000 }, (_, index) => ({
  messages: [
    { role: "user", content: `How much is ${index} + 1? 雨 🙂`.repeat(1 + (index % 5)) },
    { role: "assistant", channel: "analysis", content: "Easy. ".repeat(1 + (index % 40)) },
    { role: "assistant", channel: "final", content: `It is ${index + 1}.` },
  ],
}));
const TEXT = CONVERSATIONS.map((conversation) => `${JSON.stringify(conversation)}\n`).join("");
let encoding;
let written;

beforeAll(async () => {
  const { loadHarmonyEncoding } = await import(`${project}/node_modules/harmony-format/dist/index.js`);
  encoding = loadHarmonyEncoding();
  writeFileSync(`${project}/many.jsonl`, TEXT);
  writeFileSync(`${project}/many.jsonl.gz`, gzipSync(TEXT));
  if (zstdCompressSync !== undefined) writeFileSync(`${project}/many.jsonl.zst`, zstdCompressSync(TEXT));
});

describe.each(RUNTIMES)("$name", ({ name, file, options }) => {
  const id = name.replace(/\W+/g, "-");

  function run(argv, input = "") {
    const env = { PATH: process.env.PATH, HOME: project, DENO_DIR: `${project}/.deno`, DENO_NO_UPDATE_CHECK: "1" };
    const settings = { cwd: project, env, input, encoding: "utf8", timeout: 120_000, maxBuffer: 2 ** 28 };
    const { stdout, stderr, status } = spawnSync(
      `${here}node_modules/${name}/${file}`,
      [...options, main, ...argv],
      settings,
    );
    return { stdout, stderr, status };
  }

  test("standard input, a file, gzip, and two threads: the same, and what the library gives", () => {
    const rendered = CONVERSATIONS.map(
      (conversation) => `${JSON.stringify(encoding.renderConversation(conversation))}\n`,
    );
    const expected = { stdout: rendered.join(""), stderr: "", status: 0 };
    expect(run(["render", "-q"], TEXT)).toEqual(expected);
    expect(run(["render", "-q", "many.jsonl"])).toEqual(expected);
    expect(run(["render", "-q", "-j", "2", "many.jsonl.gz"])).toEqual(expected);
    if (existsSync(`${project}/many.jsonl.zst`)) {
      const { stdout, stderr, status } = run(["render", "-q", "many.jsonl.zst"]);
      if (status === 0) expect(stdout).toBe(expected.stdout);
      else expect({ stderr, status }).toMatchObject({ status: 3, stderr: expect.stringMatching(/zstd -dc\n$/) });
    }
  });

  test("shards, by one thread and by two, are the same folder", () => {
    const argv = ["train", "-q", "-f", "shards", "--pack", "512", "--seed", "1", "many.jsonl", "-o"];
    expect(run([...argv, `${id}-1`])).toEqual({ stdout: "", stderr: "", status: 0 });
    expect(run([...argv, `${id}-2`, "-j", "2"])).toEqual({ stdout: "", stderr: "", status: 0 });
    for (const part of [
      "manifest.json",
      "tokens-00000.u32",
      "mask-00000.u8",
      "offsets-00000.u64",
      "documents-00000.u64",
    ]) {
      expect(readFileSync(`${project}/${id}-2/${part}`).equals(readFileSync(`${project}/${id}-1/${part}`)), part).toBe(
        true,
      );
    }
    // Every runtime writes what the first one wrote.
    const tokens = readFileSync(`${project}/${id}-1/tokens-00000.u32`).toString("base64");
    written ??= tokens;
    expect(tokens === written).toBe(true);
  });

  test("what is wrong is a line and an exit code", () => {
    const bad = run(["render"], `nonsense\n${TEXT.split("\n")[0]}\n`);
    expect(bad.status).toBe(1);
    expect(bad.stderr).toMatch(
      /^-:1: column 1: .*\(invalid-json\)\nrender: 2 conversations, \d+ tokens, 1 bad and left out\n$/,
    );
    expect(run(["render", "missing.jsonl"])).toEqual({
      stdout: "",
      stderr: "harmony-format render: missing.jsonl: no such file; check the name\n",
      status: 3,
    });
    expect(run(["render", "--frmat", "ids"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--format?"),
    });
    const cut = run(["render"], gzipSync(TEXT).subarray(0, 3000));
    expect(cut).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^harmony-format render: standard input: the compressed data end too soon/m),
    });
    expect(run(["render", "-q", "-o", "/dev/full"], TEXT)).toMatchObject({
      status: 3,
      // Deno writes to devices only with every permission.
      stderr: expect.stringMatching(
        /^harmony-format render: \/dev\/full: (?:no space left|the runtime does not permit) .*\n$/,
      ),
    });
  });

  test("completions, and a view", () => {
    const completion = "<|channel|>final<|message|>Four.<|return|>";
    expect(run(["parse", "--final"], completion)).toEqual({ stdout: "Four.\n", stderr: "", status: 0 });
    expect(run(["explain"], completion).stdout).toContain("message 1: assistant on final (characters 0 to ");
    expect(run(["--version"]).stdout).toMatch(/^harmony-format \d/);
  });
});
