import { describe, expect, test, vi } from "vitest";
import { constraintsFor } from "../../src/constraints.js";
import {
  EngineError,
  type NodeLlamaCppEvaluateOptions,
  type NodeLlamaCppSequence,
  nodeLlamaCpp,
} from "../../src/engines.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { drain } from "./http/answers.js";
import { joined } from "./http-engines.js";

// The calls that are made of node-llama-cpp, on a sequence that keeps its rules (version 3.22.1); `checks/engines` has the
// real one.

const encoding = loadHarmonyEncoding();
const STOP = 200002;

/** A sequence that writes what it is told to. */
class ScriptedSequence implements NodeLlamaCppSequence {
  held: number[] = [];
  readonly contextSize: number;
  readonly calls: string[] = [];
  readonly script: number[];
  evaluateOptions: NodeLlamaCppEvaluateOptions | undefined;
  failure: unknown;

  constructor(script: readonly number[] = [1, 2, STOP, 9], contextSize = 4096) {
    this.script = [...script];
    this.contextSize = contextSize;
  }

  get nextTokenIndex(): number {
    return this.held.length;
  }

  async adaptStateToTokens(tokens: number[], allowShift = true): Promise<void> {
    this.calls.push(`adapt ${tokens.length} ${allowShift}`);
    const length = this.held.findIndex((token, index) => token !== tokens[index]);
    if (length >= 0) this.held.length = length;
  }

  async evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void> {
    this.calls.push(`read ${tokens.length}`);
    this.held.push(...tokens);
  }

  async *evaluate(tokens: number[], options: NodeLlamaCppEvaluateOptions = {}): AsyncGenerator<number, void, void> {
    this.calls.push(`evaluate ${tokens.length}`);
    this.evaluateOptions = options;
    let next = tokens;
    try {
      for (const token of this.script) {
        // The real one begins to shift out the beginning here.
        if (this.held.length + next.length > this.contextSize - 1) throw new Error("shifted");
        this.held.push(...next);
        if (this.failure !== undefined) throw this.failure;
        yield token;
        next = [token];
      }
    } finally {
      this.calls.push("end");
    }
  }
}

async function write(sequence: ScriptedSequence, request: object = {}, options: object = {}) {
  const { values, error } = await drain(
    nodeLlamaCpp(sequence, options).generate({ tokens: [7, 8], encoding, ...request }),
  );
  return { ...joined(values), error };
}

test("writes up to a stop token, and counts what was held before", async () => {
  const sequence = new ScriptedSequence();
  sequence.held = [7, 8, 5];
  const { tokens, end, error } = await write(sequence, { tokens: [7, 8, 9, 10] });
  expect({ tokens, error }).toEqual({ tokens: [1, 2, STOP], error: undefined });
  expect(end).toEqual([{ finish: "stop", usage: { promptTokens: 4, cachedTokens: 2, completionTokens: 3 } }]);
  expect(sequence.calls).toEqual(["adapt 3 false", "evaluate 2", "end"]);
});

test("steps back one token if all are held, since something has to be evaluated", async () => {
  const sequence = new ScriptedSequence();
  sequence.held = [7, 8];
  const { end } = await write(sequence);
  expect(end).toMatchObject([{ usage: { promptTokens: 2, cachedTokens: 1 } }]);
  expect(sequence.calls).toContain("evaluate 1");
});

test("reads a long prompt in pieces, between which it can be stopped", async () => {
  const sequence = new ScriptedSequence();
  await write(sequence, { tokens: new Array(1100).fill(7) });
  expect(sequence.calls).toEqual(["adapt 1099 false", "read 512", "read 512", "evaluate 76", "end"]);

  const controller = new AbortController();
  const stopped = new ScriptedSequence();
  vi.spyOn(stopped, "evaluateWithoutGeneratingNewTokens").mockImplementation(async () => controller.abort("enough"));
  const engine = nodeLlamaCpp(stopped);
  const { error } = await drain(engine.generate({ tokens: new Array(1100).fill(7), encoding }, controller.signal));
  expect(error).toBe("enough");
  expect(stopped.calls).toEqual(["adapt 1099 false"]);
});

test("ends with length at the limit and at the end of the context", async () => {
  for (const [request, size, length] of [
    [{ maxTokens: 2 }, 4096, 2],
    [{ maxTokens: 0 }, 4096, 0],
    [{}, 5, 3],
    [{ stopTokens: [] }, 5, 3],
    [{}, 3, 1],
  ] as const) {
    const { tokens, end, error } = await write(new ScriptedSequence([1, 2, 3, 4, 5, 6], size), request);
    expect({ tokens, error }).toEqual({ tokens: [1, 2, 3, 4, 5, 6].slice(0, length), error: undefined });
    expect(end).toMatchObject([{ finish: "length" }]);
  }
});

test("refuses a prompt that does not fit, and one without tokens", async () => {
  const { error } = await write(new ScriptedSequence([], 2));
  expect(error).toMatchObject({
    code: "refused",
    message: expect.stringContaining("1 tokens fit, and the prompt has 2"),
  });
  expect((await write(new ScriptedSequence(), { tokens: [] })).error).toMatchObject({ code: "refused" });
});

test("goes on behind a token that is not to stop it, but never behind the end of a grammar", async () => {
  const parallel = [STOP, 199999];
  const script = [1, 200012, 2, STOP];
  expect((await write(new ScriptedSequence(script), { stopTokens: parallel })).tokens).toEqual(script);
  const constraint = constraintsFor({ responseFormat: { choice: ["a"] } });
  const options = { createGrammarState: () => ({}) };
  const constrained = await write(new ScriptedSequence(script), { stopTokens: parallel, constraint }, options);
  expect(constrained.tokens).toEqual([1, 200012]);
});

describe("sampling", () => {
  test("is on its own at 1, and all else off, whatever node-llama-cpp's defaults are", async () => {
    const seeds = new Set<number | undefined>();
    for (let round = 0; round < 3; round++) {
      const sequence = new ScriptedSequence();
      await write(sequence);
      const { seed, ...rest } = sequence.evaluateOptions!;
      expect(rest).toEqual({ temperature: 1, topK: null, topP: 1, minP: 0, yieldEogToken: true });
      seeds.add(seed);
    }
    expect(seeds.size).toBe(3);
  });

  test("is passed on, with penalties for what has been written", async () => {
    const sequence = new ScriptedSequence([1, 2, 3, STOP]);
    const sampling = { temperature: 0.5, topK: 4, topP: 0.9, minP: 0.1, seed: 7 };
    const penalties = { repetitionPenalty: 1.1, frequencyPenalty: 0.2, presencePenalty: 0.3 };
    await write(sequence, { sampling: { ...sampling, ...penalties } });
    const { repeatPenalty, ...rest } = sequence.evaluateOptions!;
    expect(rest).toEqual({ ...sampling, yieldEogToken: true });
    const { punishTokens, ...said } = repeatPenalty!;
    expect(said).toEqual({ penalty: 1.1, frequencyPenalty: 0.2, presencePenalty: 0.3, maxPunishTokens: 1024 });
    expect((punishTokens as () => number[])()).toEqual([1, 2, 3, STOP]);
  });

  test("takes a bias where it can, and says so where it cannot", async () => {
    const sampling = { logitBias: { 5: 1.5, 6: -100 } };
    expect((await write(new ScriptedSequence(), { sampling })).error).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("sampling.logitBias"),
    });
    const set = vi.fn();
    const sequence = new ScriptedSequence();
    await write(sequence, { sampling }, { createTokenBias: () => ({ set }) });
    expect(set.mock.calls).toEqual([
      [5, { logit: 1.5 }],
      [6, { logit: -100 }],
    ]);
    expect(sequence.evaluateOptions!.tokenBias).toEqual({ set });
    // TokenBias ignores these in silence.
    const ignored = await write(
      new ScriptedSequence(),
      { sampling: { logitBias: { [STOP]: 1 } } },
      { createTokenBias: () => ({ set }) },
    );
    expect(ignored.error).toMatchObject({ code: "unsupported", message: expect.stringContaining("200002") });
  });
});

describe("a constraint", () => {
  const constraint = constraintsFor({ responseFormat: { choice: ["<[200002]>", "[", '"'] } });
  const withGrammar = (grammar: string) => ({
    ...constraint,
    gbnf: { ...constraint.gbnf, strict: { ...constraint.gbnf.strict, grammar } },
  });

  test("is taken only where a grammar can be made", async () => {
    expect(nodeLlamaCpp(new ScriptedSequence()).constraints).toBeUndefined();
    expect((await write(new ScriptedSequence(), { constraint })).error).toMatchObject({ code: "unsupported" });
    const createGrammarState = vi.fn(async () => ({ state: 1 }));
    expect(nodeLlamaCpp(new ScriptedSequence(), { createGrammarState }).constraints).toBe("gbnf");
    const sequence = new ScriptedSequence();
    expect((await write(sequence, { constraint }, { createGrammarState })).error).toBeUndefined();
    expect(createGrammarState.mock.calls).toEqual([[constraint.gbnf.strict.grammar]]);
    expect(sequence.evaluateOptions!.grammarEvaluationState).toEqual({ state: 1 });
  });

  test("that would take down the process is refused", async () => {
    const options = { createGrammarState: () => ({}) };
    for (const grammar of [
      'root ::= "a" <[200002]>',
      "root ::= !<[200012]>*",
      'root ::= [^"] <[199999]>',
      "root ::= <[200013]>",
    ]) {
      const { error } = await write(new ScriptedSequence(), { constraint: withGrammar(grammar) }, options);
      expect(error, grammar).toMatchObject({ code: "unsupported", message: expect.stringContaining("constraint") });
    }
    for (const grammar of [
      "root ::= <[200005]> <[17196]>",
      'root ::= "<[200002]>" # <[200002]>',
      'root ::= "\\"<[200002]>"',
    ]) {
      const { error } = await write(new ScriptedSequence(), { constraint: withGrammar(grammar) }, options);
      expect(error, grammar).toBeUndefined();
    }
  });

  test("whose grammar cannot be made is an error of the engine", async () => {
    const createGrammarState = () => {
      throw new Error("Failed to parse grammar");
    };
    const { error } = await write(new ScriptedSequence(), { constraint }, { createGrammarState });
    expect(error).toMatchObject({ code: "failed", message: "node-llama-cpp: Failed to parse grammar" });
    const nothing = await write(new ScriptedSequence(), { constraint }, { createGrammarState: () => undefined });
    expect(nothing.error).toBeInstanceOf(TypeError);
  });
});

test("what goes wrong is an EngineError, and what came before it is kept", async () => {
  const sequence = new ScriptedSequence();
  sequence.failure = new Error("Eval has failed");
  const { error } = await write(sequence);
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ code: "failed", engine: "node-llama-cpp", cause: sequence.failure });
  // A sequence that ends by itself has not ended its turn.
  const { tokens, error: ended } = await write(new ScriptedSequence([1, 2]));
  expect({ tokens, ended }).toMatchObject({ tokens: [1, 2], ended: { code: "interrupted" } });
});

test("an abort ends it, and lets go of the sequence", async () => {
  const sequence = new ScriptedSequence([1, 2, 3, STOP]);
  const engine = nodeLlamaCpp(sequence);
  const request = { tokens: [7, 8], encoding };
  const controller = new AbortController();
  const outputs = engine.generate(request, controller.signal)[Symbol.asyncIterator]();
  expect(await outputs.next()).toEqual({ done: false, value: { tokens: [1] } });
  const waiting = nodeLlamaCpp(sequence).generate(request)[Symbol.asyncIterator]().next();
  const impatient = new AbortController();
  const gone = engine.generate(request, impatient.signal)[Symbol.asyncIterator]().next();
  impatient.abort(new Error("no longer"));
  await expect(gone).rejects.toThrow("no longer");
  expect(sequence.calls.filter((call) => call.startsWith("adapt"))).toHaveLength(1);
  controller.abort(new Error("enough"));
  await expect(outputs.next()).rejects.toThrow("enough");
  expect(await waiting).toEqual({ done: false, value: { tokens: [1] } });
});

test("stopping early stops the model", async () => {
  const sequence = new ScriptedSequence();
  for await (const _ of nodeLlamaCpp(sequence).generate({ tokens: [7, 8], encoding })) break;
  expect(sequence.calls.at(-1)).toBe("end");
});

test("names what is not a sequence, and options that are wrong", () => {
  expect(() => nodeLlamaCpp(undefined as never)).toThrow(/sequence must be a LlamaContextSequence, .* not undefined/);
  expect(() => nodeLlamaCpp({} as never)).toThrow(TypeError);
  const sequence = new ScriptedSequence();
  expect(() => nodeLlamaCpp(sequence, { grammar: 1 } as never)).toThrow(/unknown option "grammar"/);
  expect(() => nodeLlamaCpp(sequence, { createTokenBias: 1 } as never)).toThrow(
    /createTokenBias must be a function, not 1/,
  );
});
