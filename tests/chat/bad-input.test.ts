import { describe, expect, test } from "vitest";
import {
  ChannelConfig,
  Conversation,
  DeveloperContent,
  HarmonyError,
  type HarmonyErrorCode,
  loadHarmonyEncoding,
  Message,
  type MessageLike,
  renderConversationParts,
  SystemContent,
  TextContent,
  ToolDescription,
  toolCallsOf,
} from "../../src/index.js";

const encoding = loadHarmonyEncoding();

function refusalOf(run: () => unknown): HarmonyError {
  try {
    run();
  } catch (error) {
    if (error instanceof HarmonyError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

type Case = readonly [what: string, messages: unknown, code: HarmonyErrorCode, path: string];

const tool = (value: unknown): unknown => [
  { role: "developer", content: [{ type: "developer_content", tools: { functions: value } }] },
];
const schema = (parameters: unknown): unknown =>
  tool({ name: "functions", tools: [{ name: "f", description: "F", parameters }] });
const PARAMETERS = "messages[0].content[0].tools.functions.tools[0].parameters";

const TOOLS = "messages[0].content[0].tools";

const cyclic: Record<string, unknown> = { type: "object" };
cyclic.properties = { self: cyclic };
const deep = (levels: number): unknown => {
  let value: unknown = {};
  for (let level = 1; level < levels; level += 1) value = { items: value };
  return value;
};

const cases: readonly Case[] = [
  ["a role that does not exist", [{ role: "robot", content: "x" }], "unknown-role", "messages[0].role"],
  ["a role in capitals", [{ role: "User", content: "x" }], "unknown-role", "messages[0].role"],
  ["a role that is not a string", [{ role: 3, content: "x" }], "wrong-type", "messages[0].role"],
  ["no role", [{ content: "x" }], "missing-field", "messages[0].role"],
  ["no content", [{ role: "user", content: "a" }, { role: "user" }], "missing-field", "messages[1].content"],
  ["null content", [{ role: "user", content: null }], "wrong-type", "messages[0].content"],
  ["a number as content", [{ role: "user", content: 3 }], "wrong-type", "messages[0].content"],
  ["a message that is null", [null], "wrong-type", "messages[0]"],
  ["a message that is text", ["hi"], "wrong-type", "messages[0]"],
  ["messages that are not a list", { role: "user" }, "wrong-type", "messages"],
  ["a part without type", [{ role: "user", content: [{ text: "x" }] }], "missing-field", "messages[0].content[0].type"],
  [
    "a part of unknown type",
    [{ role: "user", content: [{ type: "image" }] }],
    "unknown-content-type",
    "messages[0].content[0].type",
  ],
  [
    "a text part without text",
    [{ role: "user", content: [{ type: "text" }] }],
    "missing-field",
    "messages[0].content[0].text",
  ],
  ["a part that is null", [{ role: "user", content: [null] }], "wrong-type", "messages[0].content[0]"],
  ["a name that is not a string", [{ role: "user", name: 3, content: "x" }], "wrong-type", "messages[0].name"],
  [
    "an unknown effort",
    [{ role: "system", content: [{ type: "system_content", reasoning_effort: "high" }] }],
    "unknown-reasoning-effort",
    "messages[0].content[0].reasoning_effort",
  ],
  [
    "half a channel configuration",
    [{ role: "system", content: [{ type: "system_content", channel_config: { valid_channels: [] } }] }],
    "missing-field",
    "messages[0].content[0].channel_config.channel_required",
  ],
  [
    "a channel that is not a string",
    [
      {
        role: "system",
        content: [{ type: "system_content", channel_config: { valid_channels: [1], channel_required: true } }],
      },
    ],
    "wrong-type",
    "messages[0].content[0].channel_config.valid_channels[0]",
  ],
  ["a namespace that is null", tool(null), "wrong-type", "messages[0].content[0].tools.functions"],
  ["a namespace without tools", tool({ name: "f" }), "missing-field", "messages[0].content[0].tools.functions.tools"],
  [
    "a tool without description",
    tool({ name: "f", tools: [{ name: "g" }] }),
    "missing-field",
    "messages[0].content[0].tools.functions.tools[0].description",
  ],
  [
    "tools as a list",
    [{ role: "developer", content: [{ type: "developer_content", tools: [] }] }],
    "wrong-type",
    "messages[0].content[0].tools",
  ],
  [
    "tools as a map",
    [{ role: "developer", content: [{ type: "developer_content", tools: new Map() }] }],
    "wrong-type",
    TOOLS,
  ],
  [
    "tools as a promise",
    [{ role: "developer", content: [{ type: "developer_content", tools: Promise.resolve({}) }] }],
    "wrong-type",
    TOOLS,
  ],
  ["a namespace as a map", tool(new Map()), "wrong-type", `${TOOLS}.functions`],
  ["a message as a map", [new Map([["role", "user"]])], "wrong-type", "messages[0]"],
  ["a boxed string as content", [{ role: "user", content: new String("hi") }], "wrong-type", "messages[0].content"],
  ["parameters as a promise", schema(Promise.resolve({})), "wrong-type", PARAMETERS],
  ["a boxed string in a schema", schema({ a: new String("x") }), "wrong-type", `${PARAMETERS}.a`],
  ["a boxed number in a schema", schema({ a: [new Number(1)] }), "wrong-type", `${PARAMETERS}.a[0]`],
  ["an expression in a schema", schema({ pattern: /a/ }), "wrong-type", `${PARAMETERS}.pattern`],
  ["a set in a schema", schema({ required: new Set(["a"]) }), "wrong-type", `${PARAMETERS}.required`],
  ["a function in a schema", schema({ a: () => 1 }), "wrong-type", `${PARAMETERS}.a`],
  ["a number that JSON lacks", schema({ "b c": [Number.NaN] }), "wrong-type", `${PARAMETERS}["b c"][0]`],
  ["a big integer in a schema", schema({ a: 1n }), "wrong-type", `${PARAMETERS}.a`],
  ["a map in a schema", schema(new Map()), "wrong-type", PARAMETERS],
  ["a tool message without name", [{ role: "tool", content: "x" }], "tool-without-name", "messages[0].name"],
  [
    "system content elsewhere",
    [{ role: "user", content: [{ type: "system_content" }] }],
    "misplaced-content",
    "messages[0].content[0]",
  ],
  [
    "developer content elsewhere",
    [{ role: "user", content: ["x", { type: "developer_content" }].slice(1) }],
    "misplaced-content",
    "messages[0].content[0]",
  ],
];

test.each(cases)("%s is named", (_, messages, code, path) => {
  const error = refusalOf(() => encoding.renderConversation({ messages } as never));
  expect([error.code, error.path]).toEqual([code, path]);
  expect(error.message).not.toMatch(/undefined|\[object/);
});

test.each([
  ["a schema that holds itself", cyclic],
  ["a schema of 119 levels", deep(119)],
  ["a schema of 10,000 levels", deep(10_000)],
])("%s is too deep", (_, parameters) => {
  expect(refusalOf(() => ToolDescription.new("f", "F", parameters)).code).toBe("json-too-deep");
});

test("a schema of 118 levels renders", () => {
  expect(encoding.renderConversation({ messages: schema(deep(118)) } as never).length).toBeGreaterThan(10);
});

test.each([undefined, null, 3, "text", [], {}])("%j is not a conversation", (value) => {
  const error = refusalOf(() => encoding.renderConversation(value as never));
  expect(["wrong-type", "missing-field"]).toContain(error.code);
});

describe("JSON text", () => {
  const good = '{"messages":[{"role":"user","content":"hi"}]}';
  test("cut short anywhere, it is not JSON", () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(refusalOf(() => Conversation.fromJSON(good.slice(0, length))).code).toBe("invalid-json");
    }
    expect(Conversation.fromJSON(` ${good}\n`).messages).toHaveLength(1);
  });

  test.each<readonly [string, HarmonyErrorCode]>([
    [`${good}x`, "invalid-json"],
    [`\ufeff${good}`, "invalid-json"],
    [good.replace("hi", "a\tb"), "invalid-json"],
    [good.replace("hi", "\\ud83d"), "invalid-json"],
    [good.replace("hi", "\\udc00"), "invalid-json"],
    [good.replace("hi", "\\ud83d\\u0041"), "invalid-json"],
    [good.replace("hi", "\\x"), "invalid-json"],
    [good.replace("hi", "\\u12g4"), "invalid-json"],
    [good.replace('"hi"', "01"), "invalid-json"],
    [good.replace('"hi"', "1."), "invalid-json"],
    [good.replace('"hi"', "-"), "invalid-json"],
    [good.replace('"hi"', "nul"), "invalid-json"],
    [good.replace('"hi"', "1e400"), "number-out-of-range"],
    [good.replace('"hi"', "[".repeat(100_000)), "wrong-type"],
    [good.replace("{", '{"x":['.repeat(100_000)), "invalid-json"],
    [good.replace('"role"', `"x":${"[".repeat(125)}`), "json-too-deep"],
    [good.replace('"role"', `"x":${"[".repeat(100_000)}`), "json-too-deep"],
    [good.replace('"role"', '"role":"user","role"'), "duplicate-field"],
    [good.replace('"messages"', '"messages":[],"messages"'), "duplicate-field"],
    [good.replace('"content"', '"contents"'), "missing-field"],
    ["[]", "wrong-type"],
    ["null", "wrong-type"],
  ])("%.60s", (text, code) => {
    const error = refusalOf(() => Conversation.fromJSON(text));
    expect(error.code).toBe(code);
    if (code.includes("json") || code === "number-out-of-range") expect(error.offset).toBeTypeOf("number");
    else expect(error.path).toBeTypeOf("string");
  });

  test("what is wrong in a conversation's unknown field is not looked at, as in the reference", () => {
    expect(Conversation.fromJSON('{"x":1e400,"messages":[],"y":["\\ud800","\\ud800\\""]}').messages).toEqual([]);
    expect(refusalOf(() => Conversation.fromJSON('{"message":[1e400]}')).code).toBe("missing-field");
    expect(refusalOf(() => Conversation.fromJSON('{"x":1,"messages":[1e400]}')).code).toBe("number-out-of-range");
    expect(refusalOf(() => Message.fromJSON('{"x":1e400,"role":"user","content":"a"}')).code).toBe(
      "number-out-of-range",
    );
  });

  test("unknown fields are ignored, also when given twice", () => {
    expect(Message.fromJSON('{"x":1,"role":"user","x":[2],"content":"hi"}')).toEqual(
      Message.fromRoleAndContent("user", "hi"),
    );
  });
});

test("a content is not made of another type's fields", () => {
  for (const [type, make] of [
    ["developer_content", (content: never) => new SystemContent(content)],
    ["system_content", (content: never) => new DeveloperContent(content)],
    ["system_content", (content: never) => new TextContent(content)],
  ] as const) {
    const error = refusalOf(() => make({ type, text: "a" } as never));
    expect([error.code, error.path]).toEqual(["wrong-type", "type"]);
    expect(error.message).toContain(`the type "${type}"`);
  }
  expect(refusalOf(() => new TextContent({ type: "image", text: "a" } as never)).code).toBe("unknown-content-type");
});

describe("a conversation from messages", () => {
  const message: MessageLike = { role: "user", content: "a" };

  test.each<readonly [string, unknown, string]>([
    ["an object with messages", { messages: [message] }, "new Conversation(…)"],
    ["one message", message, "put the message into a list"],
    ["a message that is an instance", new Message(message), "put the message into a list"],
    ["a number", 5, "a number where a list of messages belongs"],
    ["a string", "hi", "a string where a list of messages belongs"],
    ["nothing", undefined, "undefined where a list of messages belongs"],
    ["an object", {}, "an object where a list of messages belongs"],
    ["a promise", Promise.resolve([]), "a Promise where a list of messages belongs"],
  ])("%s is refused, with the remedy", (_, value, remedy) => {
    const error = refusalOf(() => Conversation.fromMessages(value as never));
    expect([error.code, error.path]).toEqual(["wrong-type", "messages"]);
    expect(error.message).toContain(remedy);
    expect(refusalOf(() => toolCallsOf(value as never)).code).toBe("wrong-type");
  });

  test("any iterable of messages is taken", () => {
    function* generated(): Generator<MessageLike> {
      yield message;
    }
    for (const messages of [[message], new Set([message]), generated(), new Conversation({ messages: [message] })]) {
      expect(Conversation.fromMessages(messages).messages).toHaveLength(1);
    }
  });
});

describe("fields of other formats", () => {
  test.each<readonly [string, unknown, string]>([
    ["contentType", "json", "`content_type`"],
    ["tool_calls", [], "`recipient`"],
    ["toolCalls", [], "`recipient`"],
    ["function_call", {}, "`recipient`"],
    ["tool_call_id", "call_1", "`name`"],
    ["reasoning_content", "Hm.", '"analysis"'],
    ["reasoningContent", "Hm.", '"analysis"'],
    ["reasoning", "Hm.", '"analysis"'],
  ])("%s is refused in a message, with the remedy", (field, value, remedy) => {
    const error = refusalOf(() => new Conversation({ messages: [{ role: "user", content: "a", [field]: value }] }));
    expect([error.code, error.path]).toEqual(["unknown-field", `messages[0].${field}`]);
    expect(error.message).toContain(remedy);
  });

  test("also where the other format leaves the content out", () => {
    for (const content of [undefined, null]) {
      const message = { role: "assistant", content, tool_calls: [{ id: "call_1" }] };
      expect(refusalOf(() => new Message(message as never)).message).toContain("a call is a message of its own");
    }
  });

  test.each([
    ["a system content", () => new SystemContent({ type: "system_content", modelIdentity: "I" } as never)],
    ["a system content", () => new SystemContent({ type: "system_content", reasoningEffort: "High" } as never)],
    ["a channel configuration", () => new ChannelConfig({ valid_channels: [], channelRequired: true } as never)],
    ["a tool", () => new ToolDescription({ type: "function", function: { name: "f" } } as never)],
    ["a tool", () => new ToolDescription({ name: "f", description: "", inputSchema: {} } as never)],
  ])("are refused in %s", (what, run) => {
    const error = refusalOf(run);
    expect(error.code).toBe("unknown-field");
    expect(error.message).toContain(`is not a field of ${what}: `);
  });

  test("say nothing where they have no value, and are ignored in JSON text as the reference ignores them", () => {
    const message = { role: "assistant", content: "a", tool_calls: undefined, reasoning_content: null } as never;
    expect(new Message(message).toJSON()).toEqual({ role: "assistant", content: "a" });
    const text = '{"role":"assistant","content":"a","tool_calls":[{}],"contentType":"json","reasoning_content":"Hm."}';
    expect(Message.fromJSON(text).toJSON()).toEqual({ role: "assistant", content: "a" });
  });

  test("copies of messages are taken, with fields changed", () => {
    const message = Message.fromRoleAndContent("assistant", "a").withChannel("final").withContentType("json");
    expect(new Message({ ...message, channel: "commentary" })).toEqual(message.withChannel("commentary"));
    const content = SystemContent.new().withBrowserTool();
    expect(new SystemContent({ ...content })).toEqual(content);
  });
});

test("a tool message without a name says which message it is", () => {
  const messages: MessageLike[] = [
    { role: "user", content: "a" },
    { role: "tool", content: "b" },
  ];
  const error = refusalOf(() => encoding.renderConversation({ messages }));
  expect(error.message).toBe("Tools should have a name! (in messages[1])");
  expect(refusalOf(() => encoding.render(messages[1]!)).message).toBe("Tools should have a name!");
});

describe("options of rendering", () => {
  const conversation = {
    messages: [
      { role: "assistant", channel: "analysis", content: "a" },
      { role: "assistant", channel: "final", content: "b" },
    ],
  } as const;
  const renderings: readonly (readonly [string, (options: unknown) => unknown])[] = [
    ["renderConversation", (options) => encoding.renderConversation(conversation, options as never)],
    [
      "renderConversationForCompletion",
      (options) => encoding.renderConversationForCompletion(conversation, "assistant", options as never),
    ],
    [
      "renderConversationForTraining",
      (options) => encoding.renderConversationForTraining(conversation, options as never),
    ],
    ["renderConversationWithParts", (options) => encoding.renderConversationWithParts(conversation, options as never)],
    ["countConversationTokens", (options) => encoding.countConversationTokens(conversation, options as never)],
    ["renderConversationParts", (options) => renderConversationParts(conversation, options as never)],
  ];

  test.each(renderings)("%s takes true, false and undefined, and no other value", (_, render) => {
    for (const autoDropAnalysis of [true, false, undefined]) render({ autoDropAnalysis });
    expect(render({ autoDropAnalysis: undefined })).toEqual(render(undefined));
    expect(render({ autoDropAnalysis: true })).toEqual(render(undefined));
    expect(render({ autoDropAnalysis: false })).not.toEqual(render(undefined));
    for (const autoDropAnalysis of [null, "false", 0, 1, {}]) {
      expect(() => render({ autoDropAnalysis })).toThrow(/^autoDropAnalysis must be true or false, not /);
    }
  });

  test.each(renderings)("%s takes an object of options, and nothing else", (_, render) => {
    for (const options of [null, "a", 1, [], new Map([["autoDropAnalysis", false]]), new (class Options {})()]) {
      expect(() => render(options)).toThrow(TypeError);
      expect(() => render(options)).toThrow(/options must be an object such as \{ autoDropAnalysis: … \}, not /);
    }
  });

  test("training and the functions of a conversation are true or false, and a role is a role", () => {
    for (const value of [null, "true", 1]) {
      expect(() => renderConversationParts(conversation, { training: value } as never)).toThrow(/^training must be/);
      expect(() => encoding.render(conversation.messages[0], { conversationHasFunctionTools: value } as never)).toThrow(
        /^conversationHasFunctionTools must be true or false/,
      );
      const error = refusalOf(() => renderConversationParts(conversation, { nextTurnRole: value } as never));
      expect([error.code, error.path]).toEqual(["unknown-role", "nextTurnRole"]);
    }
  });
});

describe("mistakes in the calling program", () => {
  test("misspelled options are named", () => {
    const conversation = { messages: [] };
    expect(() => encoding.renderConversation(conversation, { auto_drop_analysis: true } as never)).toThrow(
      /unknown option "auto_drop_analysis"; the options are autoDropAnalysis/,
    );
    const message = { role: "user", content: "x" } as const;
    expect(() => encoding.render(message, { hasFunctionTools: true } as never)).toThrow(TypeError);
    expect(() => encoding.parseMessagesFromCompletionTokens([], "assistant", { strickt: true } as never)).toThrow(
      TypeError,
    );
    expect(() => encoding.encode("x", { allowed_special: "all" } as never)).toThrow(TypeError);
  });

  test("the next turn's role must exist", () => {
    const error = refusalOf(() => encoding.renderConversationForCompletion({ messages: [] }, "robot" as never));
    expect(error.code).toBe("unknown-role");
    expect(error.message).toContain("unknown role: robot");
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%s is not a token", (token) => {
    expect(() => encoding.decode([token])).toThrow(RangeError);
    expect(() => encoding.parseMessagesFromCompletionTokens([token], "assistant")).toThrow(RangeError);
  });

  test("an encoding that does not exist", () => {
    expect(refusalOf(() => loadHarmonyEncoding("HarmonyGpt5" as never)).code).toBe("unknown-encoding");
    expect(loadHarmonyEncoding("HarmonyGptOss")).toBe(encoding);
    expect(loadHarmonyEncoding()).toBe(encoding);
  });
});
