import { expect, test } from "vitest";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { deltasOf } from "./deltas-of.js";
import { encoding, tokensOf } from "./encoding.js";

const resilient = (): StreamableParser => new StreamableParser(encoding, "assistant", { mode: "resilient" });

test("events tell everything, in order", () => {
  const parser = resilient();
  const events = [...parser.push(tokensOf("<|channel|>FINAL<|message|>Yes")), ...parser.finish()];
  const spans = { header: [0, 3], content: [3, 4], terminator: [4, 4] };
  const [message] = parser.messages;
  expect(events).toEqual([
    { type: "diagnostic", diagnostic: parser.diagnostics[0] },
    {
      type: "message-start",
      index: 0,
      role: "assistant",
      name: undefined,
      channel: "final",
      recipient: undefined,
      content_type: undefined,
    },
    { type: "delta", index: 0, channel: "final", recipient: undefined, text: "Yes" },
    { type: "message-end", index: 0, message, ending: "end-of-input", spans },
    { type: "end" },
  ]);
});

test("what is left of a broken character comes as the last delta", () => {
  const parser = resilient();
  const tokens = [...tokensOf("<|message|>A"), 9552, ...tokensOf("<|end|>")];
  expect(deltasOf(parser.push(tokens))).toBe("A \uFFFD");
});

test("the first push may come in the middle of a message", () => {
  const parser = resilient();
  for (const token of tokensOf("<|channel|>final<|message|>Hello")) parser.process(token);
  const events = parser.push(tokensOf(" there"));
  expect(events.map(({ type }) => type)).toEqual(["message-start", "delta", "delta"]);
  expect(deltasOf(events)).toBe("Hello there");
});

test("in strict mode, the events before an error are not lost", () => {
  const parser = new StreamableParser(encoding, "assistant");
  expect(() => parser.push(tokensOf("<|message|>Hi<|end|>oops"))).toThrow("Unexpected token");
  expect(parser.takeEvents().map(({ type }) => type)).toEqual(["message-start", "delta", "message-end"]);
});
