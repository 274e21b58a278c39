import { describe, expect, test } from "vitest";
import {
  Author,
  ChannelConfig,
  Conversation,
  DeveloperContent,
  Message,
  ReasoningEffort,
  Role,
  SystemContent,
  TextContent,
  ToolDescription,
  ToolNamespaceConfig,
} from "../../src/index.js";

describe("an instance is its canonical JSON", () => {
  test("its own properties are the fields, in the reference's order, and absent ones are absent", () => {
    const message = Message.fromAuthorAndContent(Author.new(Role.TOOL, "functions.f"), "x").withChannel("commentary");
    expect(Object.keys(message)).toEqual(["role", "name", "content", "channel"]);
    expect(JSON.stringify(message)).toBe('{"role":"tool","name":"functions.f","content":"x","channel":"commentary"}');
  });

  test("one text part is written as a string, anything else as a list", () => {
    const message = Message.fromRoleAndContent("user", "a");
    expect(message.content).toEqual([{ type: "text", text: "a" }]);
    expect(message.toJSON().content).toBe("a");
    expect(JSON.parse(JSON.stringify(message.addingContent("b"))).content).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
    expect(Message.fromRoleAndContents("user", []).toJSON().content).toEqual([]);
  });

  test("the defaults of a system content are the reference's", () => {
    expect(JSON.parse(JSON.stringify(SystemContent.new()))).toEqual({
      type: "system_content",
      model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
      reasoning_effort: "Medium",
      knowledge_cutoff: "2024-06",
      channel_config: { valid_channels: ["analysis", "commentary", "final"], channel_required: true },
    });
  });

  test("literals and instances are equal once read", () => {
    const built = Conversation.fromMessages([
      Message.fromRoleAndContent(
        "system",
        SystemContent.new()
          .withModelIdentity("I")
          .withReasoningEffort(ReasoningEffort.LOW)
          .withKnowledgeCutoff("2025-01")
          .withConversationStartDate("2026-01-01")
          .withChannelConfig(ChannelConfig.requireChannels(["final"]))
          .withPythonTool(),
      ),
      Message.fromRoleAndContent(
        "developer",
        DeveloperContent.new().withFunctionTools([ToolDescription.new("f", "F", { type: "object" })]),
      ),
      Message.fromRoleAndContent("user", TextContent.new("hi")),
    ]);
    const literal = new Conversation({
      messages: [
        {
          role: "system",
          content: [
            {
              type: "system_content",
              model_identity: "I",
              reasoning_effort: "Low",
              knowledge_cutoff: "2025-01",
              conversation_start_date: "2026-01-01",
              channel_config: { valid_channels: ["final"], channel_required: true },
              tools: { python: ToolNamespaceConfig.python() },
            },
          ],
        },
        {
          role: "developer",
          content: [
            {
              type: "developer_content",
              tools: {
                functions: {
                  name: "functions",
                  tools: [{ name: "f", description: "F", parameters: { type: "object" } }],
                },
              },
            },
          ],
        },
        { role: "user", content: "hi" },
      ],
    });
    expect(built).toEqual(literal);
    expect(Conversation.fromJSON(JSON.stringify(built))).toEqual(literal);
  });
});

describe("values are immutable", () => {
  test("with… returns a new one and leaves the old", () => {
    const plain = SystemContent.new();
    const high = plain.withReasoningEffort("High");
    expect([plain.reasoning_effort, high.reasoning_effort]).toEqual(["Medium", "High"]);
    const message = Message.fromRoleAndContent("user", "a");
    expect(message.addingContent("b")).not.toBe(message);
    expect(message.content).toHaveLength(1);
  });

  test("nothing in them can be changed", () => {
    const message = Message.fromRoleAndContent("user", "a");
    expect(() => Object.assign(message, { role: "system" })).toThrow(TypeError);
    expect(() => (message.content as unknown[]).push("b")).toThrow(TypeError);
    const { tools } = DeveloperContent.new().withFunctionTools([]);
    expect(() => Object.assign(tools ?? {}, { more: 1 })).toThrow(TypeError);
  });

  test("changing a schema after it was handed over changes nothing", () => {
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const tool = ToolDescription.new("f", "F", schema);
    schema.properties.a.type = "number";
    expect(tool.parameters).toEqual({ type: "object", properties: { a: { type: "string" } } });
  });
});

test("a schema is copied as JSON.stringify would write it", () => {
  class Schema {
    readonly type = "string";
    readonly format = undefined;
  }
  const schema = {
    type: "object",
    properties: Object.assign(Object.create(null), { a: new Schema(), b: { toJSON: () => ({ type: "number" }) } }),
    default: { at: new Date(0) },
  };
  const { parameters } = ToolDescription.new("f", "F", schema);
  expect(JSON.stringify(parameters)).toBe(JSON.stringify(schema));
});

describe("tools", () => {
  test("a namespace is added under its name, and one of that name replaced", () => {
    const content = DeveloperContent.new()
      .withTools({ name: "a", tools: [] })
      .withTools({ name: "__proto__", tools: [] })
      .withTools({ name: "a", description: "new", tools: [] });
    expect(Object.keys(content.tools ?? {})).toEqual(["a", "__proto__"]);
    expect(content.tools?.a?.description).toBe("new");
  });

  test("the built-in tools have their names", () => {
    expect(ToolNamespaceConfig.browser().tools.map(({ name }) => name)).toEqual(["search", "open", "find"]);
    expect(ToolNamespaceConfig.python().tools).toEqual([]);
  });
});
