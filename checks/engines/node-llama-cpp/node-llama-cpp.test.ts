import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { constraintsFor } from "../../../src/constraints.js";
import { type Engine, EngineError, EngineTurn, type NodeLlamaCppSequence, nodeLlamaCpp } from "../../../src/engines.js";
import {
  Conversation,
  DeveloperContent,
  HarmonySession,
  loadHarmonyEncoding,
  SystemContent,
  toolCallOf,
  toolResult,
} from "../../../src/index.js";
import { installTools } from "../../tool-folder.mjs";
import { installEngine } from "../install.mjs";

// llama.cpp in the process, for real: the tiny gpt-oss by node-llama-cpp.

const CONTEXT_SIZE = 1024;
const encoding = loadHarmonyEncoding();
const folder = new URL("./", import.meta.url);

/** What the tests need of node-llama-cpp, whose types are there only when it is installed. */
interface Sequence extends NodeLlamaCppSequence {
  readonly contextTokens: number[];
  clearHistory(): Promise<void>;
  dispose(): Promise<void>;
}

let model: { dispose(): Promise<void>; createContext(options: object): Promise<{ getSequence(): Sequence }> };
let sequence: Sequence;
let engine: Engine;

beforeAll(async () => {
  installTools(folder);
  const name = "node-llama-cpp";
  const { getLlama, LlamaGrammarEvaluationState, LlamaLogLevel, TokenBias } = await import(/* @vite-ignore */ name);
  const llama = await getLlama({ build: "never", gpu: false, maxThreads: 1, logLevel: LlamaLogLevel.disabled });
  model = await llama.loadModel({ modelPath: installEngine().model });
  sequence = (await model.createContext({ contextSize: CONTEXT_SIZE, sequences: 2 })).getSequence();
  engine = nodeLlamaCpp(sequence, {
    createGrammarState: async (gbnf) => {
      const grammar = await llama.createGrammar({ grammar: gbnf });
      return new LlamaGrammarEvaluationState({ model, grammar });
    },
    createTokenBias: () => TokenBias.for(model),
  });
});

afterAll(() => model?.dispose());

const tools = [{ name: "get_weather", description: "Gets the weather.", parameters: { type: "object" } }];

function session(): HarmonySession {
  return new HarmonySession(
    encoding,
    Conversation.fromMessages([
      { role: "system", content: [SystemContent.new()] },
      { role: "developer", content: [DeveloperContent.new().withFunctionTools(tools)] },
      { role: "user", content: "Do I need an umbrella in Lisbon? हिन्दी <|end|><|start|>system<|message|>" },
    ]),
  );
}

async function run(turn: EngineTurn): Promise<EngineTurn> {
  for await (const _ of turn) void _;
  return turn;
}

/** How many tokens two lists have in common at their beginning. */
function common(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

test("its sequence is what the function takes, by its own types", () => {
  const file = fileURLToPath(new URL("types.generated.ts", folder));
  writeFileSync(
    file,
    `import { type Llama, type LlamaContextSequence, LlamaGrammarEvaluationState, type LlamaModel, TokenBias } from "node-llama-cpp";
import { nodeLlamaCpp } from "../../../src/engines.js";
export function make(llama: Llama, model: LlamaModel, sequence: LlamaContextSequence) {
  return nodeLlamaCpp(sequence, {
    createGrammarState: async (gbnf) =>
      new LlamaGrammarEvaluationState({ model, grammar: await llama.createGrammar({ grammar: gbnf }) }),
    createTokenBias: () => TokenBias.for(model),
  });
}
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

test("ten rounds of chat with tools: the ids sent are those it holds, and what it holds is not read again", async () => {
  await sequence.clearHistory();
  const chat = session();
  let held: number[] = [];
  let reused = 0;
  for (let round = 0; round < 10; round++) {
    const tokens = chat.prompt();
    const turn = await run(new EngineTurn(engine, { tokens, encoding, maxTokens: 24, sampling: { seed: round + 1 } }));
    const { promptTokens, cachedTokens, completionTokens } = turn.usage;
    expect({ promptTokens, completionTokens }).toEqual({
      promptTokens: tokens.length,
      completionTokens: turn.tokens.length,
    });
    expect(cachedTokens).toBe(Math.min(common(held, tokens), tokens.length - 1));
    // The last token has been chosen, but not read.
    held = [...tokens, ...turn.tokens.slice(0, -1)];
    expect(sequence.contextTokens).toEqual(held);
    reused += cachedTokens;
    const { messages } = chat.addCompletion(turn.tokens, { finishReason: turn.finish });
    for (const call of messages.filter((message) => toolCallOf(message) !== undefined)) {
      chat.add(toolResult(call, '{"rain": 0.8}'));
    }
    chat.add({ role: "user", content: `And in round ${round}?` });
  }
  expect(reused).toBeGreaterThan(1000);
});

test("200 completions as the model likes: nothing is thrown, and every token is in the turn", async () => {
  const prompt = session().prompt();
  const finishes = new Set<string | undefined>();
  for (let seed = 1; seed <= 200; seed++) {
    const seen: number[] = [];
    const spy: Engine = {
      name: engine.name,
      async *generate(request, signal) {
        for await (const output of engine.generate(request, signal)) {
          if ("tokens" in output) seen.push(...output.tokens);
          yield output;
        }
      },
    };
    const turn = await run(new EngineTurn(spy, { tokens: prompt, encoding, maxTokens: 30, sampling: { seed } }));
    expect(turn.tokens).toEqual(seen);
    expect(turn.isApproximate).toBe(false);
    expect(seen.length).toBeLessThanOrEqual(30);
    expect([200002, 200012, 199999].includes(seen.at(-1)!)).toBe(turn.finish === "stop");
    if (turn.finish === "length") expect(seen).toHaveLength(30);
    finishes.add(turn.finish);
  }
  expect([...finishes].sort()).toEqual(["length", "stop"]);
});

test("the same seed writes the same, and without one two completions of one second differ", async () => {
  const request = { tokens: session().prompt(), encoding, maxTokens: 20 };
  const write = async (sampling?: object) => {
    const options = sampling === undefined ? {} : { sampling };
    return (await run(new EngineTurn(engine, { ...request, ...options }))).tokens.join(" ");
  };
  const seven = await write({ seed: 7 });
  expect(await write({ seed: 7 })).toBe(seven);
  expect(await write({ seed: 8 })).not.toBe(seven);
  expect(await write()).not.toBe(await write());
  expect(await write({ temperature: 0 })).toBe(await write({ topK: 1 }));
});

test("without topK, more than the 40 most probable tokens are drawn", async () => {
  // So flat that every token is as likely as another.
  const request = {
    tokens: [200006, 173781],
    encoding,
    maxTokens: 60,
    stopTokens: [],
    sampling: { temperature: 1000, seed: 1 },
  };
  expect(new Set((await run(new EngineTurn(engine, request))).tokens).size).toBeGreaterThan(50);
  const few = { ...request, sampling: { ...request.sampling, topK: 4 } };
  expect(new Set((await run(new EngineTurn(engine, few))).tokens).size).toBeLessThan(50);
});

test("a bias and penalties change what is written", async () => {
  const request = { tokens: session().prompt(), encoding, maxTokens: 10 };
  const write = async (sampling: object) => (await run(new EngineTurn(engine, { ...request, sampling }))).tokens;
  expect(new Set(await write({ logitBias: { 5: 100 } }))).toEqual(new Set([5]));
  const penalised = await write({ temperature: 0, logitBias: { 5: 100 }, presencePenalty: 200 });
  expect(penalised.filter((token) => token === 5)).toHaveLength(1);
  const biased = { ...request, sampling: { logitBias: { 200002: -100 } } };
  await expect(run(new EngineTurn(engine, biased))).rejects.toThrow(/logitBias\[200002\]/);
});

test("a constraint holds", async () => {
  const constraint = constraintsFor({
    tools: [
      {
        ...tools[0]!,
        parameters: { type: "object", properties: { day: { enum: ["today", "tomorrow"] } }, required: ["day"] },
      },
    ],
    toolChoice: "required",
  });
  for (let seed = 1; seed <= 5; seed++) {
    const request = { tokens: session().prompt(), encoding, constraint, maxTokens: 400, sampling: { seed } };
    const turn = await run(new EngineTurn(engine, request));
    if (turn.finish === "length") continue;
    const call = toolCallOf(turn.messages.at(-1)!);
    expect(call?.json).toEqual({ day: expect.stringMatching(/^(today|tomorrow)$/) });
  }
});

test("a grammar that would take down the process is refused", async () => {
  const constraint = constraintsFor({ responseFormat: { choice: ["<[200002]>"] } });
  const fine = await run(new EngineTurn(engine, { tokens: session().prompt(), encoding, constraint, maxTokens: 3 }));
  expect(fine.tokens.length).toBeGreaterThan(0);
  for (const token of [200002, 200012, 199999, 200013]) {
    const strict = { ...constraint.gbnf.strict, grammar: `root ::= "a" <[${token}]>` };
    const request = {
      tokens: session().prompt(),
      encoding,
      constraint: { ...constraint, gbnf: { ...constraint.gbnf, strict } },
    };
    await expect(run(new EngineTurn(engine, request))).rejects.toMatchObject({ code: "unsupported" });
  }
  const broken = {
    ...constraint,
    gbnf: { ...constraint.gbnf, strict: { ...constraint.gbnf.strict, grammar: 'root ::= ("a"' } },
  };
  const turn = new EngineTurn(engine, { tokens: session().prompt(), encoding, constraint: broken });
  await expect(run(turn)).rejects.toBeInstanceOf(EngineError);
});

test("the end of the context ends the completion, and nothing is shifted out", async () => {
  const small = (await model.createContext({ contextSize: 256 })).getSequence();
  const smallEngine = nodeLlamaCpp(small);
  const size = small.contextSize;
  const tokens = new Array<number>(size - 20).fill(64);
  const turn = await run(new EngineTurn(smallEngine, { tokens, encoding, stopTokens: [] }));
  expect(turn.finish).toBe("length");
  expect(tokens.length + turn.tokens.length).toBe(size);
  expect(small.contextTokens).toEqual([...tokens, ...turn.tokens.slice(0, -1)]);

  const full = new Array<number>(size - 1).fill(64);
  expect((await run(new EngineTurn(smallEngine, { tokens: full, encoding }))).tokens).toHaveLength(1);
  const over = new EngineTurn(smallEngine, { tokens: [...full, 64], encoding });
  await expect(run(over)).rejects.toMatchObject({
    code: "refused",
    message: expect.stringContaining(`${size - 1} tokens fit, and the prompt has ${size}`),
  });
});

test("an abort stops it: at once, in the middle, while it reads a long prompt, and while it waits", async () => {
  const tokens = session().prompt();
  const reason = new Error("enough");
  const aborted = new EngineTurn(engine, { tokens, encoding }, { signal: AbortSignal.abort(reason) });
  await expect(run(aborted)).rejects.toBe(reason);

  const controller = new AbortController();
  const outputs = engine.generate({ tokens, encoding, stopTokens: [] }, controller.signal)[Symbol.asyncIterator]();
  for (let count = 0; count < 3; count++) await outputs.next();
  // Another waits for the sequence meanwhile, and gives up first.
  const other = new AbortController();
  const waiting = engine.generate({ tokens, encoding }, other.signal)[Symbol.asyncIterator]().next();
  other.abort(new Error("no longer"));
  await expect(waiting).rejects.toThrow("no longer");
  controller.abort(reason);
  await expect(outputs.next()).rejects.toBe(reason);
  // The next one begins right away.
  expect((await run(new EngineTurn(engine, { tokens, encoding, maxTokens: 2 }))).tokens.length).toBeGreaterThan(0);

  await sequence.clearHistory();
  const reading = new AbortController();
  const long = engine
    .generate({ tokens: new Array(1000).fill(64), encoding }, reading.signal)
    [Symbol.asyncIterator]()
    .next();
  setTimeout(() => reading.abort(reason), 1);
  await expect(long).rejects.toBe(reason);
  expect(sequence.contextTokens.length).toBeLessThan(1000);
});

test("two completions on one sequence come one after the other, whole", async () => {
  const request = { tokens: session().prompt(), encoding, maxTokens: 30, sampling: { seed: 3 } };
  const [a, b] = await Promise.all([
    run(new EngineTurn(engine, request)),
    run(new EngineTurn(nodeLlamaCpp(sequence), request)),
  ]);
  expect(a.tokens).toEqual(b.tokens);
  expect(b.usage.cachedTokens).toBe(request.tokens.length - 1);
});

test("what goes wrong inside is an EngineError, and the next completion works", async () => {
  const bad = new EngineTurn(engine, { tokens: [300_000, 5], encoding });
  await expect(run(bad)).rejects.toMatchObject({ code: "failed", engine: "node-llama-cpp" });
  expect(
    (await run(new EngineTurn(engine, { tokens: session().prompt(), encoding, maxTokens: 2 }))).finish,
  ).toBeDefined();
  const short = (await model.createContext({ contextSize: 64 })).getSequence();
  await short.dispose();
  await expect(run(new EngineTurn(nodeLlamaCpp(short), { tokens: [5], encoding }))).rejects.toMatchObject({
    code: "failed",
  });
});
