import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  EngineTurn,
  type TransformersJsEngine,
  type TransformersJsModel,
  transformersJs,
} from "../../../src/engines.js";
import { HarmonySession, loadHarmonyEncoding } from "../../../src/index.js";
import { installTools } from "../../tool-folder.mjs";
import { nextToken, writeModel } from "./tiny-onnx.js";

// transformers.js, for real: its `generate`, streamers, caches and samplers, on a model that needs no weights.

const CONTEXT_SIZE = 256;
const STOPS = [200002, 200012, 199999];
const encoding = loadHarmonyEncoding();
const folder = new URL("./", import.meta.url);
const models = mkdtempSync(`${tmpdir()}/models-`);

let model: TransformersJsModel & { dispose(): Promise<unknown> };
let make: (options?: object) => TransformersJsEngine;
/** How many tokens the model has read, in each step. */
const read: number[] = [];

beforeAll(async () => {
  installTools(folder);
  const name = "@huggingface/transformers";
  const { AutoModelForCausalLM, env, random, Tensor } = await import(/* @vite-ignore */ name);
  writeModel(`${models}/tiny`, CONTEXT_SIZE);
  env.allowRemoteModels = false;
  env.localModelPath = models;
  model = await AutoModelForCausalLM.from_pretrained("tiny", { device: "cpu", dtype: "fp32" });
  const real = model as unknown as { forward(inputs: { input_ids: { dims: number[] } }): unknown };
  const forward = real.forward.bind(model);
  real.forward = (inputs) => {
    read.push(inputs.input_ids.dims[1]!);
    return forward(inputs);
  };
  make = (options = {}) => transformersJs(model, { Tensor, random, ...options });
});

afterAll(async () => {
  await model?.dispose();
  rmSync(models, { recursive: true });
});

/** What the model writes behind a prompt. */
function expected(prompt: readonly number[], maxTokens = CONTEXT_SIZE - prompt.length): number[] {
  const written: number[] = [];
  while (written.length < maxTokens && !STOPS.includes(written.at(-1)!))
    written.push(nextToken([...prompt, ...written]));
  return written;
}

async function run(engine: TransformersJsEngine, tokens: readonly number[], request: object = {}): Promise<EngineTurn> {
  const turn = new EngineTurn(engine, { tokens, encoding, ...request });
  for await (const _ of turn) void _;
  return turn;
}

test("its model and classes are what the function takes, by their own types", () => {
  const file = fileURLToPath(new URL("types.generated.ts", folder));
  writeFileSync(
    file,
    `import { type PreTrainedModel, random, Tensor } from "@huggingface/transformers";
import { transformersJs } from "../../../src/engines.js";
export const make = (model: PreTrainedModel) => transformersJs(model, { Tensor, random });
`,
  );
  try {
    const config = ts.getParsedCommandLineOfConfigFile(
      fileURLToPath(new URL("../../../tsconfig.json", folder)),
      { noEmit: true, skipLibCheck: true },
      { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
    )!;
    const program = ts.createProgram([file], config.options);
    const source = program.getSourceFile(file)!;
    const errors = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  } finally {
    rmSync(file);
  }
});

test("the tokens of the model come back, whatever the prompt, sampled or not", async () => {
  const engine = make();
  for (let start = 0; start < 8; start++) {
    const prompt = [200006, 1428, 200008, 12194 + start, 200007, 200006, 173781];
    for (const sampling of [{}, { temperature: 0 }, { topK: 5, topP: 0.9, minP: 0.01, seed: 1 }]) {
      const turn = await run(engine, prompt, { sampling, maxTokens: 40 });
      expect(turn.tokens).toEqual(expected(prompt, 40));
      expect(turn.finish).toBe(STOPS.includes(turn.tokens.at(-1)!) ? "stop" : "length");
    }
  }
});

test("ten rounds of a session: the same with the cache as without, and only what is new is read", async () => {
  const engine = make();
  const plain = make({ keepCache: false });
  const session = new HarmonySession(encoding, { messages: [{ role: "user", content: "Hi" }] });
  let held = 0;
  for (let round = 0; round < 10; round++) {
    const prompt = session.prompt();
    expect((await run(plain, prompt, { maxTokens: 8 })).tokens).toEqual(expected(prompt, 8));
    read.length = 0;
    const turn = await run(engine, prompt, { maxTokens: 8 });
    expect(turn.tokens).toEqual(expected(prompt, 8));
    const { cachedTokens } = turn.usage;
    expect(cachedTokens).toBe(round === 0 ? 0 : held);
    expect(read[0]).toBe(prompt.length - cachedTokens);
    expect(read.slice(1).every((length) => length === 1)).toBe(true);
    held = prompt.length + turn.tokens.length - 1;
    session.addCompletion(turn.tokens, { finishReason: turn.finish });
    session.add({ role: "user", content: `And ${round}?` });
  }
  await engine.releaseCache();
  expect((await run(engine, session.prompt(), { maxTokens: 1 })).usage.cachedTokens).toBe(0);
});

test("the model writes to the end of its context and no further, unlike its default of 20 tokens", async () => {
  const prompt = new Array<number>(100).fill(64);
  const turn = await run(make(), prompt, { stopTokens: [] });
  expect(turn.finish).toBe("length");
  expect(prompt.length + turn.tokens.length).toBe(CONTEXT_SIZE);
  await expect(run(make(), new Array<number>(CONTEXT_SIZE + 1).fill(64))).rejects.toMatchObject({ code: "refused" });
});

test("a bias and penalties are obeyed", async () => {
  const prompt = [200006, 173781];
  const five = { logitBias: { 5: 100 } };
  expect((await run(make(), prompt, { sampling: five, maxTokens: 4 })).tokens).toEqual([5, 5, 5, 5]);
  const once = { ...five, presencePenalty: 200 };
  const { tokens } = await run(make(), prompt, { sampling: once, maxTokens: 4 });
  expect(tokens.filter((token) => token === 5)).toHaveLength(1);
});

test("a seed repeats what is drawn", async () => {
  // So flat that every token is as likely as another.
  const sampling = { temperature: 1000, seed: 3 };
  const draw = async (seed: number) =>
    (await run(make(), [7, 8], { sampling: { ...sampling, seed }, maxTokens: 8 })).tokens;
  expect(await draw(3)).toEqual(await draw(3));
  expect(await draw(3)).not.toEqual(await draw(4));
});

test("an abort stops the model at its next token, and the next completion waits for that", async () => {
  const engine = make();
  const controller = new AbortController();
  const prompt = new Array<number>(20).fill(64);
  const outputs = engine
    .generate({ tokens: prompt, encoding, stopTokens: [] }, controller.signal)
    [Symbol.asyncIterator]();
  await outputs.next();
  read.length = 0;
  controller.abort(new Error("enough"));
  await expect(outputs.next()).rejects.toThrow("enough");
  const turn = await run(engine, [...prompt, 5], { maxTokens: 3 });
  expect(turn.tokens).toEqual(expected([...prompt, 5], 3));
  expect(read.length).toBeLessThan(20);
});

test("what goes wrong inside is an EngineError, and the next completion works", async () => {
  const engine = make();
  const failing = { ...model, generate: () => Promise.reject(new Error("out of memory")) } as TransformersJsModel;
  const { Tensor } = await import(/* @vite-ignore */ "@huggingface/transformers" as string);
  await expect(run(transformersJs(failing, { Tensor }), [7])).rejects.toMatchObject({ code: "failed" });
  expect((await run(engine, [7, 8], { maxTokens: 2 })).tokens).toEqual(expected([7, 8], 2));
});
