import { expect, test } from "vitest";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { encoding, tokensOf } from "./encoding.js";

const resilient = (): StreamableParser => new StreamableParser(encoding, "assistant", { mode: "resilient" });

test("a role repeated as a separate word is a repeated role, not a recipient", () => {
  const parser = resilient();
  for (const token of tokensOf("<|start|>assistant assistant assistant<|channel|>final<|message|>B"))
    parser.process(token);
  expect(parser.currentRecipient).toBeUndefined();
  expect(parser.diagnostics.map(({ code, text }) => `${code} ${text}`)).toEqual([
    "repeated-role assistant",
    "repeated-role assistant",
  ]);
});

test("a diagnostic has its code, place, action and text", () => {
  const parser = resilient();
  for (const token of tokensOf("<|channel|>commentary?<|message|>Hi<|end|> stray<|start|>")) parser.process(token);
  parser.processEos();
  expect(parser.diagnostics).toEqual([
    {
      code: "inexact-channel",
      message: "A channel's name is not written as it should be.",
      action: "repaired",
      span: [1, 4],
      text: "commentary?",
    },
    {
      code: "stray-text",
      message: "Text stands between two messages.",
      action: "skipped",
      span: [7, 8],
      text: " stray",
    },
    {
      code: "incomplete-header",
      message: "A header ended before its message token.",
      action: "skipped",
      span: [8, 9],
      text: "<|start|>",
    },
  ]);
});

test("the place in text is counted in UTF-16 units", () => {
  const parser = new HarmonyTextParser("assistant");
  parser.process("<|channel|>commentary?<|message|>Hi<|end|> stray<|start|>").processEos();
  expect(parser.diagnostics.map(({ span }) => span)).toEqual([
    [11, 22],
    [42, 48],
    [48, 57],
  ]);
});
