import { expect, test } from "vitest";
import { Message } from "../../src/chat/message.js";
import { toolCallOf, toolCallsOf } from "../../src/chat/tool-call.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { encoding, tokensOf } from "../parse/encoding.js";

const call = (recipient: string, content: string): Message =>
  Message.fromRoleAndContent("assistant", content).withRecipient(recipient);

test("a function with JSON arguments", () => {
  expect(toolCallOf(call("functions.get_weather", '{"city":"Paris"}'))).toEqual({
    name: "get_weather",
    namespace: "functions",
    arguments: '{"city":"Paris"}',
    json: { city: "Paris" },
  });
});

test("a tool without a namespace, and arguments that are a program", () => {
  const { error, ...rest } = toolCallOf(call("python", "print(1)"))!;
  expect(rest).toEqual({ name: "python", namespace: undefined, arguments: "print(1)" });
  expect(error).toEqual(expect.any(String));
});

test("a namespace ends at the first dot", () => {
  expect(toolCallOf(call("mcp.files.read", "{}"))).toMatchObject({ namespace: "mcp", name: "files.read", json: {} });
});

test.each(["ls -R", '{"a":1} trailing', '{"a":', ""])("F5: arguments that are no JSON: %j", (text) => {
  const found = toolCallOf(call("functions.x", text))!;
  expect(found).toMatchObject({ arguments: text, error: expect.any(String) });
  expect(found).not.toHaveProperty("json");
});

test.each(["all", "user", "assistant"])("a message to %s is no call", (recipient) => {
  expect(toolCallOf(call(recipient, "{}"))).toBeUndefined();
});

test("a message without a recipient, or of another role, is no call", () => {
  expect(toolCallOf(Message.fromRoleAndContent("assistant", "{}"))).toBeUndefined();
  expect(toolCallOf({ role: "tool", name: "functions.x", recipient: "functions.y", content: "{}" })).toBeUndefined();
});

test("several calls in one completion", () => {
  const one = '<|channel|>commentary to=functions.a <|constrain|>json<|message|>{"n":1}<|call|>';
  const other = 'commentary<|channel|>commentary to=functions.b <|constrain|>json<|message|>{"n":2}<|call|>';
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", continueAfterCall: true });
  for (const token of tokensOf(one + other)) parser.process(token);
  expect(toolCallsOf(parser.processEos().messages)).toMatchObject([
    { name: "a", json: { n: 1 } },
    { name: "b", json: { n: 2 } },
  ]);
});
