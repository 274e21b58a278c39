// Codex itself, unchanged, works on a project through the gateway. Only the model is a script.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { tokensOf } from "../scripted-engine.js";
import { type Script, type ScriptedLlamaServer, startScriptedLlamaServer } from "../scripted-llama-server.js";
import { type GatewayProcess, startGateway } from "../start-gateway.js";
import { type Codex, type CodexRun, installCodex } from "./codex.js";
import { CARELESS, codingModel, type Hand } from "./coding-model.js";

let engine: ScriptedLlamaServer | undefined;
let gateway: GatewayProcess | undefined;
let codex: Codex | undefined;

/** What the model wrote, in order. */
let written: string[] = [];

afterEach(async () => {
  codex?.remove();
  await gateway?.stop();
  await engine?.close();
  written = [];
});

async function start(model: string, script: Script): Promise<{ engine: ScriptedLlamaServer; codex: Codex }> {
  engine = await startScriptedLlamaServer((asked) => {
    const answer = script(asked);
    if (typeof answer === "string") written.push(answer);
    return answer;
  });
  gateway = await startGateway(["--engine", "llama.cpp", "--upstream", engine.baseURL]);
  codex = installCodex(gateway.address, model);
  writeFileSync(`${codex.project}/AGENTS.md`, "Names are whole English words.\n");
  return { engine, codex };
}

/** The items of a run that are over, without what Codex has to say about a model that it does not know. */
function itemsOf({ events }: CodexRun): NonNullable<CodexRun["events"][number]["item"]>[] {
  const items = events.flatMap(({ type, item }) => (type === "item.completed" && item !== undefined ? [item] : []));
  return items.filter(({ type, message }) => !(type === "error" && message?.startsWith("Model metadata for")));
}

/** How the runs of the tests ended. */
function testRuns(run: CodexRun): (number | null | undefined)[] {
  return itemsOf(run).flatMap(({ command, exit_code: code }) => (command?.includes("node --test") ? [code] : []));
}

function answerOf(run: CodexRun): string | undefined {
  return itemsOf(run).findLast(({ type }) => type === "agent_message")?.text;
}

const WITHOUT_A_WORD_OF_ERROR = expect.not.arrayContaining([
  expect.objectContaining({ type: expect.stringMatching(/^(error|turn\.failed)$/) }),
]);

/** That the project is made, and made by Codex: what is in the folder, and that its tests pass. */
function expectProject({ project }: Codex, files: readonly string[]): void {
  expect(readdirSync(project).sort()).toEqual(["AGENTS.md", ...files]);
  expect(readFileSync(`${project}/median.mjs`, "utf8")).toContain("Math.ceil(half) - 1");
  const env = { PATH: process.env.PATH };
  expect(execFileSync("node", ["--test"], { cwd: project, env, encoding: "utf8" })).toContain("# fail 0");
}

const MEDIAN = ["median.mjs", "median.test.mjs"];
const ALL = ["mean.mjs", "mean.test.mjs", ...MEDIAN];

describe.each([
  { model: "gpt-oss-20b", what: "knows nothing of the model: patches by the shell, agents in a namespace" },
  { model: "gpt-5.5", what: "knows the model's name: patches by a tool of their own, a search among tools" },
])("Codex $what", ({ model }) => {
  test("makes, mends and tests a project, and goes on with it", async () => {
    const { engine, codex } = await start(model, codingModel());
    const first = await codex.exec("Write median.mjs and a test of it.");
    expect(first.exitCode, first.printed).toBe(0);
    expect(first.events).toEqual(WITHOUT_A_WORD_OF_ERROR);
    expect(testRuns(first)).toEqual([1, 0]);
    expect(answerOf(first)).toBe("median.mjs is there, and 2 tests pass. 🙂");
    expect(itemsOf(first)[0]).toMatchObject({ type: "agent_message", text: "I look at what is there." });
    expectProject(codex, MEDIAN);

    const before = engine.asked.length;
    const second = await codex.resume("Add a mean, and a test of it.");
    expect(second.exitCode, second.printed).toBe(0);
    expect(second.events).toEqual(WITHOUT_A_WORD_OF_ERROR);
    expect(testRuns(second)).toEqual([0]);
    expect(answerOf(second)).toBe("mean.mjs is there as well; 3 tests pass.");
    expectProject(codex, ALL);

    // What the model saw. Within a task, each prompt goes on exactly where the model stopped: its cache holds all of it.
    for (const [index, { body }] of engine.asked.entries()) {
      if (index === 0 || index === before) continue;
      const sofar = [...engine.asked[index - 1]!.body.prompt, ...tokensOf(written[index - 1]!)];
      expect(body.prompt.slice(0, sofar.length)).toEqual(sofar);
    }
    const [opening] = engine.asked;
    expect(opening!.prompt).toMatch(/You are (a coding agent|Codex)/);
    expect(opening!.prompt).toContain("Names are whole English words.");
    expect(opening!.prompt).toContain("\nnamespace functions {");
    expect(opening!.prompt).toContain("\ntype exec_command = (_: {");
    expect(opening!.prompt).toMatch(
      /<\|start\|>user<\|message\|>Write median\.mjs and a test of it\.<\|end\|><\|start\|>assistant$/,
    );
    const mending = engine.asked[3]!.prompt;
    expect(mending).toContain("<|start|>functions.exec_command to=assistant<|channel|>commentary<|message|>");
    expect(mending).toContain("2 !== 2.5");
    // Thoughts are for the task that they belong to; what was done and answered stays.
    const resumed = engine.asked[before]!.prompt;
    expect(resumed).not.toContain("<|channel|>analysis<|message|>Now I try it.");
    expect(resumed).toContain('{"cmd":"node --test"}<|call|>');
    expect(resumed).toContain("<|channel|>final<|message|>median.mjs is there, and 2 tests pass. 🙂<|end|>");
  });
});

test("a call of a tool in a namespace comes back to the agent that has it", async () => {
  const { engine, codex } = await start("gpt-oss-20b", codingModel());
  const run = await codex.exec("Write median.mjs and a test of it.");
  expect(run.exitCode, run.printed).toBe(0);
  expect(engine.asked.at(-1)!.prompt).toContain(
    "<|start|>multi_agent_v1.wait_agent to=assistant<|channel|>commentary<|message|>invalid agent id nobody",
  );
});

test("a model that writes carelessly gets there all the same", async () => {
  const { brokenArguments, inventedTool, answerInHeader, ...ways } = CARELESS;
  const hands: Hand[] = [brokenArguments, inventedTool, ...Object.values(ways), answerInHeader];
  const { codex } = await start("gpt-oss-20b", codingModel(hands));
  const first = await codex.exec("Write median.mjs and a test of it.");
  expect(first.exitCode, first.printed).toBe(0);
  expect(first.events).toEqual(WITHOUT_A_WORD_OF_ERROR);
  expect(testRuns(first)).toEqual([1, 0]);
  expect(answerOf(first)).toBe("median.mjs is there, and 2 tests pass. 🙂");
  const second = await codex.resume("Add a mean, and a test of it.");
  expect(second.exitCode, second.printed).toBe(0);
  expect(answerOf(second)).toBe("mean.mjs is there as well; 3 tests pass.");
  expectProject(codex, ALL);
  expect(written.length).toBeGreaterThanOrEqual(hands.length);
});

test("Codex says it when the conversation is longer than the engine's context", async () => {
  const error = {
    code: 400,
    type: "exceed_context_size_error",
    message: "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it",
    n_prompt_tokens: 9000,
    n_ctx: 4096,
  };
  const { codex } = await start("gpt-oss-20b", () => ({ status: 400, error }));
  const run = await codex.exec("Write median.mjs and a test of it.");
  expect(run.exitCode).not.toBe(0);
  expect(run.events.at(-1)).toMatchObject({
    type: "turn.failed",
    error: { message: expect.stringContaining("ran out of room in the model's context window") },
  });
});
