import fc from "fast-check";
import { expect, test } from "vitest";
import type { MessageLike } from "../../src/chat/message.js";
import { loadHarmonyEncoding } from "../../src/encoding.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { type CompletionUsage, usageOf } from "../../src/parse/usage.js";
import { testProperty } from "../property.js";
import { tokensOf } from "./encoding.js";
import { anyResilientOptions, anyRole, anyTokens } from "./properties/arbitraries.js";

const encoding = loadHarmonyEncoding();

function usage(tokens: readonly number[]): CompletionUsage {
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient" });
  for (const token of tokens) parser.process(token);
  return usageOf(parser.processEos());
}

test("each kind of message counts with its header and terminator", () => {
  const analysis = tokensOf("<|channel|>analysis<|message|>Hm, the weather.<|end|>");
  const preamble = tokensOf("<|start|>assistant<|channel|>commentary<|message|>Let me look.<|end|>");
  const call = tokensOf("<|start|>assistant<|channel|>analysis to=functions.f json<|message|>{}<|call|>");
  const answer = tokensOf("<|start|>assistant<|channel|>final<|message|>Four.<|return|>");
  const other = tokensOf("<|start|>assistant<|message|>x<|end|>");
  const stray = tokensOf("tail");
  expect(usage([...analysis, ...preamble, ...other, ...call, ...answer, ...stray])).toEqual({
    analysis: analysis.length,
    commentary: preamble.length,
    calls: call.length,
    final: answer.length,
    other: other.length,
    skipped: stray.length,
    total: [analysis, preamble, call, answer, other, stray].flat().length,
  });
});

test("a parser that has not finished has not yet made a message of everything", () => {
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient" });
  for (const token of tokensOf("<|channel|>final<|message|>Four")) parser.process(token);
  expect(usageOf(parser)).toMatchObject({ final: 0, skipped: 4, total: 4 });
  expect(usageOf(parser.processEos())).toMatchObject({ final: 4, skipped: 0, total: 4 });
});

test("text has no tokens to count", () => {
  const parser = new HarmonyTextParser("assistant");
  expect(() => usageOf(parser as never)).toThrow("parser must be a StreamableParser, not an object");
  expect(() => usageOf(undefined as never)).toThrow("parser must be a StreamableParser, not undefined");
});

testProperty(
  "any tokens: every one is in exactly one count",
  [anyTokens, anyRole, anyResilientOptions],
  (tokens, role, options) => {
    const parser = new StreamableParser(encoding, role, { mode: "resilient", ...options });
    for (const token of tokens) parser.process(token);
    const { total, ...counts } = usageOf(parser.processEos());
    const sum = Object.values(counts).reduce((a, b) => a + b, 0);
    if (sum !== total || total !== tokens.length || counts.skipped < 0) throw new Error(JSON.stringify(counts));
    const skipped = parser.diagnostics.filter(({ action }) => action === "skipped");
    const length = skipped.reduce((tokensBefore, { span }) => tokensBefore + span[1] - span[0], 0);
    if (length !== counts.skipped) throw new Error(`${length} tokens were skipped, not ${counts.skipped}`);
  },
  { runs: 50_000 },
);

const written: fc.Arbitrary<MessageLike> = fc.record({
  role: fc.constant("assistant" as const),
  channel: fc.constantFrom("analysis", "commentary", "final", undefined),
  recipient: fc.constantFrom("functions.f", undefined, undefined),
  content: fc.constantFrom("Hello", "", '{"a":1}', "\u{1F496}"),
});

testProperty(
  "the counts are those of the rendered messages",
  [fc.array(written, { maxLength: 6, size: "max" })],
  (messages) => {
    const options = { autoDropAnalysis: false };
    const counts = encoding.countTokensByMessage({ messages }, options);
    const expected: Record<string, number> = { analysis: 0, commentary: 0, calls: 0, final: 0, other: 0 };
    messages.forEach(({ channel, recipient }, index) => {
      expected[recipient === undefined ? (channel ?? "other") : "calls"]! += counts[index]!;
    });
    const parser = new StreamableParser(encoding, undefined, { mode: "resilient" });
    for (const token of encoding.renderConversation({ messages }, options)) parser.process(token);
    expect(usageOf(parser.processEos())).toMatchObject(expected);
  },
  { runs: 20_000 },
);
