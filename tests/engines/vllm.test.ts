import { describe, expect, test } from "vitest";
import { constraintsFor } from "../../src/constraints.js";
import type { EngineRequest, Sampling } from "../../src/engines.js";
import { vllm, vllmGenerate } from "../../src/engines.js";
import { readExchange } from "./exchange.js";
import { bodyOf, drain, fetchOf } from "./http/answers.js";
import { bodySentFor, EVERY_SAMPLING, encoding, HTTP_ENGINES, joined, PROMPT, replay } from "./http-engines.js";

const [completions, generate] = HTTP_ENGINES as unknown as [(typeof HTTP_ENGINES)[0], (typeof HTTP_ENGINES)[0]];

/** What a request leaves to the engine, in vLLM's words. */
const DEFAULTS = {
  temperature: 1,
  top_p: 1,
  top_k: 0,
  min_p: 0,
  frequency_penalty: 0,
  presence_penalty: 0,
  repetition_penalty: 1,
  stop_token_ids: [200002, 200012, 199999],
  skip_special_tokens: false,
  spaces_between_special_tokens: false,
};

const SAMPLING: Sampling = { ...EVERY_SAMPLING, logitBias: { 64: -1.5, 65: Number.NEGATIVE_INFINITY } };

const SAID = {
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  min_p: 0.05,
  seed: 7,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  repetition_penalty: 1.1,
  logit_bias: { 64: -1.5, 65: -100 },
};

const bodyOfRequest = (make: (typeof completions)["make"], request: Partial<EngineRequest>) =>
  bodySentFor(make, "vllm/completions-stream-usage", request);

describe("/v1/completions", () => {
  const always = {
    model: "tiny",
    prompt: PROMPT,
    stream: true,
    stream_options: { include_usage: true },
    return_token_ids: true,
  };

  test("is sent everything that vLLM would decide otherwise", async () => {
    const body = await bodyOfRequest(completions.make, {});
    expect(body).toEqual({ ...always, ...DEFAULTS, max_tokens: 1024 - PROMPT.length });
  });

  test("is sent all that a request can say", async () => {
    const constraint = constraintsFor({ responseFormat: { choice: ["yes", "no"] } });
    const request = { sampling: SAMPLING, maxTokens: 5, stopTokens: [200002], constraint };
    expect(await bodyOfRequest(completions.make, request)).toEqual({
      ...always,
      ...DEFAULTS,
      ...SAID,
      max_tokens: 5,
      stop_token_ids: [200002],
      structured_outputs: { structural_tag: JSON.stringify(constraint.structuralTag) },
    });
  });

  test("is asked for the length of the context once, as vLLM would stop after 16 tokens", async () => {
    const make = (options: object) => vllm({ baseURL: "http://engine:1/v1", model: "tiny", apiKey: "k", ...options });
    const { engine, asked } = replay(make, "vllm/models", "vllm/completions-stream-ids");
    for (let round = 0; round < 2; round++) await drain(engine.generate({ tokens: PROMPT, encoding }));
    expect(asked.map(({ url, init }) => `${init.method} ${url}`)).toEqual([
      "GET http://engine:1/v1/models",
      "POST http://engine:1/v1/completions",
      "POST http://engine:1/v1/completions",
    ]);
    expect(new Headers(asked[0]!.init.headers).get("authorization")).toBe("Bearer k");
    expect(asked[0]!.init.body).toBeUndefined();
    for (const { init } of asked.slice(1)) expect(JSON.parse(String(init.body)).max_tokens).toBe(1017);
  });

  test("says what to do where the length of the context cannot be learnt", async () => {
    for (const answer of [
      () => new Response('{"data":[{"id":"adapter","max_model_len":null}]}'),
      () => new Response('{"detail":"Not Found"}', { status: 404 }),
      () => new Response("[]"),
    ]) {
      const { fetch } = fetchOf(answer);
      const engine = vllm({ baseURL: "http://engine:1", model: "tiny", fetch });
      const { error } = await drain(engine.generate({ tokens: PROMPT, encoding }));
      expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining("set maxTokens") });
    }
    // A key that is wrong here is wrong there, too, but a server that is not there cannot say anything.
    const engine = vllm({ baseURL: "http://127.0.0.1:9", model: "tiny", maxRetries: 0 });
    expect(await drain(engine.generate({ tokens: PROMPT, encoding }))).toMatchObject({
      error: { code: "unreachable" },
    });
  });

  test("always gets a token to write, so that the server says itself that a prompt is too long", async () => {
    const { engine, asked } = replay(completions.make, "vllm/overflow-prompt");
    const { error } = await drain(engine.generate({ tokens: new Array(1100).fill(1000), encoding }));
    expect(JSON.parse(String(asked[0]!.init.body)).max_tokens).toBe(1);
    expect(error).toMatchObject({ code: "refused", status: 400 });
    expect(String(error)).toMatch(/maximum context length/);
  });

  test("shows the server's own words where it refuses", async () => {
    for (const [name, status, words] of [
      ["bad-model", 404, "The model `other` does not exist"],
      ["bad-empty-prompt", 400, "You must pass at least one prompt"],
      ["bad-token", 400, "Token id 201088 is out of vocabulary"],
      ["overflow-max-tokens", 400, "max_tokens=5000 cannot be greater than max_model_len=1024"],
    ] as const) {
      const { engine } = replay(completions.make, `vllm/${name}`);
      const { error } = await drain(engine.generate({ tokens: PROMPT, encoding }));
      expect(error).toMatchObject({ code: "refused", engine: "vLLM", status });
      expect(String(error)).toContain(words);
    }
  });

  test("gives every id of characters that are cut into several tokens", async () => {
    const { engine } = replay(completions.make, "vllm/completions-stream-characters");
    const { values } = await drain(engine.generate({ tokens: PROMPT, encoding }));
    expect(joined(values).tokens).toEqual([16380, 4103, 4103, 64, 4103, 64, 64, 64]);
    expect(values.at(-1)).toEqual({ finish: "length" });
  });

  test("gives the counts of the last chunk, which has no choices", async () => {
    const { engine } = replay(completions.make, "vllm/completions-stream-usage");
    const { values } = await drain(engine.generate({ tokens: PROMPT, encoding }));
    expect(values.at(-1)).toEqual({ finish: "length", usage: { promptTokens: 7, completionTokens: 3 } });
    expect(joined(values).tokens).toEqual([200005, 35644, 200008]);
  });

  test("never takes the ids of the prompt for those of the completion", async () => {
    const chunk = {
      choices: [{ index: 0, text: "", prompt_token_ids: PROMPT, token_ids: [5], finish_reason: "stop" }],
    };
    const { fetch } = fetchOf(() => new Response(bodyOf([`data: ${JSON.stringify(chunk)}\n\n`])));
    const { values } = await drain(completions.make({ fetch }).generate({ tokens: PROMPT, encoding }));
    expect(joined(values).tokens).toEqual([5]);
  });

  test("says which vLLM is needed where the server gives text without ids", async () => {
    const { engine } = replay(completions.make, "vllm/completions-stream");
    const { values, error } = await drain(engine.generate({ tokens: PROMPT, encoding }));
    expect(values).toEqual([]);
    expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining("vLLM 0.10.2 or later") });
    // Also where it leaves no text, because the special tokens are left out of it.
    const chunk = { choices: [{ index: 0, text: "", finish_reason: "stop" }] };
    const { fetch } = fetchOf(() => new Response(bodyOf([`data: ${JSON.stringify(chunk)}\n\n`])));
    const silent = await drain(completions.make({ fetch }).generate({ tokens: PROMPT, encoding }));
    expect(silent.error).toMatchObject({ code: "unsupported" });
  });

  test("keeps what a recording has that breaks off", async () => {
    const { engine } = replay(completions.make, "vllm/disconnect");
    const { values, error } = await drain(engine.generate({ tokens: PROMPT, encoding }));
    expect(joined(values).tokens.slice(0, 4)).toEqual([200005, 35644, 200008, 176340]);
    expect(error).toMatchObject({ code: "interrupted" });
  });

  test("needs a model, and checks its options", () => {
    const baseURL = "http://engine:1";
    expect(() => vllm({ baseURL } as never)).toThrow("vllm: model must be a string, not undefined");
    expect(() => vllm({ baseURL, model: "m", contextSize: 0 })).toThrow(/vllm: contextSize must be a whole number/);
    expect(() => vllm({ baseURL, model: "m", contextSize: "1" as never })).toThrow(TypeError);
    expect(() => vllm({ baseURL, model: "m", extraBody: { return_token_ids: false } })).toThrow(/return_token_ids/);
  });
});

describe("/inference/v1/generate", () => {
  const always = { token_ids: PROMPT, stream: true, stream_options: { include_usage: true } };

  test("is sent the tokens, and no limit of its own", async () => {
    expect(await bodyOfRequest(generate.make, {})).toEqual({ ...always, sampling_params: DEFAULTS });
  });

  test("is sent all that a request and the options can say", async () => {
    const constraint = constraintsFor({ responseFormat: { choice: ["yes", "no"] } });
    const make = (options: object) =>
      vllmGenerate({ baseURL: "http://engine:1", model: "m", samplingParams: { min_tokens: 3, top_k: 1 }, ...options });
    expect(await bodyOfRequest(make, { sampling: SAMPLING, maxTokens: 5, stopTokens: [5], constraint })).toEqual({
      ...always,
      model: "m",
      // Otherwise a server with a parser for reasoning constrains only what comes behind it.
      reasoning_ended: true,
      sampling_params: {
        ...DEFAULTS,
        ...SAID,
        max_tokens: 5,
        stop_token_ids: [5],
        structured_outputs: { structural_tag: JSON.stringify(constraint.structuralTag) },
        min_tokens: 3,
        top_k: 1,
      },
    });
  });

  test("is explained where it is switched off, or not there", async () => {
    // vllm/entrypoints/scale_out/factories.py of 0.33.0
    const off = "Scale-out endpoints are disabled. Restart vllm serve with --enable-scale-out to enable them.";
    for (const [status, message, remedy] of [
      [403, off, /start the server with --enable-scale-out, or use vllm\(\)/],
      [404, "Not Found", /no such endpoint; it needs vLLM 0.32 or later, or use vllm\(\) instead/],
      [403, "forbidden by the proxy", /refused with status 403: forbidden by the proxy; check apiKey/],
    ] as const) {
      const { fetch } = fetchOf(() => new Response(JSON.stringify({ error: { message } }), { status }));
      const { error } = await drain(generate.make({ fetch }).generate({ tokens: PROMPT, encoding }));
      expect(error).toMatchObject({ code: "refused", status });
      expect(String(error)).toMatch(remedy);
      expect(String(error).includes("check apiKey")).toBe(message.includes("proxy"));
    }
  });

  test("checks its options", () => {
    const baseURL = "http://engine:1";
    expect(() => vllmGenerate({ baseURL, model: 1 as never })).toThrow("vllmGenerate: model must be a string, not 1");
    expect(() => vllmGenerate({ baseURL, samplingParams: [] as never })).toThrow(/samplingParams must be an object/);
    expect(() => vllmGenerate({ baseURL, extraBody: { sampling_params: {} } })).toThrow(/sampling_params/);
  });
});

test("both endpoints were asked for the same in the recordings", () => {
  expect(readExchange("vllm/generate-stream").request.body).toMatchObject({ token_ids: PROMPT, stream: true });
  expect(readExchange("vllm/completions-stream-ids").request.body).toMatchObject({ prompt: PROMPT, stream: true });
});
