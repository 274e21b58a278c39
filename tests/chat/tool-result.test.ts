import { describe, expect, test } from "vitest";
import { Message } from "../../src/chat/message.js";
import { calledToolOf, toolCallOf } from "../../src/chat/tool-call.js";
import { toolNotFound, toolResult } from "../../src/chat/tool-result.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { renderConversationParts } from "../../src/render/conversation.js";

const call = new Message({
  role: "assistant",
  recipient: "functions.get_weather",
  channel: "commentary",
  content_type: "<|constrain|>json",
  content: '{"city":"Paris"}',
});

test("a result comes from the tool, goes to the assistant, and stays on the call's channel", () => {
  expect(toolResult(call, "20 °C").toJSON()).toEqual({
    role: "tool",
    name: "functions.get_weather",
    recipient: "assistant",
    channel: "commentary",
    content: "20 °C",
  });
  const result = toolResult({ role: "assistant", recipient: "python", channel: "analysis", content: "1" }, "1");
  expect(result.toJSON()).toMatchObject({ name: "python", channel: "analysis" });
  expect(toolResult({ role: "assistant", recipient: "python", content: "1" }, "")).not.toHaveProperty("channel");
});

test("a result is rendered as the documentation writes one", () => {
  const parts = renderConversationParts({ messages: [toolResult(call, "20 °C")] });
  expect(parts.map(({ text }) => text).join("")).toBe(
    "<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>20 °C<|end|>",
  );
});

test("the answer to a call of a tool that does not exist names those that do", () => {
  const python = new Message({ role: "assistant", recipient: "python", channel: "analysis", content: "1" });
  expect(toolNotFound(python, ["functions.f", "browser.search"]).toJSON()).toEqual({
    role: "tool",
    name: "python",
    recipient: "assistant",
    channel: "analysis",
    content: 'Error: there is no tool "python". The available tools are: functions.f, browser.search.',
  });
  expect(toolNotFound(python, []).text).toBe('Error: there is no tool "python". No tool is available.');
  expect(toolNotFound(python, new Map([["functions.f", 1]]).keys()).text).toContain("functions.f");
});

test.each([
  [() => toolResult({ role: "user", content: "x" }, "y"), 'its role is "user", its recipient absent'],
  [() => toolResult({ role: "assistant", recipient: "user", content: "x" }, "y"), 'its recipient "user"'],
  [() => toolResult(call, 5 as never), "text must be a string, not 5"],
  [() => toolResult({ role: "assistant" } as never, "y"), "missing field `content` in call"],
  [() => toolNotFound(call, "functions.f" as never), "offered must be a list of names"],
  [() => toolNotFound(call, [5 as never]), "offered[0] must be a string, not 5"],
  [() => toolNotFound({ role: "user", content: "x" }, []), "call must be a message that calls a tool"],
])("a mistake is named: %#", (mistake, message) => {
  expect(mistake).toThrow(message);
});

describe("the tool that is called is known before its arguments", () => {
  test("from the event message-start", () => {
    const parser = new HarmonyTextParser("assistant");
    const [start] = parser.push("<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>");
    expect(start?.type === "message-start" ? calledToolOf(start) : start).toEqual({
      recipient: "functions.get_weather",
      name: "get_weather",
      namespace: "functions",
    });
  });

  test("and is the same as in the call", () => {
    expect(toolCallOf(call)).toMatchObject({ ...calledToolOf(call) });
    expect(calledToolOf({ role: "assistant", recipient: "python" })).toEqual({
      recipient: "python",
      name: "python",
      namespace: undefined,
    });
  });

  test.each([
    { role: "assistant" },
    { role: "assistant", recipient: "all" },
    { role: "assistant", recipient: "user" },
    { role: "tool", recipient: "python" },
    { role: "assistant", recipient: null },
  ] as const)("or that none is: %o", (header) => {
    expect(calledToolOf(header)).toBeUndefined();
  });
});

describe("the text of a message", () => {
  const message = new Message({
    role: "developer",
    content: [
      { type: "text", text: "a" },
      { type: "developer_content", instructions: "Be nice." },
      { type: "text", text: "b" },
    ],
  });

  test("is that of its text parts", () => {
    expect(message.text).toBe("ab");
    expect(new Message({ role: "user", content: "hello" }).text).toBe("hello");
    expect(new Message({ role: "user", content: [] }).text).toBe("");
  });

  test("is not a field: JSON, keys and equality do not know it", () => {
    const user = new Message({ role: "user", content: "hello" });
    expect(Object.keys(user)).toEqual(["role", "content"]);
    expect(JSON.stringify(user)).toBe('{"role":"user","content":"hello"}');
    expect({ ...user }).not.toHaveProperty("text");
    expect(user.withChannel("final").text).toBe("hello");
  });
});
