import fc from "fast-check";
import { expect } from "vitest";
import { loadHarmonyEncoding, Message, type MessageLike, StreamableParser } from "../src/index.js";
import { testProperty } from "./property.js";

// Whatever the format can express parses back to what was rendered. The arbitraries leave out what it cannot express:
// names of people (the reference reads `user:bob` as an unknown role), several parts in a content (a prompt does not show
// where one ends), header words that hold white space or markers, and channels of more than one word.

const encoding = loadHarmonyEncoding();

const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/).filter((text) => !["tool", "user", "all"].includes(text));
const tool = fc.tuple(fc.constantFrom("functions", "browser"), word).map((names) => names.join("."));
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 60 }) },
  fc.string({ unit: "binary", maxLength: 20 }).map((value) => value.toWellFormed()),
  fc.constantFrom("", "<|end|>", "a<|start|>assistant<|channel|>final<|message|>b", "{}", " \n", "\ufeffx", "\u0000"),
);
const channel = fc.option(fc.constantFrom("analysis", "commentary", "final"), { nil: undefined });
const contentType = fc.constantFrom("json", "<|constrain|>json", "code");

const assistant = fc.oneof(
  fc.record({ role: fc.constant("assistant" as const), content: text, channel }),
  fc.record({ role: fc.constant("assistant" as const), content: text, channel, recipient: tool }),
  // A content type without a recipient would be read as one.
  fc.record({
    role: fc.constant("assistant" as const),
    content: text,
    channel,
    recipient: tool,
    content_type: contentType,
  }),
);
const other = fc.record({
  role: fc.constantFrom("user" as const, "system" as const, "developer" as const),
  content: text,
});
const answer = fc.record({
  role: fc.constant("tool" as const),
  name: tool,
  content: text,
  channel,
  // Without a recipient, the header would be a single word, which the parser takes for an unknown role.
  recipient: fc.constant("assistant"),
});
const messages: fc.Arbitrary<MessageLike[]> = fc.array(fc.oneof(assistant, other, answer), { maxLength: 6 });

testProperty(
  "a rendered conversation parses back, token by token and in one go alike",
  [messages],
  (given) => {
    const expected = given.map((message) => new Message(message));
    const tokens = encoding.renderConversation({ messages: given }, { autoDropAnalysis: false });
    const parser = new StreamableParser(encoding);
    let deltas = "";
    let contents = "";
    for (const token of tokens) {
      parser.process(token);
      deltas += parser.lastContentDelta ?? "";
    }
    for (const { content } of expected)
      contents += content.map((part) => (part.type === "text" ? part.text : "")).join("");
    expect(parser.processEos().messages).toEqual(expected);
    expect(deltas).toBe(contents);
    expect(encoding.parseMessagesFromCompletionTokens(tokens)).toEqual(expected);
    expect(encoding.parseMessagesFromCompletionTokens(tokens, null, { strict: false })).toEqual(expected);
  },
  { runs: 3_000 },
);

testProperty(
  "what is parsed renders to the tokens it was parsed from",
  [messages],
  (given) => {
    const tokens = encoding.renderConversation({ messages: given }, { autoDropAnalysis: false });
    const parsed = encoding.parseMessagesFromCompletionTokens(tokens);
    expect(encoding.renderConversation({ messages: parsed }, { autoDropAnalysis: false })).toEqual(tokens);
  },
  { runs: 3_000 },
);

const spelledMarkers = fc.array(
  fc.constantFrom("<|", "|>", "start", "end", "<|end|>", "<|call|>", "<|reserved_200014|>", "a", " "),
  { maxLength: 12 },
);

testProperty(
  "text that spells markers never becomes one",
  [spelledMarkers],
  (pieces) => {
    const content = pieces.join("");
    const tokens = encoding.render({ role: "user", content });
    expect(tokens.filter((token) => encoding.isSpecialToken(token))).toEqual([200006, 200008, 200007]);
    expect(encoding.decodeUtf8(tokens)).toBe(`<|start|>user<|message|>${content}<|end|>`);
  },
  { runs: 3_000 },
);
