import { describe, expect, test } from "vitest";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { encoding, tokensOf } from "./encoding.js";

const UNKNOWN_TOKEN = 201089;
/** A space and the first half of some emoji. */
const HALF_AN_EMOJI = 9552;

function parse(...parts: readonly (string | number)[]) {
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient" });
  parser.push(parts.flatMap((part) => (typeof part === "string" ? tokensOf(part) : part)));
  parser.processEos();
  const contents = parser.messages.map(({ content: [part] }) => (part?.type === "text" ? part.text : "?"));
  const diagnostics = parser.diagnostics.map(({ code, span, action }) => [code, ...span, action]);
  return { contents, diagnostics };
}

describe("H6: an unknown token in no message is reported as such", () => {
  test("alone", () => {
    expect(parse(UNKNOWN_TOKEN)).toEqual({ contents: [], diagnostics: [["unknown-token", 0, 1, "skipped"]] });
  });

  test("after end", () => {
    expect(parse("<|message|>A<|end|>", UNKNOWN_TOKEN).diagnostics).toEqual([["unknown-token", 3, 4, "skipped"]]);
  });

  test("after return", () => {
    expect(parse("<|message|>A<|return|>", UNKNOWN_TOKEN).diagnostics).toEqual([["unknown-token", 3, 4, "skipped"]]);
  });

  test("between two starts", () => {
    expect(parse("<|message|>A<|end|><|start|>", UNKNOWN_TOKEN, "<|start|>assistant<|message|>B<|end|>")).toEqual({
      contents: ["A", "B"],
      diagnostics: [["unknown-token", 3, 5, "skipped"]],
    });
  });

  test("in a header it is ignored, in a content replaced", () => {
    expect(parse(UNKNOWN_TOKEN, "<|message|>A", UNKNOWN_TOKEN, "<|end|>")).toEqual({
      contents: ["A\uFFFD"],
      diagnostics: [
        ["unknown-token", 0, 1, "ignored"],
        ["unknown-token", 3, 4, "replaced"],
      ],
    });
  });
});

describe("H7: every U+FFFD that the parser puts into a content has a diagnostic", () => {
  const [first, second] = encoding.tokenizer.encodeOrdinary("\u{1F496}") as [number, number];

  test("the end of a character without its beginning", () => {
    const { contents, diagnostics } = parse("<|message|>A", second, "B<|end|>");
    const replaced = contents[0]!.split("\uFFFD").length - 1;
    expect(contents[0]).toMatch(/^A\uFFFD+B$/);
    expect(diagnostics).toEqual(Array(replaced).fill(["broken-character", 2, 3, "replaced"]));
  });

  test("the beginning of a character without its end, in the middle and at the end", () => {
    expect(parse("<|message|>A", HALF_AN_EMOJI, "B", HALF_AN_EMOJI, "<|end|>")).toEqual({
      contents: ["A \uFFFDB \uFFFD"],
      diagnostics: [
        ["broken-character", 2, 3, "replaced"],
        ["broken-character", 4, 5, "replaced"],
      ],
    });
  });

  test("a character of two tokens that a control token interrupts", () => {
    const { contents, diagnostics } = parse("<|message|>", first, "<|constrain|>", second, "<|end|>");
    const replaced = contents[0]!.length;
    expect(contents[0]).toMatch(/^\uFFFD+$/);
    expect(diagnostics.map(([code, start]) => [code, start])).toEqual([
      ["broken-character", 1],
      ["control-in-content", 2],
      ...Array(replaced - 1).fill(["broken-character", 3]),
    ]);
  });

  test("in a header that runs into its content", () => {
    expect(parse("I cannot", HALF_AN_EMOJI, " help<|end|>")).toEqual({
      contents: ["I cannot \uFFFD help"],
      diagnostics: [
        ["missing-message-token", 0, 0, "repaired"],
        ["broken-character", 2, 3, "replaced"],
      ],
    });
  });

  test("a lone surrogate in text", () => {
    const parser = new HarmonyTextParser("assistant").process("<|message|>a\ud83db\udc96<|end|>");
    expect(parser.messages[0]?.content[0]).toEqual({ type: "text", text: "a\uFFFDb\uFFFD" });
    expect(parser.diagnostics.map(({ code, span }) => [code, span])).toEqual([
      ["broken-character", [12, 13]],
      ["broken-character", [14, 15]],
    ]);
  });
});
