import { expect, test } from "vitest";
import { loadHarmonyEncoding } from "../../src/encoding.js";
import { finalText } from "../../src/parse/final-text.js";
import { testProperty } from "../property.js";
import { tokensOf } from "./encoding.js";
import { anyText } from "./properties/arbitraries.js";
import { expectSame } from "./properties/assertions.js";

const encoding = loadHarmonyEncoding();

const THOUGHT = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant";

test.each([
  [`${THOUGHT}<|channel|>final<|message|>Four.<|return|>`, "Four."],
  [`${THOUGHT}<|channel|>final<|message|>Four`, "Four"],
  ["<|channel|>final<|message|>A<|end|><|start|>assistant<|channel|>final<|message|>B<|return|>", "B"],
  ["<|start|>assistant<|channel|>final<|message|>Four.<|return|>", "Four."],
  [`${THOUGHT}<|channel|>final<|message|><|return|>`, ""],
  ["I forgot the format.<|return|>", "I forgot the format."],
  ["<|channel|>analysis<|message|>Hm.", undefined],
  ["<|channel|>commentary to=functions.f json<|message|>{}<|call|>", undefined],
  ["<|channel|>final to=functions.f json<|message|>{}<|call|>", undefined],
  ["", undefined],
])("%s", (completion, answer) => {
  expect(finalText(completion)).toBe(answer);
  expect(encoding.finalText(tokensOf(completion))).toBe(answer);
});

test("of a text without its markers", () => {
  expect(finalText("analysisWe think.assistantfinalFour", { markersDropped: true })).toBe("Four");
  expect(finalText("analysisWe think.", { markersDropped: true })).toBeUndefined();
});

test("of messages, whoever parsed them", () => {
  expect(
    finalText([
      { role: "assistant", channel: "final", content: "A" },
      { role: "user", content: "and?" },
    ]),
  ).toBe("A");
  expect(finalText([{ role: "user", channel: "final", content: "A" }])).toBeUndefined();
  expect(finalText(new Set([{ role: "assistant", channel: "final", content: "A" }] as const))).toBe("A");
});

test("options of the parser", () => {
  expect(finalText("here it is.<|return|>", { prefill: { channel: "final", content: "Sure, " } })).toBe(
    "Sure, here it is.",
  );
  expect(encoding.finalText(tokensOf("x"), { prefill: { channel: "final" } })).toBe("x");
});

test.each([
  [() => finalText({ messages: [] } as never), "of a conversation, pass the field `messages`"],
  [() => finalText([{ role: "robot" } as never]), "messages[0].role"],
  [() => finalText(7 as never), "a number where a list of messages belongs"],
  [() => finalText("x", { markersDroped: true } as never), 'unknown option "markersDroped"'],
  [() => (finalText as (...values: unknown[]) => unknown)([], { markersDropped: true }), "messages need no parsing"],
  [() => encoding.finalText("x" as never), "tokens must be an iterable of tokens"],
])("a mistake is named: %#", (mistake, message) => {
  expect(mistake).toThrow(message);
});

testProperty(
  "text and tokens have the same answer, and nothing throws",
  [anyText],
  (text) => {
    expectSame(String(encoding.finalText(tokensOf(text))), String(finalText(text)), "from tokens");
    finalText(text, { markersDropped: true });
  },
  { runs: 20_000 },
);
