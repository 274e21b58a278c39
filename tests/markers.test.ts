import { expect, test } from "vitest";
import {
  CONSTRAIN_MARKER,
  findMarker,
  hasMarker,
  LONGEST_MARKER,
  markerAt,
  SPECIAL_TOKENS,
} from "../src/special-tokens.js";

test("every special token is a marker wherever it stands, and nothing else is", () => {
  for (const [text, token] of SPECIAL_TOKENS) {
    expect(markerAt(`x${text}|>`, 1)).toEqual({ text, token, index: 1 });
    expect(text.length).toBeLessThanOrEqual(LONGEST_MARKER);
  }
  expect(CONSTRAIN_MARKER).toBe("<|constrain|>");
});

test.each([
  "<|reserved_209999|>",
  "<|reserved_200002|>",
  "<|reserved_201089|>",
  "<|START|>",
  "<| start|>",
  "<|start |>",
  "<|>",
  "<||>",
  "<|start|",
  "<start>",
  "<|endofprompt|>",
  "",
])("%j is not a marker", (text) => {
  expect(markerAt(text, 0)).toBeUndefined();
  expect(hasMarker(`${text} ${text}`)).toBe(false);
});

test("the first marker is found, also after what only looks like one", () => {
  expect(findMarker("<|<|x|><|end|><|start|>")).toEqual({ text: "<|end|>", token: 200007, index: 7 });
  expect(findMarker("<|end|>a<|start|>", 1)).toEqual({ text: "<|start|>", token: 200006, index: 8 });
});

test("searching takes time in proportion to the text", () => {
  const timeOf = (text: string): number => {
    const start = performance.now();
    expect(hasMarker(text)).toBe(false);
    return performance.now() - start;
  };
  const hostile = (count: number): string => "<|".repeat(count);
  timeOf(hostile(10_000));
  expect(timeOf(hostile(400_000))).toBeLessThan(2000);
});
