import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  Author,
  Conversation,
  DeveloperContent,
  HarmonyEncodingName,
  HarmonyError,
  loadHarmonyEncoding,
  Message,
  ReasoningEffort,
  Role,
  StreamableParser,
  StreamState,
  SystemContent,
  ToolDescription,
} from "../../src/index.js";

// The reference's published examples, ported. The published texts have lost their line breaks, so they are compared with
// white space folded; the test data beside this file compares whole prompts to the letter.
const published = ["000_4591d5a7bd1fa539.txt", "002_fa866fd5320761e7.txt"]
  .map((file) => readFileSync(new URL(`../reference/${file}`, import.meta.url), "utf8"))
  .map(folded)
  .join("\n");

const encoding = loadHarmonyEncoding(HarmonyEncodingName.HARMONY_GPT_OSS);

function folded(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The published page breaks lines between messages; a prompt has none there. */
function expectPublished(text: string): void {
  const pieces = text.split(/(?=<\|start\|>)/).map(folded);
  let at = 0;
  for (const piece of pieces) {
    const found = published.indexOf(piece, at);
    expect(found, piece).toBeGreaterThanOrEqual(at);
    at = found;
  }
}

const weather = DeveloperContent.new()
  .withInstructions("Always respond in riddles")
  .withFunctionTools([
    ToolDescription.new("get_location", "Gets the location of the user."),
    ToolDescription.new("get_current_weather", "Gets the current weather in the provided location.", {
      type: "object",
      properties: {
        location: { type: "string", description: "The city and state, e.g. San Francisco, CA" },
        format: { type: "string", enum: ["celsius", "fahrenheit"], default: "celsius" },
      },
      required: ["location"],
    }),
  ]);

const system = SystemContent.new().withReasoningEffort(ReasoningEffort.HIGH).withConversationStartDate("2025-06-28");

test("the prompt format example", () => {
  const conversation = Conversation.fromMessages([
    Message.fromRoleAndContent(Role.SYSTEM, system),
    Message.fromRoleAndContent(Role.DEVELOPER, weather),
    Message.fromRoleAndContent(Role.USER, "What is the weather like in SF?"),
  ]);
  expectPublished(encoding.decodeUtf8(encoding.renderConversationForCompletion(conversation, Role.ASSISTANT)));
});

test("the chat input and output examples", () => {
  const question = Message.fromRoleAndContent(Role.USER, "What is 2 + 2?");
  const prompt = encoding.renderConversationForCompletion({ messages: [question] }, Role.ASSISTANT);
  expectPublished(encoding.decodeUtf8(prompt));

  const output =
    '<|channel|>analysis<|message|>User asks: "What is 2 + 2?" Simple arithmetic. Provide answer.<|end|><|start|>assistant<|channel|>final<|message|>2 + 2 = 4.<|return|>';
  expectPublished(output);
  const tokens = encoding.encode(output, { allowedSpecial: "all" });
  const messages = encoding.parseMessagesFromCompletionTokens(tokens, Role.ASSISTANT);
  expect(messages.map(({ channel }) => channel)).toEqual(["analysis", "final"]);
  expect(messages.map((message) => message.toJSON().content)).toEqual([
    'User asks: "What is 2 + 2?" Simple arithmetic. Provide answer.',
    "2 + 2 = 4.",
  ]);
  // What was parsed renders to what was written: the prompt's tail and the completion together.
  const rendered = encoding.renderConversationForTraining(
    { messages: [question, ...messages] },
    { autoDropAnalysis: false },
  );
  expect(rendered).toEqual([...prompt, ...tokens]);
});

test("the tool call and its answer", () => {
  const call =
    '<|channel|>analysis<|message|>Need to use function get_weather.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"location":"San Francisco"}<|call|>';
  expectPublished(call);
  const tokens = encoding.encode(call, { allowedSpecial: "all" });
  const [, message] = encoding.parseMessagesFromCompletionTokens(tokens, Role.ASSISTANT);
  expect(message?.toJSON()).toEqual({
    role: "assistant",
    recipient: "functions.get_weather",
    content: '{"location":"San Francisco"}',
    channel: "commentary",
    content_type: "<|constrain|>json",
  });

  const answer = Message.fromAuthorAndContent(
    Author.new(Role.TOOL, "functions.get_weather"),
    '{"sunny": true, "temperature": 20}',
  )
    .withChannel("commentary")
    .withRecipient("assistant");
  expectPublished(encoding.decodeUtf8(encoding.render(answer)));
});

test("the shopping list's response format", () => {
  const instructions = `You are a helpful shopping assistant\n\n# Response Formats\n\nReasoning: high\n\n{"properties":{"items":{"type":"array","description":"entries on the shopping list","items":{"type":"string"}}},"type":"object"}`;
  const conversation = Conversation.fromMessages([
    Message.fromRoleAndContent(Role.DEVELOPER, DeveloperContent.new().withInstructions(instructions)),
    Message.fromRoleAndContent(Role.USER, "I need to buy coffee, soda and eggs"),
  ]);
  expectPublished(encoding.decodeUtf8(encoding.renderConversationForCompletion(conversation, Role.ASSISTANT)));
});

test("the conversation whose content type is spelled with a space", () => {
  const conversation = Conversation.fromMessages([
    Message.fromRoleAndContent(Role.SYSTEM, system),
    Message.fromRoleAndContent(Role.DEVELOPER, weather),
    Message.fromRoleAndContent(Role.USER, "What is the weather in Tokyo?"),
    Message.fromRoleAndContent(
      Role.ASSISTANT,
      'User asks: "What is the weather in Tokyo?" We need to use get_weather tool.',
    ).withChannel("analysis"),
    Message.fromRoleAndContent(Role.ASSISTANT, '{"location": "Tokyo"}')
      .withChannel("commentary")
      .withRecipient("functions.get_weather")
      .withContentType("<|constrain|> json"),
    Message.fromAuthorAndContent(
      Author.new(Role.TOOL, "functions.lookup_weather"),
      '{ "temperature": 20, "sunny": true }',
    )
      .withChannel("commentary")
      .withRecipient("assistant"),
  ]);
  const text = encoding.decodeUtf8(encoding.renderConversationForCompletion(conversation, Role.ASSISTANT));
  expect(text).toContain(
    '<|start|>assistant to=functions.get_weather<|channel|>commentary <|constrain|> json<|message|>{"location": "Tokyo"}<|call|>' +
      '<|start|>functions.lookup_weather to=assistant<|channel|>commentary<|message|>{ "temperature": 20, "sunny": true }<|end|><|start|>assistant',
  );
});

test("the streaming example, token by token", () => {
  const tokens = [
    200005, 35644, 200008, 1844, 31064, 25, 392, 4827, 382, 220, 17, 659, 220, 17, 16842, 12295, 81645, 13, 51441, 6052,
    13, 200007, 200006, 173781, 200005, 17196, 200008, 17, 659, 220, 17, 314, 220, 19, 13, 200002,
  ];
  const stream = new StreamableParser(encoding, Role.ASSISTANT);
  const seen: Record<string, string> = {};
  for (const token of tokens) {
    stream.process(token);
    if (stream.state !== StreamState.CONTENT) continue;
    const channel = stream.currentChannel ?? "";
    seen[channel] = (seen[channel] ?? "") + (stream.lastContentDelta ?? "");
    expect(stream.currentContent).toBe(seen[channel]);
    expect(stream.currentRole).toBe("assistant");
    expect(stream.currentRecipient).toBeUndefined();
    expect(stream.currentContentType).toBeUndefined();
  }
  expect(seen).toEqual({
    analysis: 'User asks: "What is 2 + 2?" Simple arithmetic. Provide answer.',
    final: "2 + 2 = 4.",
  });
});

test("messages to JSON and back", () => {
  const call = Message.fromRoleAndContent(Role.ASSISTANT, '{"location": "Tokyo"}')
    .withChannel("commentary")
    .withRecipient("functions.get_weather")
    .withContentType("<|constrain|>json");
  const conversation = Conversation.fromMessages([
    Message.fromRoleAndContent(Role.SYSTEM, system),
    Message.fromRoleAndContent(Role.DEVELOPER, weather),
    call,
  ]);
  expect(Message.fromJSON(JSON.stringify(call))).toEqual(call);
  expect(Conversation.fromJSON(JSON.stringify(conversation))).toEqual(conversation);
  expect([...conversation].map(({ role }) => role)).toEqual(["system", "developer", "assistant"]);
});

test("the error handling example", () => {
  expect(() => encoding.decodeUtf8([99999999])).toThrow("Invalid token for decoding: 99999999");
  expect(() => encoding.encode("<|start|>hello")).toThrow(HarmonyError);
  expect(() => encoding.encode("<|start|>hello")).toThrow("disallowed special token '<|start|>'");
});
