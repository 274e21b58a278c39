import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { createGateway } from "../../../gateway/dist/index.js";
import { encoding, scriptedEngine, tokensOf } from "../scripted-engine.js";
import { gatewayOf } from "./ask.js";

const PROMPT = "<|start|>user<|message|>Hi<|end|><|start|>assistant";
const ANSWER =
  "<|channel|>analysis<|message|>Greet.<|end|><|start|>assistant<|channel|>final<|message|>Hello 🙂𠮷!<|return|>";

test.each([
  ["text with markers", PROMPT],
  ["token ids", tokensOf(PROMPT)],
])("the prompt as %s, whole and streamed, by the official client", async (_what, prompt) => {
  const engine = scriptedEngine([ANSWER]);
  const { fetch } = createGateway({ engine });
  const openai = new OpenAI({
    apiKey: "-",
    baseURL: "http://gateway/v1",
    maxRetries: 0,
    fetch: (input, init) => fetch(new Request(input, init)),
  });
  const body = { model: "gpt-oss", prompt, max_tokens: 100, temperature: 0.5, seed: 7 };
  const whole = await openai.completions.create(body);
  expect(whole.choices).toMatchObject([{ index: 0, text: ANSWER, token_ids: tokensOf(ANSWER), finish_reason: "stop" }]);
  const [completion, given] = [tokensOf(ANSWER).length, tokensOf(PROMPT).length];
  const usage = { prompt_tokens: given, completion_tokens: completion, total_tokens: given + completion };
  expect(whole.usage).toEqual(usage);
  expect(engine.requests[0]).toMatchObject({
    tokens: tokensOf(PROMPT),
    maxTokens: 100,
    sampling: { temperature: 0.5, seed: 7 },
  });
  expect(engine.requests[0]!.stopTokens).toBeUndefined();

  let text = "";
  const tokens: number[] = [];
  const pieces: string[] = [];
  let last: OpenAI.Completion | undefined;
  for await (const chunk of await openai.completions.create({
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  })) {
    last = chunk;
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    text += choice.text;
    pieces.push(choice.text);
    tokens.push(...(choice as unknown as { token_ids: number[] }).token_ids);
  }
  expect(text).toBe(ANSWER);
  expect(pieces.join("|")).not.toContain("\uFFFD");
  expect(tokens).toEqual(tokensOf(ANSWER));
  expect(last).toMatchObject({ choices: [], usage });
});

describe("where it ends", () => {
  test("at a string that comes in pieces, which is not shown; the engine is stopped", async () => {
    const { engine, ask, post } = gatewayOf([ANSWER]);
    const body = { prompt: PROMPT, stop: ["🙂𠮷", "never"] };
    const { json } = await ask("/v1/completions", body);
    expect(json.choices[0]).toMatchObject({ text: ANSWER.slice(0, ANSWER.indexOf("🙂")), finish_reason: "stop" });
    expect(engine.stopped).toBe(1);
    const streamed = await (await post("/v1/completions", { ...body, stream: true })).text();
    expect(streamed).toContain("Hello");
    expect(streamed).not.toContain("🙂");
    expect(streamed.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  test("not at half of a string: that is shown after all", async () => {
    const { ask } = gatewayOf(["Hello!"]);
    const { json } = await ask("/v1/completions", { prompt: PROMPT, stop: "Hello!?" });
    expect(json.choices[0].text).toBe("Hello!");
  });

  test("because it is long enough", async () => {
    const { ask } = gatewayOf([[{ tokens: tokensOf("Hel") }, { finish: "length" }]]);
    const { json } = await ask("/v1/completions", { prompt: PROMPT, max_tokens: 1 });
    expect(json.choices[0]).toMatchObject({ text: "Hel", finish_reason: "length" });
  });

  test("at tokens of the caller's own", async () => {
    const { engine, ask } = gatewayOf([ANSWER]);
    await ask("/v1/completions", { prompt: [200006], stop_token_ids: [200007] });
    expect(engine.requests[0]!.stopTokens).toEqual([200007]);
  });

  test("with an engine that fails: before its first token, and behind it", async () => {
    const { ask, post } = gatewayOf([[{ finish: "abort" }], [{ tokens: tokensOf("Hello") }, { finish: "abort" }]]);
    expect(await ask("/v1/completions", { prompt: PROMPT })).toMatchObject({
      status: 502,
      json: { error: { code: "engine_failed" } },
    });
    const text = await (await post("/v1/completions", { prompt: PROMPT, stream: true })).text();
    expect(text).toContain('"text":"Hello"');
    expect(text).toContain('"code":"engine_failed"');
  });
});

test("text of an engine that gives no ids has ids all the same", async () => {
  const { ask } = gatewayOf([[{ text: "<|channel|>final<|message|>Hello" }, { finish: "stop" }]]);
  const { json } = await ask("/v1/completions", { prompt: PROMPT });
  const [choice] = json.choices;
  expect(choice.text).toBe("<|channel|>final<|message|>Hello");
  expect(encoding.decode(choice.token_ids)).toBe(choice.text);
});

test.each([
  [{}, "prompt"],
  [{ prompt: "" }, "prompt"],
  [{ prompt: ["a", "b"] }, "prompt"],
  [{ prompt: [1, -1] }, "prompt[1]"],
  [{ prompt: [201_088] }, "prompt[0]"],
  [{ prompt: PROMPT, max_tokens: 0 }, "max_tokens"],
  [{ prompt: PROMPT, n: 2 }, "n"],
  [{ prompt: PROMPT, echo: true }, "echo"],
  [{ prompt: PROMPT, logprobs: 3 }, "logprobs"],
  [{ prompt: PROMPT, stop: ["a", ""] }, "stop[1]"],
  [{ prompt: PROMPT, stop_token_ids: [1, 1.5] }, "stop_token_ids[1]"],
  [{ prompt: PROMPT, logit_bias: { x: 1 } }, "logit_bias.x"],
])("%o is refused", async (body, param) => {
  const { engine, ask } = gatewayOf([ANSWER]);
  const { status, json } = await ask("/v1/completions", body);
  expect({ status, param: json.error.param }).toEqual({ status: 400, param });
  expect(engine.requests).toHaveLength(0);
});
