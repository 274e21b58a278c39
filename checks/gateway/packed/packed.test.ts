// The two packages as users get them: packed, installed in an empty project, started by their command.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installTools } from "../../tool-folder.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(`${tmpdir()}/harmony-gateway-packed-`);
const project = `${folder}/project`;
let running: ChildProcess | undefined;

beforeAll(() => {
  installTools(`${ROOT}checks/runtimes`);
  const run = (options: readonly string[], cwd: string) =>
    execFileSync("npm", options, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", 2] });
  mkdirSync(project);
  writeFileSync(`${project}/package.json`, '{ "name": "consumer", "private": true, "type": "module" }\n');
  const tarballs = [ROOT, `${ROOT}gateway`].map((from) => {
    const [packed] = JSON.parse(run(["pack", "--ignore-scripts", "--json", "--pack-destination", folder], from));
    return `${folder}/${packed.filename}`;
  });
  run(["install", "--no-audit", "--no-fund", "--ignore-scripts", ...tarballs], project);
});

afterAll(async () => {
  if (running !== undefined && running.exitCode === null && running.signalCode === null) {
    const ended = once(running, "exit");
    endAll(running, "SIGKILL");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Tells npx and what it has started, as a terminal does when somebody presses Ctrl-C. */
function endAll({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  process.kill(-pid!, signal);
}

test("npx harmony-gateway --demo answers, and ends when it is told to", async () => {
  const options = ["--no-install", "harmony-gateway", "--demo", "--port", "0"];
  running = spawn("npx", options, { cwd: project, stdio: ["ignore", "pipe", "inherit"], detached: true });
  let output = "";
  const address = await new Promise<string>((resolve, reject) => {
    running!.stdout!.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const found = /listening on (http:\S+)/.exec(output);
      if (found !== null) resolve(found[1]!);
    });
    running!.once("exit", (code) => reject(new Error(`it ended with ${code}: ${output}`)));
  });
  const answer = await fetch(`${address}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "Hello" }], max_completion_tokens: 40 }),
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    choices: [{ finish_reason: "length", message: { reasoning_content: expect.stringContaining("I am a script") } }],
  });
  const page = await fetch(`${address}/playground/`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<script type="module"');
  const ended = once(running, "exit");
  endAll(running, "SIGINT");
  await ended;
  const health = () =>
    fetch(`${address}/health`).then(
      () => "answers",
      () => "is gone",
    );
  await expect.poll(health, { timeout: 30_000 }).toBe("is gone");
});

/** What runs a program, and how, beside the options of the runtime: `checks/runtimes` installs them. */
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  "Node 20": ["node-20/bin/node"],
  "Node 26": ["node-26/bin/node"],
  Bun: ["@oven/bun-linux-x64/bin/bun", "--no-install"],
  Deno: ["@deno/linux-x64-glibc/deno", "run", "--allow-read", "--allow-env", "--allow-sys", "--cached-only"],
};

test.each(Object.entries(RUNTIMES))("as a library in %s, with nothing else installed", (_, [binary, ...options]) => {
  writeFileSync(
    `${project}/library.mjs`,
    `
      import { createGateway, demoEngine } from "harmony-gateway";
      const gateway = createGateway({ engine: demoEngine({ tokensPerSecond: Infinity }) });
      const body = JSON.stringify({ messages: [{ role: "user", content: "Hi" }], stream: true });
      const headers = { "content-type": "application/json" };
      const request = new Request("http://gateway/v1/chat/completions", { method: "POST", headers, body });
      const response = await gateway.fetch(request);
      console.log(response.status, (await response.text()).trimEnd().slice(-12));
      await gateway.close();
    `,
  );
  const runtime = `${ROOT}checks/runtimes/node_modules/${binary}`;
  const env = { PATH: process.env.PATH, HOME: project, DENO_DIR: `${project}/.deno`, DENO_NO_UPDATE_CHECK: "1" };
  const printed = execFileSync(runtime, [...options, "library.mjs"], { cwd: project, encoding: "utf8", env });
  expect(printed).toBe("200 data: [DONE]\n");
});

test("what is needed to deploy it is in the package", () => {
  const files = readdirSync(`${project}/node_modules/harmony-gateway`, { recursive: true, encoding: "utf8" });
  expect(files).toEqual(
    expect.arrayContaining([
      "README.md",
      "deploy/Containerfile",
      "deploy/compose.yaml",
      "deploy/harmony-gateway.service",
    ]),
  );
  expect(files.filter((file) => file.startsWith("src"))).toEqual([]);
});
