import { expect, test } from "vitest";
import { Message } from "../../src/chat/message.js";
import type { TextParseOptions } from "../../src/parse/options.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { deltasOf } from "./deltas-of.js";

test("less than the longest marker is held back", () => {
  const longest = "<|reserved_200014|>".length;
  const parser = new HarmonyTextParser("assistant");
  parser.process("<|message|>");
  const text = "a<|b<|reserved_2000<|en<|<|<|reserved_99999999|>\u{1F496}<|startoftex<".repeat(20);
  let seen = 0;
  for (const [index, unit] of text.split("").entries()) {
    seen += deltasOf(parser.push(unit)).length;
    expect(index + 1 - seen).toBeLessThan(longest);
  }
  expect(seen + deltasOf(parser.finish()).length).toBe(text.length);
  expect(parser.messages).toEqual([Message.fromRoleAndContent("assistant", text)]);
});

test("no delta splits a character, and half a character is replaced", () => {
  const parser = new HarmonyTextParser("assistant");
  const chunks = ["<|message|>a\ud83d", "\udc96b\ud83d", "<|end|>"];
  const deltas = chunks.map((chunk) => deltasOf(parser.push(chunk)));
  expect(deltas).toEqual(["a", "\u{1F496}b", "\uFFFD"]);
});

test("anything but a string is refused, and so is the option `mode`", () => {
  expect(() => new HarmonyTextParser("assistant").process(5 as unknown as string)).toThrow(TypeError);
  expect(() => new HarmonyTextParser("assistant", { mode: "strict" } as TextParseOptions)).toThrow(
    'unknown option "mode"',
  );
});
