import { describe, expect, test } from "vitest";
import { HarmonyError } from "../../src/errors.js";
import type { HarmonyEvent } from "../../src/parse/event.js";
import type { ParseOptions } from "../../src/parse/options.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { encoding, tokensOf } from "./encoding.js";

const LIMIT = { maxMessageLength: 10 };
const A = 64;

function contents({ messages }: Pick<StreamableParser, "messages">): unknown[] {
  return messages.map(({ content: [part] }) => (part?.type === "text" ? part.text : "?"));
}

function found({ diagnostics }: Pick<StreamableParser, "diagnostics">): unknown[] {
  return diagnostics.map(({ code, span }) => [code, span]);
}

describe("H8: in the resilient mode", () => {
  const parser = (): StreamableParser => new StreamableParser(encoding, "assistant", { mode: "resilient", ...LIMIT });

  test("a content keeps what fits; the rest is in a diagnostic, and the next message is read", () => {
    const reader = parser();
    const tokens = [
      ...tokensOf("<|message|>"),
      ...Array(50).fill(A),
      ...tokensOf("<|end|><|start|>assistant<|message|>B"),
    ];
    const events: HarmonyEvent[] = [...reader.push(tokens), ...reader.finish()];
    expect(contents(reader)).toEqual(["a".repeat(10), "B"]);
    expect(found(reader)).toEqual([["message-too-long", [11, 51]]]);
    expect(reader.spans[0]).toEqual({ header: [0, 1], content: [1, 51], terminator: [51, 52] });
    const deltas = events.map((event) => (event.type === "delta" && event.index === 0 ? event.text : "")).join("");
    expect(deltas).toBe("a".repeat(10));
  });

  test("a character is never cut in half", () => {
    const reader = new HarmonyTextParser("assistant", LIMIT);
    reader.process(`<|message|>123456789\u{1F496}56<|end|>`);
    expect(contents(reader)).toEqual(["123456789"]);
    expect(found(reader)).toEqual([["message-too-long", [20, 24]]]);
  });

  test.each(["<|end|>", "<|call|>", "<|return|>", "<|endoftext|>", "<|start|>", "<|channel|>", ""])(
    "what is too long ends as any other content does: %s",
    (end) => {
      const reader = parser();
      reader.push([...tokensOf("<|message|>"), ...Array(12).fill(A), ...tokensOf(`<|constrain|><|message|>${end}`)]);
      reader.processEos();
      expect(contents(reader)).toEqual(["a".repeat(10)]);
      expect(found(reader)[0]).toEqual(["message-too-long", [11, 15]]);
    },
  );

  test("a header that never ends, and unknown tokens without end, are kept in part only", () => {
    for (const token of [A, 201089]) {
      const reader = parser();
      for (let i = 0; i < 1000; i++) reader.process(token);
      reader.processEos();
      expect(reader.spans.length + reader.diagnostics.filter(({ action }) => action === "skipped").length).toBe(1);
      expect(JSON.stringify([reader.messages, reader.diagnostics]).length).toBeLessThan(1500);
    }
  });

  test("a header keeps what fits of it", () => {
    const reader = parser();
    reader.push(tokensOf("<|channel|>final<|message|>Hi<|end|>"));
    expect(found(reader)).toContainEqual(["message-too-long", [0, 2]]);
    expect(contents(reader)).toEqual(["Hi"]);
  });

  test("what is orphaned is reported as a whole", () => {
    const reader = parser();
    reader.push([...tokensOf("<|message|>Hi<|return|>"), ...Array(100).fill(A)]);
    reader.processEos();
    expect(found(reader)).toEqual([["orphaned-output", [3, 103]]]);
    expect(reader.diagnostics[0]?.text).toBe("a".repeat(10));
  });
});

describe("in the strict and permissive modes it is an error, and what came before is kept", () => {
  test.each(["strict", "permissive"] as const)("%s: a content", (mode) => {
    const parser = new StreamableParser(encoding, "assistant", { mode, ...LIMIT });
    parser.push([...tokensOf("<|message|>"), ...Array(10).fill(A)]);
    expect(() => parser.process(A)).toThrow(HarmonyError);
    expect(() => parser.process(A)).toThrow("raise the option maxMessageLength");
    parser.push(tokensOf("<|end|>"));
    expect(contents(parser)).toEqual(["a".repeat(10)]);
  });

  test("a header", () => {
    const parser = new StreamableParser(encoding, "assistant", LIMIT);
    parser.push(Array(10).fill(A));
    expect(() => parser.process(A)).toThrow(expect.objectContaining({ code: "message-too-long", tokenIndex: 10 }));
  });
});

test.each([0, -1, 1.5, 2 ** 28 + 1, Number.NaN, "10"])("maxMessageLength: %s is refused", (maxMessageLength) => {
  const options = { maxMessageLength } as ParseOptions;
  expect(() => new StreamableParser(encoding, "assistant", options)).toThrow(RangeError);
});

test.each([{ tools: ["x"] }, { continueAfterCall: true }, { continueAfterCall: false }])(
  "an option that the strict mode would ignore is refused: %j",
  (options) => {
    expect(() => new StreamableParser(encoding, "assistant", options)).toThrow('needs mode: "resilient"');
  },
);

test("a parser that was made without the encoding says so", () => {
  expect(() => new StreamableParser("assistant" as never)).toThrow("loadHarmonyEncoding()");
  expect(() => new StreamableParser(undefined as never)).toThrow("encoding must be a HarmonyEncoding, not undefined");
});
