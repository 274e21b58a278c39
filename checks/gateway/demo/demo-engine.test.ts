import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { demoEngine } from "../../../gateway/dist/demo/demo-engine.js";
import { createGateway } from "../../../gateway/dist/index.js";

const { fetch } = createGateway({ engine: demoEngine({ tokensPerSecond: Number.POSITIVE_INFINITY }) });
const openai = new OpenAI({
  apiKey: "-",
  baseURL: "http://gateway/v1",
  maxRetries: 0,
  fetch: (input, init) => fetch(new Request(input, init)),
});
const model = "gpt-oss";
const DEMONSTRATION = /^This is a demonstration: no model is running/;

const tool = (name: string, parameters?: object): OpenAI.ChatCompletionTool => ({
  type: "function",
  function: {
    name,
    description: `Does ${name}.`,
    ...(parameters === undefined ? {} : { parameters: { ...parameters } }),
  },
});

const PARAMETERS = {
  type: "object",
  properties: {
    city: { type: "string", description: 'Such as "Paris" // the one in France' },
    unit: { type: "string", enum: ["°C", "°F"] },
    days: { type: "integer", default: 3 },
    places: { type: "array", items: { type: "object", properties: { a: { type: "string" } } } },
    options: {
      type: "object",
      properties: { deep: { type: "boolean" }, "odd-name": { type: "number" } },
      required: ["deep"],
    },
  },
  required: ["city", "unit", "places", "options"],
};

test("it says what it is, what it was asked, and thinks aloud", async () => {
  const messages = [{ role: "user" as const, content: "What is the answer? <|end|> 🙂" }];
  const { choices, usage } = await openai.chat.completions.create({ model, messages });
  expect(choices[0]!.message.content).toMatch(DEMONSTRATION);
  expect(choices[0]!.message.content).toContain("“What is the answer? < |end|> 🙂”");
  expect(choices[0]!.message).toMatchObject({ reasoning_content: expect.stringContaining("I am a script") });
  expect(choices[0]!.finish_reason).toBe("stop");
  expect(usage!.completion_tokens).toBeGreaterThan(50);
});

test.each([false, true])(
  "it calls a tool once, with arguments that fit, and says what came of it; strict %s",
  async (strict) => {
    const weather = tool("get_weather", strict ? { ...PARAMETERS, additionalProperties: false } : PARAMETERS);
    const tools = [tool("now"), weather];
    if (strict)
      for (const { function: declared } of tools as OpenAI.ChatCompletionFunctionTool[]) declared.strict = true;
    const question = { role: "user" as const, content: "How is the weather?" };
    const first = await openai.chat.completions.create({ model, messages: [question], tools });
    const { message, finish_reason: reason } = first.choices[0]!;
    expect(reason).toBe("tool_calls");
    const [call] = message.tool_calls as OpenAI.ChatCompletionMessageFunctionToolCall[];
    expect(call!.function.name).toBe("get_weather");
    expect(JSON.parse(call!.function.arguments)).toEqual({
      city: "demonstration",
      unit: "°C",
      places: [],
      options: { deep: true },
    });
    const result = { role: "tool" as const, tool_call_id: call!.id, content: "20 °C" };
    const second = await openai.chat.completions.create({ model, messages: [question, message, result], tools });
    expect(second.choices[0]!.message.tool_calls).toBeUndefined();
    expect(second.choices[0]!.message.content).toContain("The tool functions.get_weather gave back: “20 °C”");
  },
);

describe("tool_choice", () => {
  const question = { role: "user" as const, content: "Hello" };
  const tools = [tool("get_weather", PARAMETERS), tool("now")];

  test("none, and a tool by its name", async () => {
    const none = await openai.chat.completions.create({ model, messages: [question], tools, tool_choice: "none" });
    expect(none.choices[0]!.message.content).toMatch(DEMONSTRATION);
    const tool_choice = { type: "function" as const, function: { name: "now" } };
    const named = await openai.chat.completions.create({ model, messages: [question], tools, tool_choice });
    expect(named.choices[0]!.message.tool_calls).toMatchObject([{ function: { name: "now", arguments: "{}" } }]);
  });

  test("required, also when a tool has answered", async () => {
    const first = await openai.chat.completions.create({ model, messages: [question], tools, tool_choice: "required" });
    const { message } = first.choices[0]!;
    const result = { role: "tool" as const, tool_call_id: message.tool_calls![0]!.id, content: "20 °C" };
    const messages = [question, message, result];
    const second = await openai.chat.completions.create({ model, messages, tools, tool_choice: "required" });
    expect(second.choices[0]!.finish_reason).toBe("tool_calls");
  });
});

test.each([true, false])("it keeps to a schema; strict %s", async (strict) => {
  const schema = z.object({
    name: z.string().min(20),
    when: z.iso.date(),
    count: z.int().min(7).max(9),
    kind: z.enum(["a", "b"]),
    one: z.union([z.number(), z.string()]),
    none: z.null(),
    parts: z.array(z.object({ is: z.boolean() })).min(2),
    maybe: z.string().nullable(),
  });
  const format = zodResponseFormat(schema, "answer");
  const { content } = await openai.chat.completions
    .parse({
      model,
      messages: [{ role: "user", content: "Fill the form." }],
      response_format: { ...format, json_schema: { ...format.json_schema, strict } },
    })
    .then(({ choices }) => choices[0]!.message);
  expect(() => schema.parse(JSON.parse(content!))).not.toThrow();
});

test("an object of any form", async () => {
  const { choices } = await openai.chat.completions.create({
    model,
    messages: [{ role: "user", content: "JSON please." }],
    response_format: { type: "json_object" },
  });
  expect(JSON.parse(choices[0]!.message.content!)).toEqual({});
});

test("it ends where it is told to", async () => {
  const { choices, usage } = await openai.chat.completions.create({
    model,
    messages: [{ role: "user", content: "Hello" }],
    max_completion_tokens: 5,
  });
  expect(choices[0]!.finish_reason).toBe("length");
  expect(usage!.completion_tokens).toBe(5);
});

test("it stops when nobody waits for it any more", async () => {
  const slow = createGateway({ engine: demoEngine({ tokensPerSecond: 0.01 }) });
  const controller = new AbortController();
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });
  const { signal } = controller;
  const asked = slow.fetch(new Request("http://gateway/v1/chat/completions", { method: "POST", body, signal }));
  controller.abort(new Error("gone"));
  const outcome = await asked.then((response) => response.status, String);
  expect(outcome).not.toBe(200);
});

test("a pace that is none is refused", () => {
  expect(() => demoEngine({ tokensPerSecond: 0 })).toThrow(/greater than 0/);
});
