import { describe, expect, test } from "vitest";
import { tokensOf } from "../scripted-engine.js";
import { gatewayOf } from "./ask.js";

const ANSWER =
  "<|channel|>analysis<|message|>Greet.<|end|><|start|>assistant<|channel|>final<|message|>Hello!<|return|>";
const WEATHER = { type: "function", name: "get_weather", parameters: { type: "object", properties: {} } };

describe("/v1/render", () => {
  test.each([
    [
      "Chat Completions",
      "/v1/chat/completions",
      { messages: [{ role: "user", content: "Hi <|end|>" }], tools: [{ type: "function", function: WEATHER }] },
    ],
    [
      "Responses",
      "/v1/responses",
      { input: "Hi <|end|>", instructions: "Be brief.", tools: [WEATHER], max_output_tokens: 9 },
    ],
  ])("a request of %s is the prompt that the engine would be given", async (_what, path, body) => {
    const { engine, ask } = gatewayOf([ANSWER]);
    const { status, json } = await ask("/v1/render", body);
    expect(status).toBe(200);
    expect(engine.requests).toHaveLength(0);
    await ask(path, body);
    expect(json.tokens).toEqual(engine.requests[0]!.tokens);
    expect(json).toMatchObject({ object: "harmony.prompt", token_count: json.tokens.length, is_constrained: false });
    expect(json.max_tokens).toBe(engine.requests[0]!.maxTokens ?? null);
    expect(json.text).toContain("<|start|>user<|message|>Hi <|end|><|end|><|start|>assistant");
    expect(json.messages.map(({ role }: { role: string }) => role)).toEqual(["system", "developer", "user", null]);
    const counts = json.messages.map(({ token_count: count }: { token_count: number }) => count);
    expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(json.token_count);
  });

  test("a conversation", async () => {
    const { ask } = gatewayOf([ANSWER]);
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", channel: "analysis", content: "Greet." },
      { role: "assistant", channel: "final", content: "Hello!" },
    ];
    const { json } = await ask("/v1/render", { conversation: { messages } });
    expect(json.text).toBe(
      "<|start|>user<|message|>Hi<|end|><|start|>assistant<|channel|>final<|message|>Hello!<|end|><|start|>assistant",
    );
    expect(json.tokens).toEqual(tokensOf(json.text));
    const whole = await ask("/v1/render", { conversation: { messages }, next_role: null, auto_drop_analysis: false });
    expect(whole.json.text).toContain("<|channel|>analysis<|message|>Greet.<|end|>");
    expect(whole.json.text).not.toMatch(/assistant$/);
    expect(whole.json.messages[1]).toEqual({ role: "assistant", channel: "analysis", token_count: expect.any(Number) });
  });

  test("what was left out is said, and what cannot be is refused", async () => {
    const body = { input: "Hi", tools: [{ type: "file_search", vector_store_ids: [] }] };
    const dropping = gatewayOf([ANSWER], { unsupported: "drop" });
    expect((await dropping.ask("/v1/render", body)).json.warnings).toMatchObject([{ param: "tools[0].type" }]);
    const strict = gatewayOf([ANSWER]);
    expect(await strict.ask("/v1/render", body)).toMatchObject({
      status: 400,
      json: { error: { param: "tools[0].type", code: "unsupported_value" } },
    });
  });

  test.each([
    [{}, null],
    [[], null],
    [{ conversation: {} }, "conversation.messages"],
    [{ conversation: { messages: [{ role: "nobody", content: "" }] } }, null],
    [{ conversation: { messages: [] }, next_role: "nobody" }, "next_role"],
    [{ messages: [{ role: "nobody", content: "" }] }, "messages[0].role"],
  ])("%o is refused", async (body, param) => {
    const { status, json } = await gatewayOf([ANSWER]).ask("/v1/render", body);
    expect({ status, param: json.error.param }).toEqual({ status: 400, param });
  });
});

describe("/v1/parse", () => {
  test.each([
    ["text", { text: ANSWER }],
    ["tokens", { tokens: tokensOf(ANSWER) }],
  ])("%s becomes messages", async (_what, body) => {
    const { json } = await gatewayOf([]).ask("/v1/parse", body);
    expect(json).toEqual({
      object: "harmony.messages",
      token_count: tokensOf(ANSWER).length,
      messages: [
        expect.objectContaining({ role: "assistant", channel: "analysis" }),
        expect.objectContaining({ role: "assistant", channel: "final" }),
      ],
      diagnostics: [],
    });
  });

  test("a departure from the format is mended and said, or refused with its place", async () => {
    const text = "<|channel|>commentary to=functions.fjson<|message|>{}<|call|>";
    const { json } = await gatewayOf([]).ask("/v1/parse", { text, tools: ["functions.f"] });
    expect(json.messages).toMatchObject([{ recipient: "functions.f", content_type: "json" }]);
    expect(json.diagnostics).toMatchObject([{ code: expect.any(String), message: expect.any(String) }]);
    const broken = { text: "<|channel|>final<|message|>A<|message|>B<|end|>x", mode: "strict" };
    const refused = await gatewayOf([]).ask("/v1/parse", broken);
    expect(refused).toMatchObject({ status: 400, json: { error: { param: "text" } } });
    expect(refused.json.error.message).toMatch(/^token \d+: /);
  });

  test("a whole prompt, and an answer that was cut", async () => {
    const prompt = `<|start|>user<|message|>Hi<|end|><|start|>assistant${ANSWER}`;
    const { json } = await gatewayOf([]).ask("/v1/parse", { text: prompt, role: null });
    expect(json.messages.map(({ role }: { role: string }) => role)).toEqual(["user", "assistant", "assistant"]);
    const cut = await gatewayOf([]).ask("/v1/parse", {
      text: "<|channel|>final<|message|>Hel",
      finish_reason: "length",
    });
    expect(cut.json.messages).toHaveLength(1);
  });

  test.each([
    [{}, null],
    [{ text: "a", tokens: [1] }, null],
    [{ tokens: [1, "2"] }, "tokens"],
    [{ tokens: [300_000] }, "tokens[0]"],
    [{ text: "a", mode: "kind" }, "mode"],
    [{ text: "a", else: 1 }, null],
  ])("%o is refused", async (body, param) => {
    const { status, json } = await gatewayOf([]).ask("/v1/parse", body);
    expect({ status, param: json.error.param }).toEqual({ status: 400, param });
  });
});
