import { describe, expect, test } from "vitest";
import { HarmonyError } from "../../src/errors.js";
import type { HarmonyEvent } from "../../src/parse/event.js";
import type { ParseMode } from "../../src/parse/options.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { SpecialToken } from "../../src/special-tokens.js";
import { testProperty } from "../property.js";
import { encoding, tokensOf } from "./encoding.js";
import { anyResilientOptions, anyRole, anyTokens } from "./properties/arbitraries.js";
import { expectEventsOf, expectNothingLost, expectSame } from "./properties/assertions.js";

const CALL = '<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":1}';
const ANSWER = "<|channel|>final<|message|>Four.";

const endingsOf = (events: readonly HarmonyEvent[]): string[] =>
  events.flatMap((event) => (event.type === "message-end" ? [event.ending] : []));

describe.each<ParseMode>(["strict", "permissive", "resilient"])("mode %s", (mode) => {
  test.each([
    [CALL, "stop", "call"],
    [CALL, "tool_calls", "call"],
    [CALL, "function_call", "call"],
    [CALL, "eos", "call"],
    [ANSWER, "stop", "return"],
    [CALL, "length", "end-of-input"],
    [ANSWER, "limit", "end-of-input"],
    [ANSWER, null, "end-of-input"],
    [ANSWER, undefined, "end-of-input"],
    [`${CALL}<|call|>`, "length", "call"],
    [`${ANSWER}<|end|>`, "stop", "end"],
  ])("%s, finish reason %s: the ending is %s", (output, reason, ending) => {
    const parser = new StreamableParser(encoding, "assistant", { mode });
    const events = [...parser.push(tokensOf(output)), ...parser.finish({ reason })];
    expect(endingsOf(events)).toEqual([ending]);
    const length = tokensOf(output).length;
    const isInOutput = output.endsWith("<|call|>") || output.endsWith("<|end|>");
    expect(parser.spans[0]?.terminator).toEqual([length - (isInOutput ? 1 : 0), length]);
  });
});

test("a header that the engine cut off is read as it is at a stop token", () => {
  const strict = new StreamableParser(encoding, "assistant", { mode: "strict" });
  for (const token of tokensOf("<|channel|>final Hi")) strict.process(token);
  expect(() => strict.finish({ reason: "stop" })).toThrow(HarmonyError);

  const permissive = new StreamableParser(encoding, "assistant", { mode: "permissive" });
  for (const token of tokensOf("<|channel|>final Hi")) permissive.process(token);
  expect(() => permissive.processEos({ reason: "length" })).toThrow(HarmonyError);
  expect(permissive.processEos({ reason: "stop" }).messages.map(({ channel }) => channel)).toEqual(["final"]);
});

test("a reason is a string, and the only option", () => {
  const parser = new HarmonyTextParser("assistant").process(ANSWER);
  expect(() => parser.finish({ reason: 5 as never })).toThrow("reason must be a string, not 5");
  expect(() => parser.finish({ finish_reason: "stop" } as never)).toThrow('unknown option "finish_reason"');
  expect(parser.messages).toEqual([]);
  expect(endingsOf(parser.finish({ reason: "stop" }))).toEqual(["return"]);
});

testProperty(
  "a content whose stop token was swallowed is what it is with the token, but for the terminator",
  [anyTokens, anyRole, anyResilientOptions],
  (tokens, role, options) => {
    const swallowed = new StreamableParser(encoding, role, { mode: "resilient", ...options });
    const events = [...swallowed.push(tokens)];
    const { state, currentRole, currentRecipient } = swallowed;
    events.push(...swallowed.finish({ reason: "stop" }));
    expectNothingLost(swallowed, tokens.length);
    expectEventsOf(swallowed, events);
    const whole = new StreamableParser(encoding, role, { mode: "resilient", ...options });
    for (const token of tokens) whole.process(token);
    if (state === "Content") {
      const isCall = currentRole === "assistant" && currentRecipient !== undefined;
      whole.process(isCall ? SpecialToken.CALL : SpecialToken.RETURN);
    }
    // A stop token in a header is part of what is skipped, if the header cannot be a message.
    if (state === "Header") return;
    whole.processEos();
    const read = ({ messages, diagnostics }: StreamableParser): string => JSON.stringify([messages, diagnostics]);
    expectSame(read(swallowed), read(whole), "without the stop token");
  },
);
