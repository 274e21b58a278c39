import fc from "fast-check";
import { expect, test } from "vitest";
import { Conversation } from "../../../src/chat/conversation.js";
import type { MessageLike } from "../../../src/chat/message.js";
import { loadHarmonyEncoding } from "../../../src/encoding.js";
import { parseMessages, StreamableParser } from "../../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../../src/parse/text-parser.js";
import { testProperty } from "../../property.js";

const encoding = loadHarmonyEncoding();

const channel = fc.constantFrom("analysis", "commentary", "final", undefined);
const tool = fc.constantFrom("functions.get_weather", "browser.search", "python", "functions.a-b");
const contentType = fc.constantFrom("<|constrain|>json", "json", "code", undefined);
const content = fc
  .array(
    fc.constantFrom(
      "Hello",
      " there",
      "\n",
      '{"a":1}',
      "\u{1F496}",
      "\u00e9",
      "<|end|>",
      "<|channel|>final",
      "analysis",
      "",
      " ",
    ),
    { maxLength: 3 },
  )
  .map((words) => words.join(""));

/** A message whose channel, names and content type are those that the format knows. */
const message: fc.Arbitrary<MessageLike> = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "developer", "user"), content }),
  fc.record({ role: fc.constant("tool"), name: tool, recipient: fc.constant("assistant"), channel, content }),
  fc.record({ role: fc.constant("assistant"), recipient: tool, channel, content_type: contentType, content }),
  { weight: 2, arbitrary: fc.record({ role: fc.constant("assistant"), channel, content }) },
);

testProperty(
  "what the renderer writes gives no diagnostic, and the same messages as in strict mode",
  [fc.array(message, { minLength: 1, maxLength: 4, size: "max" })],
  (messages) => {
    const conversation = Conversation.fromMessages(messages);
    const tokens = encoding.renderConversation(conversation, { autoDropAnalysis: false });
    const parser = new StreamableParser(encoding, undefined, { mode: "resilient" });
    for (const token of tokens) parser.process(token);
    parser.processEos();
    if (parser.diagnostics.length > 0) throw new Error(`unexpected: ${JSON.stringify(parser.diagnostics)}`);
    const resilient = JSON.stringify(parser.messages);
    const strict = JSON.stringify(parseMessages(encoding, tokens));
    const rendered = JSON.stringify(conversation.messages);
    if (resilient !== strict || resilient !== rendered) throw new Error(`${rendered} became ${resilient}`);
  },
);

test("a text that is rendered reads the same without a vocabulary", () => {
  const messages: MessageLike[] = [
    { role: "user", content: "Weather in Paris?" },
    { role: "assistant", channel: "analysis", content: "Call it. \u{1F496}" },
    {
      role: "assistant",
      channel: "commentary",
      recipient: "functions.get_weather",
      content_type: "<|constrain|>json",
      content: "{}",
    },
    { role: "tool", name: "functions.get_weather", recipient: "assistant", channel: "commentary", content: "20" },
    { role: "assistant", channel: "final", content: "20 \u00b0C" },
  ];
  const conversation = Conversation.fromMessages(messages);
  const text = encoding.decodeUtf8(encoding.renderConversation(conversation, { autoDropAnalysis: false }));
  const parser = new HarmonyTextParser();
  for (const unit of text.split("")) parser.process(unit);
  expect(parser.processEos().messages).toEqual(conversation.messages);
  expect(parser.diagnostics).toEqual([]);
});

test("the names of participants come back", () => {
  const conversation = Conversation.fromMessages([
    { role: "user", name: "bob", content: "Hi" },
    { role: "tool", name: "functions.x", channel: "commentary", content: "1" },
  ]);
  const parser = new StreamableParser(encoding, undefined, { mode: "resilient" });
  for (const token of encoding.renderConversation(conversation)) parser.process(token);
  expect(parser.processEos().messages).toEqual(conversation.messages);
  expect(parser.diagnostics).toEqual([]);
});
