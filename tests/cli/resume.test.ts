import { type ChildProcess, spawn } from "node:child_process";
import { createReadStream, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { conversations } from "./conversations.js";
import { environment, FOLDER, MAIN, type Outcome, shell } from "./processes.js";

// A run that is stopped in the middle, in whatever way, and resumed comes to the very bytes of one that was not.

const BLOCK = `${conversations(500, 2)
  .map((conversation) => JSON.stringify(conversation))
  .join("\n")}\n`;
/** Enough for several chunks. */
const LARGE = BLOCK.repeat(8);
/** Enough for more than one window of `train`: some 6 million tokens. */
const HUGE = BLOCK.repeat(40);

beforeAll(() => {
  writeFileSync(`${FOLDER}/large.jsonl`, LARGE);
  writeFileSync(`${FOLDER}/huge.jsonl`, HUGE);
  writeFileSync(`${FOLDER}/large.jsonl.gz`, gzipSync(LARGE, { level: 1 }));
});

let running: ChildProcess | undefined;
afterEach(() => {
  running?.kill("SIGKILL");
  running = undefined;
});

/**
 * Starts the program on standard input that is held open after a part, waits until what it has done so far is noted, and
 * stops it.
 */
async function stopped(
  argv: readonly string[],
  target: string,
  signal: NodeJS.Signals,
  input = "large.jsonl",
): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...argv], { cwd: FOLDER, env: environment(), stdio: "pipe" });
  running = child;
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => {});
  createReadStream(`${FOLDER}/${input}`, { end: Math.floor(statSync(`${FOLDER}/${input}`).size * 0.9) }).pipe(
    child.stdin,
    { end: false },
  );
  const journal = `${FOLDER}/${target}.resume`;
  for (let round = 0; round < 600 && !existsSync(journal); round++) await sleep(50);
  expect(existsSync(journal), stderr).toBe(true);
  const ended = new Promise<Outcome>((resolve) => {
    child.on("close", (code, by) => resolve({ code, signal: by, stdout, stderr }));
  });
  child.kill(signal);
  return await ended;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const SHARDS = ["train", "-f", "shards", "--pack", "2048", "--seed", "7", "--shard-tokens", "4000000"];
const COMMANDS: readonly [argv: readonly string[], signal: NodeJS.Signals, input: string][] = [
  [["render", "-f", "u32le"], "SIGINT", "large.jsonl"],
  [["render", "-f", "u32le"], "SIGKILL", "large.jsonl"],
  [["render", "-f", "u32le", "-j", "2"], "SIGINT", "large.jsonl"],
  [["train"], "SIGKILL", "large.jsonl"],
  [["train", "--pack", "2048", "--seed", "7"], "SIGINT", "huge.jsonl"],
  [SHARDS, "SIGKILL", "huge.jsonl"],
];

describe("stopped and resumed", () => {
  const read = (name: string): string =>
    shell(`find ${name} -type f | sort | xargs sha256sum | sed 's/ [^ ]*whole/ x/; s/ [^ ]*again/ x/'`).stdout;

  test.each(COMMANDS)("%j by %s", async (argv, signal, input) => {
    shell("rm -rf whole* again*");
    const base = argv.join(" ");
    expect(shell(`harmony-format ${base} -q -o whole < ${input}`).code).toBe(0);

    const { signal: by, stderr } = await stopped([...argv, "-o", "again"], "again", signal, input);
    expect(by).toBe(signal);
    expect(stderr).toMatch(
      signal === "SIGINT"
        ? /^\w+: stopped after [\d,]+ conversations; the same command with --resume goes on\n$/
        : /^$/,
    );
    // Nothing half written has the name of the output.
    expect(existsSync(`${FOLDER}/again`)).toBe(false);
    expect(existsSync(`${FOLDER}/again.partial`)).toBe(true);

    const resumed = shell(`harmony-format ${base} -o again --resume < ${input}`);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/20,000 conversations|4,000 conversations/);
    expect(read("again")).toBe(read("whole"));
    expect(shell("ls -d again*").stdout).toBe(
      existsSync(`${FOLDER}/whole.manifest.json`) ? "again\nagain.manifest.json\n" : "again\n",
    );
    if (existsSync(`${FOLDER}/whole.manifest.json`)) {
      expect(readFileSync(`${FOLDER}/again.manifest.json`, "utf8")).toBe(
        readFileSync(`${FOLDER}/whole.manifest.json`, "utf8"),
      );
    }
  });
});

describe("--resume", () => {
  test("of what is complete says so", () => {
    expect(shell("harmony-format render -q -o done large.jsonl").code).toBe(0);
    const before = statSync(`${FOLDER}/done`).mtimeMs;
    const { code, stderr } = shell("harmony-format render -o done --resume large.jsonl");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "render: done is complete already\n" });
    expect(statSync(`${FOLDER}/done`).mtimeMs).toBe(before);
  });

  test("of nothing begins at the beginning", () => {
    expect(shell("harmony-format render -q -o fresh --resume large.jsonl; cmp fresh done").code).toBe(0);
  });

  test("refuses another command line, and another input", async () => {
    await stopped(["render", "-o", "other"], "other", "SIGINT");
    const another = shell("harmony-format render -f ids -o other --resume < large.jsonl");
    expect(another.code).toBe(2);
    expect(another.stderr).toMatch(/--resume goes on with the same command line, .*; run again without --resume/);
    const input = shell("(echo '{}'; cat large.jsonl) | harmony-format render -o other --resume");
    expect(input.code).toBe(3);
    expect(input.stderr).toMatch(/standard input: is not what it was when the earlier run stopped; run again without/);
    // And still goes on with the right one.
    expect(shell("harmony-format render -q -o other --resume < large.jsonl; cmp other done").code).toBe(0);
  });

  test("refuses a partial file that is gone or has been cut, and forgets what a new run begins anew", async () => {
    await stopped(["render", "-o", "lost"], "lost", "SIGKILL");
    shell("cp lost.resume note; truncate -s 5 lost.partial");
    const cut = shell("harmony-format render -o lost --resume < large.jsonl");
    expect(cut).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/lost\.partial: is shorter than it was, .*without --resume\n$/),
    });
    shell("rm lost.partial");
    const gone = shell("harmony-format render -o lost --resume < large.jsonl");
    expect(gone).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/lost\.partial: is gone, .*without --resume\n$/),
    });
    // A new run that fails before it has noted anything leaves no note of the old one.
    expect(shell("harmony-format render -q -o lost", gzipSync(BLOCK).subarray(0, 200)).code).toBe(3);
    expect(existsSync(`${FOLDER}/lost.resume`)).toBe(false);
  });

  test("goes on in the second of several files, compressed, with errors collected", async () => {
    writeFileSync(`${FOLDER}/first.jsonl`, `bad\n${BLOCK}`);
    const argv = "first.jsonl - large.jsonl.gz --errors found";
    await stopped(
      ["render", "-o", "three", "--errors", "found", "first.jsonl", "-", "large.jsonl.gz"],
      "three",
      "SIGKILL",
    );
    const resumed = shell(`harmony-format render -q -o three --resume ${argv} < large.jsonl`);
    expect(resumed.code, resumed.stderr).toBe(1);
    shell("harmony-format render -q -o whole3 first.jsonl large.jsonl large.jsonl.gz --errors found3");
    expect(shell("cmp three whole3 && cmp found found3").code).toBe(0);
  });

  test("after --strict: the line is mended, and the run goes on", () => {
    const lines = BLOCK.repeat(4).trimEnd().split("\n");
    writeFileSync(`${FOLDER}/mend.jsonl`, [...lines, "bad", ...lines].join("\n"));
    const first = shell("harmony-format render --strict -o mended mend.jsonl");
    expect(first.code).toBe(1);
    expect(existsSync(`${FOLDER}/mended`)).toBe(false);
    writeFileSync(`${FOLDER}/mend.jsonl`, [...lines, lines[0], ...lines].join("\n"));
    expect(shell("harmony-format render --strict -q -o mended --resume mend.jsonl").code).toBe(0);
    expect(shell("harmony-format render -q mend.jsonl | cmp - mended").code).toBe(0);
  });
});

describe("SIGINT", () => {
  test("without an output to resume leaves nothing, and the process dies of it", async () => {
    const child = spawn(process.execPath, [MAIN, "render"], { cwd: FOLDER, env: environment(), stdio: "pipe" });
    running = child;
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdin.on("error", () => {});
    const answered = new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdin.write(BLOCK);
    await answered;
    const closed = new Promise<NodeJS.Signals | null>((resolve) =>
      child.on("close", (_code, signal) => resolve(signal)),
    );
    child.kill("SIGINT");
    expect(await closed).toBe("SIGINT");
    expect(stderr).toMatch(/^render: stopped after \d+ conversations\n$/);
  });

  test("the second one ends at once what waits for a reader", async () => {
    const child = spawn(process.execPath, [MAIN, "render", "large.jsonl"], {
      cwd: FOLDER,
      env: environment(),
      stdio: "pipe",
    });
    running = child;
    // It reads nothing, so the pipe fills up.
    child.stdout.pause();
    await sleep(1500);
    const closed = new Promise<NodeJS.Signals | null>((resolve) =>
      child.on("exit", (_code, signal) => resolve(signal)),
    );
    child.kill("SIGINT");
    await sleep(300);
    expect(child.exitCode).toBe(null);
    const start = performance.now();
    child.kill("SIGINT");
    expect(await closed).toBe("SIGINT");
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

test("an output that is not to be resumed is removed with all that belongs to it", () => {
  rmSync(`${FOLDER}/cut.gz`, { force: true });
  writeFileSync(`${FOLDER}/cut.gz`, gzipSync(BLOCK).subarray(0, 2000));
  expect(shell("harmony-format render -q -o never cut.gz").code).toBe(3);
  expect(
    shell("ls never* 2>/dev/null")
      .stdout.split("\n")
      .filter((name) => name === "never"),
  ).toEqual([]);
});
