import { describe, expect, test, vi } from "vitest";
import { constraintsFor } from "../../src/constraints.js";
import { type EngineRequest, transformersJs } from "../../src/engines.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { drain } from "./http/answers.js";
import { joined } from "./http-engines.js";

// A model that keeps to the contract of transformers.js 4.3.1 (src/models/modeling_utils.js: `generate`,
// `decoder_prepare_inputs_for_generation`; src/generation/streamers.js, stopping_criteria.js, logits_process.js), but writes
// what it is told to; `checks/engines` has the real package.

const encoding = loadHarmonyEncoding();
const STOP = 200002;

class Tensor {
  readonly type: string;
  readonly data: BigInt64Array;
  readonly dims: number[];
  constructor(type: string, data: BigInt64Array, dims: number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

interface GenerateOptions {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
  readonly max_new_tokens: number;
  readonly eos_token_id: number[];
  readonly streamer: { put(ids: bigint[][]): void; end(): void };
  readonly stopping_criteria: ((ids: bigint[][]) => boolean[])[];
  readonly logits_processor?: ((ids: bigint[][], logits: { data: Float32Array }) => { data: Float32Array })[];
  readonly past_key_values?: { readonly tokens: readonly bigint[]; dispose(): Promise<void> };
  readonly return_dict_in_generate: boolean;
  readonly [setting: string]: unknown;
}

class ScriptedModel {
  readonly config: object | undefined;
  readonly script: readonly number[];
  readonly asked: GenerateOptions[] = [];
  readonly read: number[] = [];
  readonly dispose = vi.fn(async () => {});
  failAfter = Number.POSITIVE_INFINITY;
  #isBusy = false;

  constructor(
    script: readonly number[] = [1, 2, STOP, 9],
    config: object | undefined = { max_position_embeddings: 100 },
  ) {
    this.script = script;
    this.config = config;
  }

  async generate(options: object): Promise<unknown> {
    expect(this.#isBusy, "one at a time").toBe(false);
    this.#isBusy = true;
    try {
      return await this.#generate(options as GenerateOptions);
    } finally {
      this.#isBusy = false;
    }
  }

  async #generate(options: GenerateOptions): Promise<unknown> {
    this.asked.push(options);
    const { input_ids: input, attention_mask: mask, past_key_values: past, streamer } = options;
    expect(mask.dims).toEqual(input.dims);
    expect(past === undefined || past.tokens.length < input.data.length, "the cache is shorter than the prompt").toBe(
      true,
    );
    expect(past?.tokens ?? []).toEqual([...input.data].slice(0, past?.tokens.length ?? 0));
    this.read.push(input.data.length - (past?.tokens.length ?? 0));
    const all = [...input.data];
    streamer.put([[...all]]);
    for (const [index, token] of this.script.entries()) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (index >= this.failAfter) throw new Error("no more memory");
      all.push(BigInt(token));
      streamer.put([[BigInt(token)]]);
      const isLong = all.length >= input.data.length + options.max_new_tokens;
      const isStopped = options.stopping_criteria.some((criterion) => criterion([all])[0]);
      if (isLong || isStopped || options.eos_token_id.includes(token)) break;
    }
    streamer.end();
    const cache = { tokens: all.slice(0, -1), dispose: this.dispose };
    return options.return_dict_in_generate ? { sequences: all, past_key_values: cache } : all;
  }
}

async function write(model: ScriptedModel, request: Partial<EngineRequest> = {}, options: object = {}) {
  const engine = transformersJs(model, { Tensor, ...options });
  const { values, error } = await drain(engine.generate({ tokens: [7, 8], encoding, ...request }));
  return { ...joined(values), error };
}

test("writes up to a stop token, without the prompt", async () => {
  const { tokens, end, error } = await write(new ScriptedModel());
  expect({ tokens, error }).toEqual({ tokens: [1, 2, STOP], error: undefined });
  expect(end).toEqual([{ finish: "stop", usage: { promptTokens: 2, cachedTokens: 0, completionTokens: 3 } }]);
});

test("tells the model all that it would decide otherwise: 20 tokens, the 50 most probable ones", async () => {
  const model = new ScriptedModel();
  await write(model);
  const { input_ids, attention_mask, streamer, stopping_criteria, ...settings } = model.asked[0]!;
  expect(input_ids).toEqual(new Tensor("int64", BigInt64Array.of(7n, 8n), [1, 2]));
  expect(attention_mask).toEqual(new Tensor("int64", BigInt64Array.of(1n, 1n), [1, 2]));
  expect(settings).toEqual({
    eos_token_id: [200002, 200012, 199999],
    max_new_tokens: 98,
    do_sample: true,
    temperature: 1,
    top_p: 1,
    top_k: 0,
    repetition_penalty: 1,
    return_dict_in_generate: true,
  });
});

test("passes on what a request says", async () => {
  const model = new ScriptedModel();
  const seed = vi.fn();
  const sampling = { temperature: 0, topK: 5, repetitionPenalty: 1.2, seed: 7 };
  await write(model, { sampling, maxTokens: 3, stopTokens: [2] }, { random: { seed } });
  expect(model.asked[0]).toMatchObject({
    eos_token_id: [2],
    max_new_tokens: 3,
    do_sample: false,
    top_k: 5,
    repetition_penalty: 1.2,
  });
  expect(seed.mock.calls).toEqual([[7]]);
});

test("ends with length at the limit and at the end of the context", async () => {
  for (const [request, options, config, length] of [
    [{ maxTokens: 2 }, {}, undefined, 2],
    [{ maxTokens: 0 }, {}, undefined, 0],
    [{}, { contextSize: 5 }, undefined, 3],
    [{ maxTokens: 50 }, {}, { max_position_embeddings: 5 }, 3],
    [{}, {}, { max_position_embeddings: 2 }, 0],
  ] as const) {
    const { tokens, end, error } = await write(new ScriptedModel([1, 2, 3, 4, 5], config), request, options);
    expect({ tokens, error }).toEqual({ tokens: [1, 2, 3, 4, 5].slice(0, length), error: undefined });
    expect(end).toMatchObject([{ finish: "length", usage: { completionTokens: length } }]);
  }
});

test("says what it cannot do", async () => {
  const constraint = constraintsFor({ responseFormat: { choice: ["a"] } });
  for (const [request, config, code, message] of [
    [{ constraint }, {}, "unsupported", "constraint"],
    [{ sampling: { seed: 1 } }, { max_position_embeddings: 9 }, "unsupported", "sampling.seed"],
    [{}, {}, "unsupported", "set maxTokens, or the option contextSize"],
    [{ tokens: [] }, {}, "refused", "no tokens"],
    [{}, { max_position_embeddings: 1 }, "refused", "1 tokens fit, and the prompt has 2"],
  ] as const) {
    const model = new ScriptedModel([1], config);
    const { error } = await write(model, { ...("constraint" in request ? { maxTokens: 1 } : {}), ...request });
    expect(error).toMatchObject({ code, engine: "transformers.js", message: expect.stringContaining(message) });
    expect(model.asked).toEqual([]);
  }
});

describe("the cache", () => {
  const run = async (engine: ReturnType<typeof transformersJs>, tokens: readonly number[]) => {
    const { values, error } = await drain(engine.generate({ tokens, encoding }));
    expect(error).toBeUndefined();
    return joined(values).end;
  };

  test("is used by a prompt that goes on, and only by that", async () => {
    const model = new ScriptedModel();
    const engine = transformersJs(model, { Tensor });
    expect(await run(engine, [7, 8])).toMatchObject([{ usage: { cachedTokens: 0 } }]);
    // Return is replaced by end, which the model has not read anyway.
    expect(await run(engine, [7, 8, 1, 2, 200007, 7])).toMatchObject([{ usage: { promptTokens: 6, cachedTokens: 4 } }]);
    expect(model.dispose).not.toHaveBeenCalled();
    expect(await run(engine, [7, 9, 1])).toMatchObject([{ usage: { cachedTokens: 0 } }]);
    expect(model.dispose).toHaveBeenCalledTimes(1);
    // Nothing new is no prompt that goes on.
    expect(await run(engine, [7, 9, 1, 1, 2])).toMatchObject([{ usage: { cachedTokens: 0 } }]);
    expect(model.read).toEqual([2, 2, 3, 5]);
  });

  test("can be given back, or not be kept at all", async () => {
    const model = new ScriptedModel();
    const engine = transformersJs(model, { Tensor });
    await run(engine, [7, 8]);
    await engine.releaseCache();
    expect(model.dispose).toHaveBeenCalledTimes(1);
    await run(engine, [7, 8, 1, 2, 3]);
    expect(model.read).toEqual([2, 5]);

    const without = new ScriptedModel();
    const other = transformersJs(without, { Tensor, keepCache: false });
    for (const tokens of [
      [7, 8],
      [7, 8, 1, 2, 3],
    ])
      await run(other, tokens);
    expect(without.read).toEqual([2, 5]);
    expect(without.asked[0]!.return_dict_in_generate).toBe(false);
  });

  test("is not trusted after a failure", async () => {
    const model = new ScriptedModel();
    const engine = transformersJs(model, { Tensor });
    await run(engine, [7, 8]);
    model.failAfter = 1;
    const { values, error } = await drain(engine.generate({ tokens: [7, 8, 1, 2, 3], encoding }));
    expect(joined(values).tokens).toEqual([1]);
    expect(error).toMatchObject({ code: "failed", message: "transformers.js: no more memory" });
    model.failAfter = Number.POSITIVE_INFINITY;
    await run(engine, [7, 8, 1, 2, 3]);
    expect(model.read).toEqual([2, 1, 5]);
  });
});

test("an abort ends the iteration at once and the model at its next token; the next completion waits for that", async () => {
  const model = new ScriptedModel([1, 2, 3, 4, 5, 6]);
  const engine = transformersJs(model, { Tensor });
  const request = { tokens: [7, 8], encoding };
  const controller = new AbortController();
  const outputs = engine.generate(request, controller.signal)[Symbol.asyncIterator]();
  expect(await outputs.next()).toEqual({ done: false, value: { tokens: [1] } });
  const next = drain(transformersJs(model, { Tensor }).generate(request));
  const waiting = outputs.next();
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  expect(joined((await next).values).tokens).toEqual([1, 2, 3, 4, 5, 6]);
  expect(model.asked).toHaveLength(2);

  const early = AbortSignal.abort(new Error("before"));
  expect(await drain(engine.generate(request, early))).toMatchObject({ values: [], error: { message: "before" } });
  expect(model.asked).toHaveLength(2);
});

test("stopping early stops the model", async () => {
  const model = new ScriptedModel([1, 2, 3, 4, 5, 6]);
  const engine = transformersJs(model, { Tensor });
  for await (const _ of engine.generate({ tokens: [7, 8], encoding })) break;
  await engine.releaseCache();
  const { stopping_criteria } = model.asked[0]!;
  expect(stopping_criteria[0]!([[1n]])).toEqual([true]);
});

test("keeps what nobody has taken yet", async () => {
  const model = new ScriptedModel([1, 2, 3, 4, STOP]);
  const outputs = transformersJs(model, { Tensor })
    .generate({ tokens: [7, 8], encoding })
    [Symbol.asyncIterator]();
  expect(await outputs.next()).toMatchObject({ value: { tokens: [1] } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await outputs.next()).toMatchObject({ value: { tokens: [2, 3, 4, STOP] } });
  expect(await outputs.next()).toMatchObject({ value: { finish: "stop" } });
});

describe("what transformers.js does not do, a processor of logits does", () => {
  /** What is left of the logits after a step at which the model has written `written`. */
  async function processed(sampling: object, logits: readonly number[], written: readonly number[] = []) {
    const model = new ScriptedModel();
    await write(model, { sampling });
    const processor = model.asked[0]!.logits_processor?.[0];
    const data = Float32Array.from(logits);
    const ids = [[7n, 8n, ...written.map(BigInt)]];
    expect(processor?.(ids, { data }).data ?? data).toBe(data);
    return [...data];
  }
  const OUT = Number.NEGATIVE_INFINITY;
  const probabilities = (...values: number[]) => values.map(Math.log);

  test("topP leaves the fewest tokens that make up as much", async () => {
    const logits = probabilities(0.1, 0.4, 0.3, 0.2).map((logit) => Math.fround(logit));
    expect(await processed({ topP: 0.69 }, logits)).toEqual([OUT, logits[1], logits[2], OUT]);
    expect(await processed({ topP: 0.71 }, logits)).toEqual([OUT, logits[1], logits[2], logits[3]]);
    expect(await processed({ topP: 0.01 }, logits)).toEqual([OUT, logits[1], OUT, OUT]);
    expect(await processed({ topP: 1 }, logits)).toEqual(logits);
    expect(await processed({ topP: 0.5, temperature: 0 }, logits)).toEqual(logits);
  });

  test("topP agrees with sorting all of them", async () => {
    let state = 1;
    const random = () => {
      state = (state * 48271) % 0x7fffffff;
      return state / 0x7fffffff;
    };
    for (let round = 0; round < 30; round++) {
      const logits = Array.from({ length: 300 }, () => Math.fround(random() * 20 - 10));
      const topP = random();
      const weights = logits.map(Math.exp);
      const wanted = weights.reduce((sum, weight) => sum + weight, 0) * topP;
      const sorted = [...logits].sort((a, b) => b - a);
      let sum = 0;
      const lowest = sorted.find((logit) => {
        sum += Math.exp(logit);
        return sum >= wanted;
      })!;
      expect(await processed({ topP }, logits)).toEqual(logits.map((logit) => (logit >= lowest ? logit : OUT)));
    }
  });

  test("minP leaves what is probable enough beside the first", async () => {
    const logits = probabilities(0.5, 0.26, 0.24).map((logit) => Math.fround(logit));
    expect(await processed({ minP: 0.5 }, logits)).toEqual([logits[0], logits[1], OUT]);
  });

  test("a bias is one of the logits before the temperature", async () => {
    expect(await processed({ logitBias: { 1: 4, 2: -100 } }, [1, 1, 1])).toEqual([1, 5, -99]);
    expect(await processed({ logitBias: { 1: 4 }, temperature: 2 }, [1, 1])).toEqual([1, 3]);
    expect(await processed({ logitBias: { 1: 4 }, temperature: 0 }, [1, 1])).toEqual([1, 5]);
  });

  test("penalties are for what was written, not for the prompt", async () => {
    const sampling = { frequencyPenalty: 0.5, presencePenalty: 0.25 };
    const logits = [1, 1, 1, 1, 1, 1, 1, 1, 1];
    expect(await processed(sampling, logits, [1, 1, 2])).toEqual([1, -0.25, 0.25, 1, 1, 1, 1, 1, 1]);
  });
});

test("names what is not a model, and options that are wrong", () => {
  const model = new ScriptedModel();
  expect(() => transformersJs(undefined as never, { Tensor })).toThrow(/model must be a model of transformers.js/);
  expect(() => transformersJs(model, undefined as never)).toThrow(
    /Tensor must be transformers.js's class, not undefined/,
  );
  expect(() => transformersJs(model, { Tensor, cache: 1 } as never)).toThrow(/unknown option "cache"/);
  expect(() => transformersJs(model, { Tensor, random: {} as never })).toThrow(
    /random must be that of transformers.js/,
  );
  expect(() => transformersJs(model, { Tensor, contextSize: 0.5 })).toThrow(/contextSize must be a whole number/);
  expect(() => transformersJs(model, { Tensor, keepCache: 1 as never })).toThrow(/keepCache must be true or false/);
});
