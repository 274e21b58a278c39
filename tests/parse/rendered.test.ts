import { expect, test } from "vitest";
import { Conversation } from "../../src/chat/conversation.js";
import type { MessageLike } from "../../src/chat/message.js";
import { loadHarmonyEncoding } from "../../src/encoding.js";
import { parseMessages, StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { forAll, RUNS, TIMEOUT } from "./for-all.js";
import type { Random } from "./random.js";

const encoding = loadHarmonyEncoding();

const CHANNELS = ["analysis", "commentary", "final", undefined];
const TOOLS = ["functions.get_weather", "browser.search", "python", "functions.a-b"];
const TYPES = ["<|constrain|>json", "json", "code", undefined];
const WORDS = [
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
];

function content(random: Random): string {
  return Array.from({ length: random.below(4) }, () => random.pick(WORDS)).join("");
}

/** A message whose channel, names and type are the format's own. */
function message(random: Random): MessageLike {
  switch (random.below(5)) {
    case 0:
      return { role: random.pick(["system", "developer", "user"] as const), content: content(random) };
    case 1:
      return {
        role: "tool",
        name: random.pick(TOOLS),
        recipient: "assistant",
        channel: random.pick(CHANNELS),
        content: content(random),
      };
    case 2:
      return {
        role: "assistant",
        recipient: random.pick(TOOLS),
        channel: random.pick(CHANNELS),
        content_type: random.pick(TYPES),
        content: content(random),
      };
    default:
      return { role: "assistant", channel: random.pick(CHANNELS), content: content(random) };
  }
}

test(
  `what the renderer writes: no diagnostic, and the same messages as in strict mode, ${RUNS} runs`,
  () => {
    forAll((random) => {
      const messages = Array.from({ length: 1 + random.below(4) }, () => message(random));
      const conversation = Conversation.fromMessages(messages);
      const tokens = encoding.renderConversation(conversation, { autoDropAnalysis: false });
      const parser = new StreamableParser(encoding, undefined, { mode: "resilient" });
      for (const token of tokens) parser.process(token);
      parser.processEos();
      if (parser.diagnostics.length > 0) throw new Error(JSON.stringify([messages, parser.diagnostics]));
      const resilient = JSON.stringify(parser.messages);
      const strict = JSON.stringify(parseMessages(encoding, tokens));
      const written = JSON.stringify(conversation.messages);
      if (resilient !== strict || resilient !== written) throw new Error(`${written} became ${resilient}`);
    });
  },
  TIMEOUT,
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
