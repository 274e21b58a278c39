import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCommandLine } from "../../../gateway/dist/command-line/read-flags.js";
import { startGateway } from "../start-gateway.js";

const MAIN = fileURLToPath(new URL("../../../gateway/dist/main.js", import.meta.url));
const UPSTREAM = ["--upstream", "http://127.0.0.1:9"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harmony-gateway-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file with a text, by its path. */
function fileWith(text: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.json`);
  writeFileSync(path, text);
  return path;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command that ends by itself. */
async function run(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...flags], { env: { ...process.env, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
    // One that runs should have refused.
    if (stdout.includes("listening on")) child.kill();
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

function flagsOf(argv: readonly string[], env: NodeJS.ProcessEnv = {}): object {
  const command = readCommandLine(argv, env);
  if (command.run !== "gateway") throw new Error(`it wants to run ${command.run}`);
  return command.flags;
}

describe("where a setting comes from", () => {
  test("a flag wins over the environment, and the environment over the file", () => {
    const config = fileWith('{"host": "file", "port": 1, "model": ["file"], "log-prompts": true}');
    const env = { HARMONY_GATEWAY_PORT: "2", HARMONY_GATEWAY_MODEL: "a, b", HARMONY_GATEWAY_LOG_PROMPTS: "no" };
    expect(flagsOf(["--config", config], {})).toEqual({ host: "file", port: 1, model: ["file"], "log-prompts": true });
    expect(flagsOf(["--config", config], env)).toEqual({
      host: "file",
      port: 2,
      model: ["a", "b"],
      "log-prompts": false,
    });
    expect(flagsOf(["--port", "3", "--model", "x", "--model=y"], { ...env, HARMONY_GATEWAY_CONFIG: config })).toEqual({
      host: "file",
      port: 3,
      model: ["x", "y"],
      "log-prompts": false,
    });
  });

  test("an empty variable says nothing, and the word none is no limit", () => {
    expect(flagsOf(["--body-bytes", "none"], { HARMONY_GATEWAY_PORT: "" })).toEqual({ "body-bytes": Infinity });
    expect(flagsOf(["--config", fileWith('{"queue-timeout": "none", "upstream": "http://a"}')])).toEqual({
      "queue-timeout": Infinity,
      upstream: ["http://a"],
    });
  });

  test("keys have the name in the environment that people look for", () => {
    expect(flagsOf([], { HARMONY_GATEWAY_API_KEYS: "one,two" })).toEqual({ "api-key": ["one", "two"] });
  });
});

describe("what is wrong is said in one line, with the remedy", () => {
  const wrong: readonly (readonly [argv: readonly string[], message: RegExp, env?: NodeJS.ProcessEnv])[] = [
    [["--upstreams", "http://a"], /^there is no flag --upstreams; did you mean --upstream\?$/],
    [["--xyz"], /^there is no flag --xyz; harmony-gateway --help lists them$/],
    [["--versoin"], /did you mean --version\?/],
    [["-x"], /^there is no flag -x/],
    [["serve"], /^"serve" belongs to no flag/],
    [["--port"], /^--port needs a value/],
    [["--port="], /^--port needs a value/],
    [["--demo=yes"], /^--demo takes no value; leave out =yes$/],
    [["--port", "eighty"], /^--port must be a port from 0 to 65535, not "eighty"$/],
    [["--port", "65536"], /^--port must be a port from 0 to 65535, not 65536$/],
    [["--engine", "tgi"], /^--engine must be one of llama\.cpp, vllm, .*, not "tgi"$/],
    [["--body-bytes", "-1"], /^--body-bytes/],
    [["--body-bytes=0"], /^--body-bytes must be a whole number of bytes from 1 .*or "none"; .*not 0$/],
    [["--queue-timeout", "1e3"], /^--queue-timeout must be .*not "1e3"$/],
    [["--log-level", "loud"], /^--log-level must be trace, debug/],
    [["--state", "mysql://a"], /^--state must be memory, sqlite:FILE/],
    [["--unsupported", "ignore"], /^--unsupported must be error or drop/],
    [[], /^HARMONY_GATEWAY_PORT must be a port/, { HARMONY_GATEWAY_PORT: "x" }],
    [[], /^HARMONY_GATEWAY_DEMO must be true or false, not "maybe"$/, { HARMONY_GATEWAY_DEMO: "maybe" }],
    [
      ["--config", "/nowhere/at/all.json"],
      /^the configuration file \/nowhere\/at\/all\.json cannot be read as JSON: ENOENT/,
    ],
  ];
  test.each(wrong)("%j", (argv, message, env = {}) => {
    expect(() => flagsOf(argv, env)).toThrow(message);
  });

  test.each([
    ["{", /cannot be read as JSON/],
    ["[]", /must hold an object, such as/],
    ['{"bodyBytes": 5}', /there is no setting "bodyBytes"; did you mean "body-bytes"\?/],
    ['{"wibble": 5}', /there is no setting "wibble"; a field is named as a flag, without its dashes/],
    ['{"port": "80"}', /"port" must be a port from 0 to 65535, not "80"/],
    ['{"model": [5]}', /"model" .*not \[5\]/],
    ['{"demo": "yes"}', /"demo" must be true or false, not "yes"/],
  ])("a configuration file with %s", (text, message) => {
    expect(() => flagsOf(["--config", fileWith(text)])).toThrow(message);
  });

  test("a password is never shown", () => {
    expect(() => flagsOf(["--upstream", "name:hunter2@host"])).toThrow(/^--upstream must be an address such as \S+$/);
    expect(() => flagsOf(["--state", "redi://:hunter2@host"])).toThrow(/^(?!.*hunter2)/);
  });
});

describe("the process", () => {
  test("without an engine, it shows both ways to begin, and ends with 2", async () => {
    const { code, stderr, stdout } = await run([]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("harmony-gateway --engine llama.cpp --upstream http://localhost:8080");
    expect(stderr).toContain("harmony-gateway --demo");
  });

  test.each([
    [["--demo", ...UPSTREAM], /leave out --upstream, or --demo/],
    [["--wibble"], /there is no flag --wibble/],
    [[...UPSTREAM, "--api-keys-file", "/nowhere"], /--api-keys-file: ENOENT/],
    [[...UPSTREAM, "--cors", "https://a.example/path"], /--cors must be an origin such as/],
  ])("%j ends with 2", async (flags, message) => {
    const { code, stderr } = await run(flags);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });

  test("a file of keys with no key in it does not open the gateway to all", async () => {
    const { code, stderr } = await run([...UPSTREAM, "--api-keys-file", fileWith("# none\n\n")]);
    expect(stderr).toMatch(/there is no key in .*; write one a line/);
    expect(code).toBe(2);
  });

  test("a port in use ends with 1, and says what to do", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await run([...UPSTREAM, "--port", String(port), "--log-level", "silent"]);
    server.close();
    expect(stderr).toBe(
      `harmony-gateway: 127.0.0.1 port ${port} is in use by another program; stop it, or say --port with another number\n`,
    );
    expect(code).toBe(1);
  });

  test("a host that is none ends with 1", async () => {
    const { code, stderr } = await run([...UPSTREAM, "--host", "no.such.host.invalid", "--log-level", "silent"]);
    expect(stderr).toMatch(/no\.such\.host\.invalid is no address of this machine; say --host with one that is/);
    expect(code).toBe(1);
  });

  test("--help names every flag, and --version is that of the package", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    for (const name of ["engine", "upstream", "demo", "state", "config", "api-keys-file", "drain-timeout"]) {
      expect(stdout).toContain(`--${name}`);
    }
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(await run(["--version"])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
  });

  test("it warns where everybody can reach it, and only there", async () => {
    const quiet = await startGateway(UPSTREAM);
    await quiet.stop();
    expect(quiet.output()).not.toContain("everybody");
    const keyed = await startGateway([...UPSTREAM, "--host", "0.0.0.0"], { HARMONY_GATEWAY_API_KEYS: "secret" });
    await keyed.stop();
    expect(keyed.output()).not.toContain("everybody");
    const open = await startGateway([...UPSTREAM, "--host", "0.0.0.0"]);
    await expect.poll(() => open.output()).toContain("everybody who reaches 0.0.0.0 can use this gateway");
    await open.stop();
  });
});
