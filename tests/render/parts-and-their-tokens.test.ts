import { expect, test } from "vitest";
import { loadHarmonyEncoding, type MessageLike, renderConversationParts } from "../../src/index.js";
import { readVectors } from "../vectors/read.js";
import type { RenderRow } from "../vectors/rows.js";

const encoding = loadHarmonyEncoding();

const messages: MessageLike[] = [
  { role: "user", content: "2 + 2?" },
  { role: "assistant", channel: "analysis", content: "Simple." },
  { role: "assistant", channel: "final", content: "It is 4." },
];

test("parts know their message and section", () => {
  const parts = renderConversationParts({ messages: messages.slice(0, 1) }, { nextTurnRole: "assistant" });
  expect(parts).toEqual([
    { text: "<|start|>", token: 200006, section: "header", message: 0 },
    { text: "user", section: "header", message: 0 },
    { text: "<|message|>", token: 200008, section: "header", message: 0 },
    { text: "2 + 2?", section: "content", message: 0 },
    { text: "<|end|>", token: 200007, section: "terminator", message: 0 },
    { text: "<|start|>", token: 200006, section: "header", message: 1 },
    { text: "assistant", section: "header", message: 1 },
  ]);
});

test("a loss mask over the last message's own tokens", () => {
  const { tokens, parts } = encoding.renderConversationWithParts({ messages }, { training: true });
  const learned = parts.filter(({ message, section }) => message === 2 && section !== "header");
  const mask = tokens.map((_, index) => learned.some(({ span: [start, end] }) => index >= start && index < end));
  expect(encoding.decodeUtf8(tokens.filter((_, index) => mask[index]))).toBe("It is 4.<|return|>");
});

test("analysis that is left out keeps its index", () => {
  const { parts } = encoding.renderConversationWithParts({ messages });
  expect([...new Set(parts.map(({ message }) => message))]).toEqual([0, 2]);
});

test("ranges cover the tokens without gaps, and counting agrees, on every recorded prompt", () => {
  let compared = 0;
  for (const row of readVectors<RenderRow>("render")) {
    if (row.tokens === undefined) continue;
    const config = {
      autoDropAnalysis: row.auto_drop_analysis,
      nextTurnRole: row.next_role,
      training: row.op === "training",
    };
    // JSON.parse may change the spelling of numbers, so these tokens cannot be compared with the recorded ones.
    const conversation = JSON.parse(row.conversation);
    const { tokens, parts } = encoding.renderConversationWithParts(conversation, config);
    expect(encoding.countConversationTokens(conversation, config)).toBe(tokens.length);
    let end = 0;
    for (const part of parts) {
      expect(part.span[0]).toBe(end);
      end = part.span[1];
    }
    expect(end).toBe(tokens.length);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(500);
});
