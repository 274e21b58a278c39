import { describe, expect, test } from "vitest";
import { Conversation, HarmonyError, loadHarmonyEncoding, type MessageLike, ToolDescription } from "../../src/index.js";
import { SCALE } from "../property.js";

// Sizes far beyond ordinary use. HARMONY_RUNS=2000000, ten times the usual number, makes them ten times larger: 50 MB of
// text and a million messages. Nothing here is timed: quadratic work runs into the time limit of the test, and unbounded
// nesting overflows the stack.

const encoding = loadHarmonyEncoding();

describe("long texts decode to what was encoded", () => {
  const MEGABYTES = 5 * SCALE;
  const texts: Readonly<Record<string, string>> = {
    "one letter": "a",
    spaces: " ",
    newlines: "\n",
    digits: "7",
    punctuation: "=",
    "one emoji": "😀",
    "Han without spaces": "汉字漢語文",
    "combining marks": "e\u0301\u0302\u0303",
    "lines of prose": "The quick brown fox jumps over the lazy dog, isn't it?\r\n",
    "words without vowels": "xqzjkvbw",
    "mixed scripts": "aБ中한😀\u0301 ",
  };
  test.each(Object.entries(texts))("%s", (_, unit) => {
    const text = unit.repeat(Math.floor((MEGABYTES * 1_000_000) / Object.keys(texts).length / Buffer.byteLength(unit)));
    const tokens = encoding.tokenizer.encodeOrdinary(text);
    expect(encoding.decodeUtf8(tokens) === text).toBe(true);
    expect(encoding.tokenizer.countTokens(text)).toBe(tokens.length);
  });
});

test("very many messages", () => {
  const messages = Array.from({ length: 100_000 * SCALE }, (_, index): MessageLike => {
    return index % 2 === 0
      ? { role: "user", content: `q${index}` }
      : { role: "assistant", channel: "final", content: "a" };
  });
  const tokens = encoding.renderConversation({ messages }, { autoDropAnalysis: true });
  const parsed = encoding.parseMessagesFromCompletionTokens(tokens);
  expect(parsed.length).toBe(messages.length);
  expect(parsed.at(-2)?.toJSON()).toEqual(messages.at(-2));
});

test("a very long message is parsed whole", () => {
  const tokens = encoding.render({ role: "user", content: "word ".repeat(50_000 * SCALE) });
  const parsed = encoding.parseMessagesFromCompletionTokens(tokens);
  expect(parsed[0]?.toJSON().content).toBe("word ".repeat(50_000 * SCALE));
});

test("ten thousand tools", () => {
  const tools = Array.from({ length: 10_000 }, (_, index) => ({
    name: `tool_${index}`,
    description: `Does ${index}.`,
    parameters: {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "array", items: { type: "number" } } },
    },
  }));
  const messages: MessageLike[] = [
    {
      role: "developer",
      content: [{ type: "developer_content", tools: { functions: { name: "functions", tools } } }],
    },
  ];
  const text = encoding.decodeUtf8(encoding.renderConversation({ messages }));
  expect(text.split("=> any;").length).toBe(10_001);
  const fromText = Conversation.fromJSON(JSON.stringify({ messages }));
  expect(encoding.decodeUtf8(encoding.renderConversation(fromText))).toBe(text);
});

describe("deep nesting is an error, never a stack overflow", () => {
  // The reference reads the fields of a message as they come, and skips unknown fields of a conversation.
  test.each(["[", '{"a":', '[{"a":'])("%s", (opening) => {
    for (const levels of [1_000, 1_000_000]) {
      const deep = opening.repeat(levels);
      expect(() => Conversation.fromJSON(`{"messages":[{"x":${deep}`)).toThrow("recursion limit exceeded");
      expect(() => Conversation.fromJSON(`{"messages":[{"content":[{"x":${deep}`)).toThrow("recursion limit exceeded");
      expect(() => Conversation.fromJSON(`{"x":${deep}`)).toThrow("EOF while parsing a value");
      expect(() => Conversation.fromJSON(deep)).toThrow(HarmonyError);
    }
  });

  test("in a schema object of 10,000 levels", () => {
    let schema: object = { type: "string" };
    for (let level = 0; level < 10_000; level += 1) schema = { type: "array", items: schema };
    let code: string | undefined;
    try {
      ToolDescription.new("f", "F", schema);
    } catch (error) {
      code = error instanceof HarmonyError ? error.code : String(error);
    }
    expect(code).toBe("json-too-deep");
  });
});

test("a wide schema renders whole", () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `property_${index}`);
  const parameters = {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
  };
  const tools = { functions: { name: "functions", tools: [{ name: "f", description: "", parameters }] } };
  const tokens = encoding.render({ role: "developer", content: [{ type: "developer_content", tools }] });
  expect(encoding.decodeUtf8(tokens).split("?: string,").length).toBe(20_001);
});
