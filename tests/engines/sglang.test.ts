import fc from "fast-check";
import { expect, test } from "vitest";
import { constraintsFor } from "../../src/constraints.js";
import { type EngineRequest, sglang } from "../../src/engines.js";
import { bodyOf, drain, fetchOf } from "./http/answers.js";
import { bodySentFor, EVERY_SAMPLING, encoding, HTTP_ENGINES, joined, PROMPT, replay } from "./http-engines.js";

const { make, tokens } = HTTP_ENGINES.find(({ factory }) => factory === "sglang")!;
const REQUEST = { tokens: PROMPT, encoding };

const bodyOfRequest = (engine: typeof make, request: Partial<EngineRequest>) =>
  bodySentFor(engine, "from-source/sglang-cumulative", request);

const DEFAULTS = {
  max_new_tokens: null,
  temperature: 1,
  top_p: 1,
  top_k: -1,
  min_p: 0,
  frequency_penalty: 0,
  presence_penalty: 0,
  repetition_penalty: 1,
  stop_token_ids: [200002, 200012, 199999],
  skip_special_tokens: false,
  spaces_between_special_tokens: false,
  no_stop_trim: true,
};

test("is sent everything that SGLang would decide otherwise: 128 tokens, the seed 42", async () => {
  const bodies = [await bodyOfRequest(make, {}), await bodyOfRequest(make, {})];
  const seeds = bodies.map(({ sampling_params }) => sampling_params.sampling_seed);
  for (const seed of seeds) expect(Number.isSafeInteger(seed)).toBe(true);
  expect(seeds[0]).not.toBe(seeds[1]);
  expect(bodies[0]).toEqual({
    input_ids: PROMPT,
    stream: true,
    sampling_params: { ...DEFAULTS, sampling_seed: seeds[0] },
  });
});

test("is sent all that a request and the options can say", async () => {
  const constraint = constraintsFor({ responseFormat: { choice: ["yes", "no"] } });
  const engine = (options: object) =>
    sglang({ baseURL: "http://engine:1", samplingParams: { min_new_tokens: 2 }, extraBody: { rid: "a" }, ...options });
  const sampling = { ...EVERY_SAMPLING, logitBias: { 64: -1.5, 65: Number.NEGATIVE_INFINITY } };
  expect(await bodyOfRequest(engine, { sampling, maxTokens: 5, stopTokens: [5], constraint })).toEqual({
    input_ids: PROMPT,
    stream: true,
    rid: "a",
    sampling_params: {
      ...DEFAULTS,
      max_new_tokens: 5,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      sampling_seed: 7,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      repetition_penalty: 1.1,
      logit_bias: { 64: -1.5, 65: -100 },
      stop_token_ids: [5],
      structural_tag: JSON.stringify(constraint.structuralTag),
      min_new_tokens: 2,
    },
  });
});

test("reads a stream of what is new, and one of all so far, alike", async () => {
  for (const kind of ["cumulative", "incremental"]) {
    const { engine } = replay(make, `from-source/sglang-${kind}`);
    const { values } = await drain(engine.generate(REQUEST));
    expect(joined(values).tokens, kind).toEqual(tokens);
    const usage = { promptTokens: 7, cachedTokens: 4, completionTokens: 15 };
    expect(values.at(-1)).toEqual({ finish: "stop", usage });
  }
  for (const kind of ["cumulative", "incremental"]) {
    const { engine } = replay(make, `from-source/sglang-repeated-${kind}`);
    const { values } = await drain(engine.generate(REQUEST));
    expect(joined(values).tokens, kind).toEqual([64, 64, 64, 64]);
    expect(values.at(-1)).toMatchObject({ finish: "length" });
  }
});

test("tells the two kinds apart for whatever is written, in chunks of any size", async () => {
  // Few different tokens, so that what is new often looks like the beginning of the whole.
  const steps = fc.array(fc.array(fc.constantFrom(1, 2), { minLength: 1, maxLength: 4 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (written, isCumulative) => {
      const chunks = written.map((_, index) => {
        const all = written.slice(0, index + 1).flat();
        const isLast = index === written.length - 1;
        const meta_info = {
          completion_tokens: all.length,
          finish_reason: isLast ? { type: "stop", matched: 1 } : null,
        };
        return `data: ${JSON.stringify({ output_ids: isCumulative ? all : written[index], meta_info })}\n\n`;
      });
      const { fetch } = fetchOf(() => new Response(bodyOf(chunks)));
      const { values } = await drain(make({ fetch }).generate(REQUEST));
      expect(joined(values).tokens).toEqual(written.flat());
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("what is wrong with the request is a refusal, though it comes as an event", async () => {
  for (const [name, words] of [
    ["sglang-too-long", "longer than the model's context length (5 tokens)"],
    ["sglang-aborted-by-scheduler", "Failed to compile structural_tag grammar: no format"],
    ["sglang-refused", "sampling_params: expected an object"],
  ] as const) {
    const { engine } = replay(make, `from-source/${name}`);
    const { values, error } = await drain(engine.generate(REQUEST));
    expect(values).toEqual([]);
    expect(error).toMatchObject({ code: "refused", engine: "SGLang", status: 400 });
    expect(String(error)).toContain(words);
  }
});

test("what goes wrong later is a failure, and what came before it is kept", async () => {
  const { engine } = replay(make, "from-source/sglang-aborted-later");
  const { values, error } = await drain(engine.generate(REQUEST));
  expect(joined(values).tokens).toEqual(tokens.slice(0, 3));
  expect(error).toMatchObject({ code: "failed", answer: "out of memory" });
});

test("an abort that somebody asked for is a reason to end", async () => {
  const chunk = {
    output_ids: [5],
    meta_info: { finish_reason: { type: "abort", message: "Aborted", status_code: null } },
  };
  const { fetch } = fetchOf(() => new Response(bodyOf([`data: ${JSON.stringify(chunk)}\n\n`])));
  const { values, error } = await drain(make({ fetch }).generate(REQUEST));
  expect({ values, error }).toEqual({ values: [{ tokens: [5] }, { finish: "abort", usage: {} }], error: undefined });
});

test("a server without ids is told from one with", async () => {
  const { fetch } = fetchOf(() => new Response(bodyOf(['data: {"text":"a","meta_info":{}}\n\n'])));
  const { error } = await drain(make({ fetch }).generate(REQUEST));
  expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining("a newer SGLang does") });
});

test("checks its options", () => {
  expect(() => sglang({ baseURL: "http://engine:1", samplingParams: 1 as never })).toThrow(/sglang: samplingParams/);
  expect(() => sglang({ baseURL: "http://engine:1", extraBody: { input_ids: [] } })).toThrow(/input_ids/);
});
