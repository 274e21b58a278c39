import { describe, expect, test } from "vitest";
import { constraintsFor } from "../../src/constraints.js";
import {
  type EngineError,
  type EngineOutput,
  type EngineRequest,
  EngineTurn,
  type LlamaCppOptions,
  llamaCpp,
} from "../../src/engines.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { type Exchange, readExchange } from "./exchange.js";
import { bodyOf, drain, fetchOf } from "./http/answers.js";

const encoding = loadHarmonyEncoding();
const baseURL = "http://127.0.0.1:8080";

/** A `fetch` that answers as it was recorded, one exchange after another. */
function recorded(...names: string[]): ReturnType<typeof fetchOf> {
  const exchanges = names.map((name) => readExchange(`llama-server/${name}`));
  return fetchOf(...exchanges.map((exchange) => () => responseOf(exchange)));
}

function responseOf({ status, headers, chunks }: Exchange): Response {
  return new Response(bodyOf(chunks), { status, headers });
}

/** What the whole answer of an exchange says. */
function wholeOf(name: string): { tokens: number[]; content: string } {
  const [bytes] = readExchange(`llama-server/${name}`).chunks;
  return JSON.parse(new TextDecoder().decode(bytes)) as { tokens: number[]; content: string };
}

/** An event stream of these events. */
function streamed(...events: (object | string)[]): () => Response {
  return () =>
    new Response(
      bodyOf(events.map((event) => (typeof event === "string" ? event : `data: ${JSON.stringify(event)}\n\n`))),
      { headers: { "content-type": "text/event-stream" } },
    );
}

async function ask(
  fetch: typeof globalThis.fetch,
  request: Partial<EngineRequest> = {},
  options: Partial<LlamaCppOptions> = {},
): Promise<{
  outputs: EngineOutput[];
  tokens: number[];
  isApproximate: boolean;
  last: EngineOutput;
  error: EngineError;
}> {
  const engine = llamaCpp({ baseURL, fetch, ...options });
  const { values, error } = await drain(engine.generate({ tokens: [200006, 173781], encoding, ...request }));
  const tokens = values.flatMap((output) => ("tokens" in output ? output.tokens : []));
  const isApproximate = values.some((output) => "tokens" in output && output.isApproximate === true);
  return { outputs: values, tokens, isApproximate, last: values.at(-1)!, error: error as EngineError };
}

/** The body of a request that the client has sent. */
function sent({ asked }: ReturnType<typeof fetchOf>, index = 0): Record<string, unknown> {
  return JSON.parse(String(asked[index]!.init.body)) as Record<string, unknown>;
}

const END = { content: "", tokens: [], stop: true, stop_type: "eos", tokens_predicted: 1, tokens_evaluated: 2 };

describe("options", () => {
  test("name the mistake", () => {
    for (const [options, message] of [
      [{}, /llamaCpp: baseURL must be/],
      [{ baseURL, model: "x" }, /unknown option "model"/],
      [{ baseURL, slot: -1 }, /llamaCpp: slot must be the number of a slot, from 0 on, not -1/],
      [{ baseURL, slot: "0" }, /slot/],
      [{ baseURL, grammar: "loose" }, /grammar must be "strict" or "lazy", not "loose"/],
      [{ baseURL, exactTokens: 1 }, /exactTokens must be true or false/],
      [{ baseURL, extraBody: { stream: true } }, /extraBody must not set "stream"/],
      [{ baseURL, extraBody: { stop: ["x"] } }, /extraBody must not set "stop"/],
    ] as const) {
      expect(() => llamaCpp(options as never)).toThrow(TypeError);
      expect(() => llamaCpp(options as never)).toThrow(message);
    }
  });
});

describe("what is sent", () => {
  test("is the tokens, and neutral sampling whatever the server was started with", async () => {
    const server = fetchOf(streamed({ content: "a", tokens: [64], tokens_predicted: 1 }, END));
    await ask(server.fetch, {}, { slot: 3, apiKey: "k" });
    expect(server.asked[0]!.url).toBe(`${baseURL}/completion`);
    expect((server.asked[0]!.init.headers as Headers).get("authorization")).toBe("Bearer k");
    expect(sent(server)).toEqual({
      prompt: [200006, 173781],
      stream: true,
      return_tokens: true,
      n_predict: -1,
      cache_prompt: true,
      id_slot: 3,
      temperature: 1,
      top_k: 0,
      top_p: 1,
      min_p: 0,
      typical_p: 1,
      top_n_sigma: -1,
      xtc_probability: 0,
      dynatemp_range: 0,
      mirostat: 0,
      dry_multiplier: 0,
      repeat_penalty: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      logit_bias: [],
      preserved_tokens: ["<|return|>", "<|call|>", "<|endoftext|>"],
    });
  });

  test("is the sampling of the request", async () => {
    const server = fetchOf(streamed(END));
    const sampling = {
      temperature: 0.5,
      topK: 40,
      topP: 0.9,
      minP: 0.1,
      seed: 7,
      frequencyPenalty: 0.2,
      presencePenalty: 0.3,
      repetitionPenalty: 1.1,
      logitBias: { 5: 1.5, 6: Number.NEGATIVE_INFINITY },
    };
    await ask(server.fetch, { sampling, maxTokens: 9 }, { extraBody: { min_p: 0.2, samplers: ["temperature"] } });
    expect(sent(server)).toMatchObject({
      n_predict: 9,
      temperature: 0.5,
      top_k: 40,
      top_p: 0.9,
      min_p: 0.2,
      seed: 7,
      frequency_penalty: 0.2,
      presence_penalty: 0.3,
      repeat_penalty: 1.1,
      repeat_last_n: 131_072,
      logit_bias: [
        [5, 1.5],
        [6, false],
      ],
      samplers: ["temperature"],
    });
  });

  test("is the grammar of a constraint, the strict one or the lazy one", async () => {
    const tools = [{ name: "functions", tools: [{ name: "f", description: "" }] }];
    const constraint = constraintsFor({ tools });
    const noLazy = constraintsFor({ tools, toolChoice: "required" });
    const { strict, lazy } = constraint.gbnf;
    for (const [grammar, given, expected] of [
      [undefined, constraint, strict],
      ["strict", constraint, strict],
      ["lazy", constraint, lazy],
      ["lazy", noLazy, noLazy.gbnf.strict],
    ] as const) {
      const server = fetchOf(streamed(END));
      await ask(server.fetch, { constraint: given }, { grammar });
      const { preserved_tokens: preserved, ...rest } = expected!;
      expect(sent(server)).toMatchObject({ ...rest, preserved_tokens: expect.arrayContaining([...preserved]) });
    }
  });

  test("asks for nothing if nothing may be written", async () => {
    const server = fetchOf(streamed(END));
    const { outputs } = await ask(server.fetch, { maxTokens: 0 });
    expect(outputs).toEqual([{ finish: "limit", usage: { promptTokens: 2, completionTokens: 0 } }]);
    expect(server.asked.length).toBe(0);
  });
});

describe("recorded answers", () => {
  const plain = { promptTokens: 110, completionTokens: 37, cachedTokens: 105 };

  test.each([
    ["completion-stream", plain],
    ["completion-stream-no-tokens", { promptTokens: 7, completionTokens: 37, cachedTokens: 0 }],
    ["completion-stream-preserved", { promptTokens: 7, completionTokens: 37, cachedTokens: 2 }],
  ])("%s", async (name, usage) => {
    const { tokens, isApproximate, last } = await ask(recorded(name).fetch);
    expect(isApproximate).toBe(false);
    expect(tokens.length).toBe(37);
    expect(tokens.at(-1)).toBe(200012);
    expect(encoding.decode(tokens)).toMatch(/^<\|channel\|>analysis<\|message\|>.*<\|message\|>.*<\|call\|>$/s);
    expect(last).toEqual({ finish: "eos", usage });
  });

  test("whole, as many tokens", async () => {
    for (const name of ["completion", "completion-preserved"]) {
      const server = recorded(name);
      const { tokens, last, outputs } = await ask(server.fetch, {}, { exactTokens: true });
      expect(sent(server)).toMatchObject({ stream: false, return_tokens: true });
      expect(tokens).toEqual(wholeOf(name).tokens);
      expect(outputs.length).toBe(2);
      expect(last).toMatchObject({ finish: "eos", usage: { completionTokens: 37 } });
    }
  });

  test("split characters: the same text, and the same tokens where these are certain", async () => {
    const whole = wholeOf("completion-characters");
    const { tokens, outputs } = await ask(recorded("completion-stream-characters").fetch);
    expect(encoding.decode(tokens)).toBe(`${whole.content}<|call|>`);
    const exact = outputs.filter((output) => "tokens" in output && output.isApproximate !== true);
    expect(exact).toContainEqual({ tokens: [4103, 16380] });
    expect(tokens.at(-1)).toBe(200012);
  });

  test("a character cut at the end is U+FFFD", async () => {
    const whole = wholeOf("completion-cut-character");
    const { tokens, isApproximate, last } = await ask(recorded("completion-stream-cut-character").fetch);
    expect(encoding.decode(tokens)).toBe(whole.content);
    expect(isApproximate).toBe(true);
    expect(last).toMatchObject({ finish: "limit", usage: { completionTokens: 4 } });
    const exact = await ask(recorded("completion-cut-character").fetch, {}, { exactTokens: true });
    expect(exact.tokens).toEqual(whole.tokens);
  });

  test("tokens without a text", async () => {
    const { tokens, isApproximate } = await ask(recorded("completion-stream-unused").fetch);
    expect(tokens).toEqual([200500, 200500, 200500]);
    expect(isApproximate).toBe(false);
  });

  test("probabilities and progress, which an extra field has asked for", async () => {
    const probs = await ask(recorded("completion-stream-probs").fetch, {}, { extraBody: { n_probs: 2 } });
    expect(probs.tokens).toEqual([200005, 35644, 200008]);
    const progress = await ask(
      recorded("completion-stream-progress").fetch,
      {},
      { extraBody: { return_progress: true } },
    );
    expect(progress.tokens).toEqual([200005, 35644]);
    expect(progress.last).toEqual({
      finish: "limit",
      usage: { promptTokens: 110, cachedTokens: 0, completionTokens: 2 },
    });
  });

  test("an error in mid-stream, after what came before", async () => {
    const { tokens, error, last } = await ask(recorded("completion-stream-grammar-stop-token").fetch);
    expect(tokens).toEqual([200005, 17196, 200008, 87]);
    expect(last).toEqual({ tokens: [87] });
    expect(error).toMatchObject({
      code: "failed",
      status: 200,
      answer: expect.stringContaining("empty grammar stack"),
    });
  });

  test.each([
    ["bad-no-prompt", 400, /status 400: \[json.*key 'prompt' not found$/],
    ["bad-token", 400, /Prompt contains invalid tokens$/],
    ["bad-path", 404, /status 404: File Not Found; is there a llama-server at this address\?$/],
    ["overflow-prompt", 400, /the prompt has 1100 tokens, and the context of the server only 1024; shorten/],
    ["unauthorized", 401, /Invalid API Key; check apiKey$/],
  ])("%s", async (name, status, message) => {
    const { error, outputs } = await ask(recorded(name).fetch);
    expect(outputs).toEqual([]);
    expect(error).toMatchObject({ code: "refused", status, engine: "llama.cpp", url: `${baseURL}/completion` });
    expect(error.message).toMatch(message);
  });
});

describe("other answers", () => {
  const one = { content: "a", tokens: [64], stop: false, tokens_predicted: 1, tokens_evaluated: 2 };

  test("pings and [DONE] mean nothing", async () => {
    const { fetch } = fetchOf(streamed(": ping\n\n", one, ": ping\n\n", "data: [DONE]\n\n", END, "data: [DONE]\n\n"));
    expect((await ask(fetch)).outputs).toEqual([
      { tokens: [64] },
      { finish: "eos", usage: { promptTokens: 2, completionTokens: 1 } },
    ]);
  });

  test("a stream without an end is an interruption", async () => {
    const { outputs, error } = await ask(fetchOf(streamed(one)).fetch);
    expect(outputs).toEqual([{ tokens: [64] }]);
    expect(error).toMatchObject({ code: "interrupted" });
  });

  test("what no llama-server says is not understood", async () => {
    for (const event of [{ tokens: "a" }, { tokens: [-1] }, { content: 7 }, "data: nonsense\n\n", "data: []\n\n"]) {
      const { outputs, error } = await ask(fetchOf(streamed(one, event)).fetch);
      expect(outputs).toEqual([{ tokens: [64] }]);
      expect(error).toMatchObject({ code: "not-understood" });
    }
  });

  test("a whole answer that lacks tokens is not understood", async () => {
    const body = JSON.stringify({ ...END, content: "abc", tokens_predicted: 3 });
    const { error } = await ask(fetchOf(() => new Response(body)).fetch, {}, { exactTokens: true });
    expect(error).toMatchObject({ code: "not-understood" });
    expect(error.message).toContain("has given 0 of 3 tokens");
    const failed = fetchOf(() => new Response('{"error":{"message":"out of memory"}}'));
    expect((await ask(failed.fetch, {}, { exactTokens: true })).error).toMatchObject({
      code: "failed",
      answer: "out of memory",
    });
  });

  test("an older server that does not say what was cached", async () => {
    const end = { ...END, timings: { prompt_n: 1 } };
    expect((await ask(fetchOf(streamed(one, end)).fetch)).last).toMatchObject({ usage: { cachedTokens: 1 } });
  });

  test("why it ended is told in the server's word", async () => {
    for (const [word, finish] of [
      ["eos", "eos"],
      ["limit", "limit"],
      ["word", "stop"],
      ["none", "none"],
      [undefined, "none"],
    ]) {
      const { last } = await ask(fetchOf(streamed(one, { ...END, stop_type: word })).fetch);
      expect(last).toMatchObject({ finish });
    }
  });
});

describe("stop tokens", () => {
  const piece = (token: number, count: number) => ({
    content: encoding.decode([token]),
    tokens: [token],
    tokens_predicted: count,
    tokens_evaluated: 2,
  });

  test("that the server does not know end the completion here, and close the connection", async () => {
    let isClosed = false;
    const events = [piece(64, 1), piece(200007, 2), piece(65, 3)].map((event) => `data: ${JSON.stringify(event)}\n\n`);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const event of events) controller.enqueue(new TextEncoder().encode(event));
      },
      cancel() {
        isClosed = true;
      },
    });
    const { outputs } = await ask(fetchOf(() => new Response(body)).fetch, { stopTokens: [200007] });
    expect(outputs).toEqual([
      { tokens: [64] },
      { tokens: [200007] },
      { finish: "stop", usage: { promptTokens: 2, completionTokens: 2 } },
    ]);
    expect(isClosed).toBe(true);
  });

  test("cut a whole answer", async () => {
    const body = JSON.stringify({ ...END, tokens: [64, 200007, 65], tokens_predicted: 3 });
    const { fetch } = fetchOf(() => new Response(body));
    const { tokens, last } = await ask(fetch, { stopTokens: [200007] }, { exactTokens: true });
    expect(tokens).toEqual([64, 200007]);
    expect(last).toEqual({ finish: "stop", usage: { promptTokens: 2, completionTokens: 2 } });
  });

  test("that only the server knows do not end it: the rest is asked for", async () => {
    const server = fetchOf(
      streamed(piece(64, 1), piece(200012, 2), { ...END, tokens_predicted: 2, timings: { cache_n: 1 } }),
      streamed(piece(65, 1), piece(200002, 2), { ...END, tokens_predicted: 2, timings: { cache_n: 3 } }),
    );
    const request = { stopTokens: [200002], maxTokens: 10, sampling: { seed: 5 } };
    const { tokens, outputs, last } = await ask(server.fetch, request);
    expect(tokens).toEqual([64, 200012, 65, 200002]);
    expect(last).toEqual({ finish: "eos", usage: { promptTokens: 2, cachedTokens: 1, completionTokens: 4 } });
    expect(outputs.filter((output) => "finish" in output).length).toBe(1);
    expect(sent(server, 1)).toMatchObject({ prompt: [200006, 173781, 64, 200012], n_predict: 8, seed: 7 });
  });

  test("within the limit", async () => {
    const server = fetchOf(streamed(piece(200012, 1), { ...END, tokens_predicted: 1 }));
    const { last } = await ask(server.fetch, { stopTokens: [200002], maxTokens: 1 });
    expect(last).toMatchObject({ finish: "limit", usage: { completionTokens: 1 } });
    expect(server.asked.length).toBe(1);
  });

  test("and never behind a grammar, which ends where it ends", async () => {
    const server = fetchOf(streamed(piece(200012, 1), END));
    const { last } = await ask(server.fetch, { stopTokens: [200002], constraint: constraintsFor() });
    expect(last).toMatchObject({ finish: "eos" });
    expect(server.asked.length).toBe(1);
  });
});

test("a turn reads the messages as they come", async () => {
  const engine = llamaCpp({ baseURL, fetch: recorded("completion-stream").fetch });
  const turn = new EngineTurn(engine, { tokens: [1], encoding });
  const types = new Set<string>();
  for await (const event of turn) types.add(event.type);
  expect(types).toContain("message-end");
  expect(turn.messages.map(({ channel, recipient }) => [channel, recipient])).toEqual([
    ["analysis", undefined],
    ["commentary", "functions.get_weather"],
  ]);
  expect(turn.usage).toMatchObject({ promptTokens: 110, cachedTokens: 105, completionTokens: 37 });
});
