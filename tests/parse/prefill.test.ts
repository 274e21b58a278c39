import { expect, test } from "vitest";
import { Message } from "../../src/chat/message.js";
import type { ParseOptions } from "../../src/parse/options.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { deltasOf } from "./deltas-of.js";
import { encoding, tokensOf } from "./encoding.js";

const resilient = (options: ParseOptions): StreamableParser =>
  new StreamableParser(encoding, "assistant", { mode: "resilient", ...options });

const prefill = { channel: "final", content: "Sure, " };

test("the message begins with the content that the prompt already has", () => {
  const parser = resilient({ prefill });
  expect([parser.state, parser.currentChannel, parser.currentContent]).toEqual(["Content", "final", "Sure, "]);
  const events = [...parser.push(tokensOf("here it is.<|return|>")), ...parser.finish()];
  expect(parser.messages).toEqual([Message.fromRoleAndContent("assistant", "Sure, here it is.").withChannel("final")]);
  expect(parser.spans).toEqual([{ header: [0, 0], content: [0, 4], terminator: [4, 5] }]);
  expect(events[0]).toMatchObject({ type: "message-start", channel: "final" });
  expect(deltasOf(events)).toBe("Sure, here it is.");
});

test("a prefill works in strict mode and for text", () => {
  const strict = new StreamableParser(encoding, "assistant", { prefill });
  for (const token of tokensOf("yes<|return|>")) strict.process(token);
  const text = new HarmonyTextParser("assistant", { prefill }).process("yes<|return|>");
  expect(strict.messages).toEqual(text.messages);
  expect(strict.messages).toEqual([Message.fromRoleAndContent("assistant", "Sure, yes").withChannel("final")]);
});

test("a prefill can begin a call", () => {
  const parser = resilient({ prefill: { channel: "commentary", recipient: "functions.x", content_type: "json" } });
  for (const token of tokensOf("{}<|call|>")) parser.process(token);
  expect(parser.messages[0]).toMatchObject({ recipient: "functions.x", content_type: "json" });
});

test("stateData shows the prefill as content", () => {
  const parser = resilient({ prefill });
  parser.process(64);
  expect(parser.stateData).toMatchObject({ content_tokens: [...encoding.tokenizer.encodeOrdinary("Sure, "), 64] });
});
