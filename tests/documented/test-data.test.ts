import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  Author,
  DeveloperContent,
  loadHarmonyEncoding,
  Message,
  type MessageLike,
  ReasoningEffort,
  type RenderConversationOptions,
  Role,
  StreamableParser,
  SystemContent,
  ToolDescription,
} from "../../src/index.js";

// The reference's own test data: every file, exact. Each name is that of a file in tests/reference/test-data.
const folder = new URL("../reference/test-data/", import.meta.url);
const encoding = loadHarmonyEncoding();

function dataOf(name: string): string {
  return readFileSync(new URL(`${name}.txt`, folder), "utf8").trimEnd();
}

const system = SystemContent.new();
const dated = system.withConversationStartDate("2025-06-28");
const user = (text: string): Message => Message.fromRoleAndContent(Role.USER, text);
const assistant = (text: string): Message => Message.fromRoleAndContent(Role.ASSISTANT, text);
const from = (role: Role, content: SystemContent | DeveloperContent): Message =>
  Message.fromRoleAndContent(role, content);

const capital = user("What is the capital of the largest country in the world?");
const robot = from("developer", DeveloperContent.new().withInstructions("Answer the user's questions like a robot."));
const efforts = (["LOW", "MEDIUM", "HIGH"] as const).flatMap((effort) => {
  const message = from("system", system.withReasoningEffort(ReasoningEffort[effort]));
  const name = `test_simple_convo_${effort.toLowerCase()}_effort`;
  return [
    [name, [message, robot, capital]],
    [`${name}_no_instruction`, [message, capital]],
  ] as const;
});

const format = { type: "string", enum: ["celsius", "fahrenheit"], default: "celsius" };
const functions = DeveloperContent.new()
  .withInstructions("Always respond in riddles")
  .withFunctionTools([
    ToolDescription.new("get_location", "Gets the location of the user."),
    ToolDescription.new("get_current_weather", "Gets the current weather in the provided location.", {
      type: "object",
      properties: {
        location: { type: "string", description: "The city and state, e.g. San Francisco, CA" },
        format,
      },
      required: ["location"],
    }),
    ToolDescription.new("get_multiple_weathers", "Gets the current weather in the provided list of locations.", {
      type: "object",
      properties: {
        locations: {
          type: "array",
          items: { type: "string" },
          description: 'List of city and state, e.g. ["San Francisco, CA", "New York, NY"]',
        },
        format,
      },
      required: ["locations"],
    }),
    ToolDescription.new("kitchensink", "A function with various complex schemas.", {
      description: "params object",
      type: "object",
      properties: {
        string: { type: "string", title: "STRING", description: "A string", examples: ["hello", "world"] },
        string_nullable: {
          type: "string",
          nullable: true,
          description: "A nullable string",
          default: "the default",
        },
        string_enum: { type: "string", enum: ["a", "b", "c"] },
        oneof_string_or_number: {
          oneOf: [
            { type: "string", default: "default_string_in_oneof" },
            { type: "number", description: "numbers can happen too" },
          ],
          description: "a oneof",
          default: 20,
        },
      },
    }),
  ]);

const lookupWeather = ToolDescription.new(
  "lookup_weather",
  "Use this tool to lookup the weather in a given location. Call it with the parameter 'location', can be any textual description of a location.",
  { type: "object", properties: { location: { type: "string" } }, required: ["location"] },
);

const twoPlusTwo = [
  user("What is 2 + 2?"),
  assistant('User asks a simple question: "What is 2 + 2?" The answer: 4.').withChannel("analysis"),
  assistant("2 + 2 equals 4.").withChannel("final"),
  user("What about 9 / 2?"),
];

type Case = readonly [name: string, messages: readonly MessageLike[], config?: RenderConversationOptions];

const prompts: readonly Case[] = [
  ["test_simple_convo", [from("system", system), user("What is 2 + 2?")]],
  ...efforts,
  [
    "test_reasoning_system_message",
    [from("system", system.withRequiredChannels(["analysis", "final"])), user("What is 2 + 2?")],
  ],
  [
    "test_reasoning_system_message_no_instruction",
    [
      from("system", system.withReasoningEffort("High").withRequiredChannels(["analysis", "final"])),
      user("What is the best place to eat candy in the world?"),
    ],
  ],
  [
    "test_reasoning_system_message_with_dates",
    [
      from(
        "system",
        system
          .withConversationStartDate("2021-01-01")
          .withKnowledgeCutoff("2021-01")
          .withRequiredChannels(["analysis", "final"]),
      ),
      user("What is 42 * pi?"),
    ],
  ],
  [
    "test_render_functions_with_parameters",
    [
      from("system", dated.withReasoningEffort("High")),
      from("developer", functions),
      user("What is the weather like in SF?"),
    ],
  ],
  ["test_no_tools", [from("system", dated)]],
  ["test_browser_tool_only", [from("system", dated.withBrowserTool())]],
  [
    "test_browser_and_function_tool",
    [
      from("system", dated.withBrowserTool()),
      from("developer", DeveloperContent.new().withFunctionTools([lookupWeather])),
    ],
  ],
  ["test_browser_and_python_tool", [from("system", dated.withBrowserTool().withPythonTool())]],
  ["test_dropping_cot_by_default", twoPlusTwo],
  ["test_preserve_cot", twoPlusTwo, { autoDropAnalysis: false }],
  [
    "test_does_not_drop_if_ongoing_analysis",
    [
      user("What is the weather in SF?"),
      assistant("User asks: “What is the weather in SF?” We need to use lookup_weather tool.").withChannel("analysis"),
      assistant('{"location": "San Francisco"}')
        .withChannel("commentary")
        .withRecipient("functions.lookup_weather")
        .withContentType("<|constrain|>json"),
      Message.fromAuthorAndContent(
        Author.new(Role.TOOL, "functions.lookup_weather"),
        '{"temperature": 20, "description": "sunny"}',
      ),
    ],
  ],
];

test.each(prompts.map((prompt) => ({ prompt, name: prompt[0] })))("$name", ({ prompt: [name, messages, config] }) => {
  const tokens = encoding.renderConversationForCompletion({ messages }, Role.ASSISTANT, config);
  expect(encoding.decodeUtf8(tokens)).toBe(dataOf(name));
});

test("test_keep_analysis_between_finals", () => {
  const messages = [
    user("What is 2 + 2?"),
    assistant("thinking 2+2").withChannel("analysis"),
    assistant("4").withChannel("final"),
    user("What is 3 + 5?"),
    assistant("thinking 3+5").withChannel("analysis"),
    assistant("8").withChannel("final"),
  ];
  const text = encoding.decodeUtf8(encoding.renderConversation({ messages }));
  expect(text).toBe(dataOf("test_keep_analysis_between_finals"));
});

test("test_simple_reasoning_response", () => {
  const tokens = dataOf("test_simple_reasoning_response").split(/\s+/).map(Number);
  expect(encoding.parseMessagesFromCompletionTokens(tokens, "assistant")).toEqual([
    assistant('User asks: "What is 2 + 2?" Simple arithmetic. Provide answer.').withChannel("analysis"),
    assistant("2 + 2 = 4.").withChannel("final"),
  ]);
});

test("test_simple_tool_call", () => {
  const tokens = dataOf("test_simple_tool_call").split(/\s+/).map(Number);
  expect(encoding.parseMessagesFromCompletionTokens(tokens, "assistant")).toEqual([
    assistant('User asks: "What is the weather in Tokyo?" We need to use lookup_weather tool.').withChannel("analysis"),
    assistant('{"location": "Tokyo"}').withChannel("analysis").withRecipient("lookup_weather").withContentType("code"),
  ]);
});

test("test_tool_response_parsing", () => {
  const tokens = encoding.encode(dataOf("test_tool_response_parsing"), { allowedSpecial: "all" });
  expect(encoding.parseMessagesFromCompletionTokens(tokens)).toEqual([
    Message.fromAuthorAndContent({ role: "tool", name: "browser.search" }, '{"result": "https://openai.com/"}')
      .withChannel("commentary")
      .withRecipient("assistant"),
  ]);
});

test("test_streamable_parser", () => {
  const tokens = encoding.encode(dataOf("test_streamable_parser"), { allowedSpecial: "all" });
  const parser = new StreamableParser(encoding, Role.ASSISTANT);
  for (const token of tokens) parser.process(token);
  parser.processEos();
  expect(parser.messages).toHaveLength(3);
  expect(encoding.parseMessagesFromCompletionTokens(tokens, Role.ASSISTANT)).toEqual(parser.messages);
});

describe("all of the test data is used", () => {
  const source = readFileSync(new URL(import.meta.url), "utf8");
  const names = readdirSync(folder).map((file) => file.replace(".txt", ""));
  test.each(names)("%s", (name) => {
    expect(source.includes(`"${name}"`) || efforts.some(([known]) => known === name)).toBe(true);
  });
});
