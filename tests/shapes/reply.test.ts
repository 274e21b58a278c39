import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calledToolOf } from "../../src/chat/tool-call.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { newId, type ReplyEvent, ReplyReader } from "../../src/shapes/reply.js";
import { ToolNames } from "../../src/shapes/tool-names.js";
import { encoding, tokensOf } from "../parse/encoding.js";
import { CASES } from "../parse/malformed-outputs.js";
import { testProperty } from "../property.js";

interface ReadOptions {
  readonly stop?: readonly string[];
  readonly toolNames?: ToolNames;
  readonly prefilled?: string;
  readonly reason?: string;
  readonly continueAfterCall?: boolean;
}

/** The events of a completion, given token by token. */
function eventsOf(completion: string | readonly number[], options: ReadOptions = {}): ReplyEvent[] {
  const { stop, toolNames = new ToolNames(), prefilled, reason = "stop", continueAfterCall } = options;
  const parser = new StreamableParser(encoding, "assistant", {
    mode: "resilient",
    continueAfterCall,
    ...(prefilled === undefined ? {} : { prefill: { channel: "final", content: prefilled } }),
  });
  let calls = 0;
  const newCallId = (): string => `call_${++calls}`;
  const reader = new ReplyReader({ toolNames, stop, newCallId, prefilled });
  const events: ReplyEvent[] = [];
  const tokens = typeof completion === "string" ? tokensOf(completion) : completion;
  for (const token of tokens) for (const event of parser.push(token)) events.push(...reader.read(event));
  for (const event of parser.finish({ reason })) events.push(...reader.read(event));
  return events;
}

/** The parts, a line for each. */
function partsOf(completion: string, options: ReadOptions = {}): string[] {
  return eventsOf(completion, options).flatMap((event) => {
    if (event.type !== "part-end") return [];
    const { part, text, isComplete } = event;
    const what = part.type === "call" ? `${part.tool!.type} ${part.tool!.name} ${part.callId}` : part.type;
    return [`${what}${isComplete ? "" : " (cut)"}: ${text}`];
  });
}

const T = "<|channel|>analysis<|message|>T<|end|>";
const P = "<|start|>assistant<|channel|>commentary<|message|>P<|end|>";
const CALL = "<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>";
const A = "<|start|>assistant<|channel|>final<|message|>A<|return|>";

describe("what each message is", () => {
  test.each([
    [
      "thoughts, a preamble and a call",
      `${T}${P}${CALL}{"a":1}<|call|>`,
      ["reasoning: T", "preamble: P", 'function f call_1: {"a":1}'],
    ],
    ["an answer", `${T}${A}`, ["reasoning: T", "answer: A"]],
    ["an answer without a channel", "<|message|>A<|return|>", ["answer: A"]],
    [
      "a message of somebody else is nothing for the user",
      `${T}<|start|>user<|message|>Q<|end|>`,
      ["reasoning: T", "reasoning: Q"],
    ],
    ["a message on a channel that does not exist", "<|channel|>secret<|message|>S<|end|>", ["answer: S"]],
    ["a call on the channel final", "<|channel|>final to=functions.f<|message|>{}<|call|>", ["function f call_1: {}"]],
    [
      "a call of a tool that was never declared",
      "<|channel|>analysis to=browser.search code<|message|>{}<|call|>",
      ["function browser.search call_1: {}"],
    ],
    ["code", "<|channel|>analysis to=python code<|message|> \n<|call|>", ["function python call_1:  \n"]],
    ["no arguments", `${T}${CALL}<|call|>`, ["reasoning: T", "function f call_1: {}"]],
    ["a recipient that is not a tool", "<|channel|>final to=user<|message|>A<|return|>", ["answer: A"]],
    [
      "several calls",
      `${T}${CALL}{}<|call|>${CALL}{}<|call|>`,
      ["reasoning: T", "function f call_1: {}", "function f call_2: {}"],
      { continueAfterCall: true },
    ],
    ["an answer that is cut off", "<|channel|>final<|message|>A 【1", ["answer (cut): A 【1"], { reason: "length" }],
    [
      "a call that is cut off has no arguments made up",
      CALL.slice("<|start|>assistant".length),
      ["function f call_1 (cut): "],
      { reason: "length" },
    ],
  ] as [string, string, string[], ReadOptions?][])("%s", (_, completion, parts, options) => {
    expect(partsOf(completion, options)).toEqual(parts);
  });
});

describe("the text of a custom tool", () => {
  const toolNames = new ToolNames();
  toolNames.declare({ type: "custom", name: "f", description: "" });
  const head = CALL.slice("<|start|>assistant".length);
  test.each([
    ["as it is", "+ a\n", "+ a\n"],
    ["as a string of JSON", '"+ a\\n"', "+ a\n"],
    ["as the only field of an object", ' {"input": "+ a\\n"}\n', "+ a\n"],
    ["with a field that may be its own", '{"a": "b"}', '{"a": "b"}'],
    ["with several fields", '{"input": "a", "x": "b"}', '{"input": "a", "x": "b"}'],
    ["with a field that is not text", '{"input": 1}', '{"input": 1}'],
    ["a list", '["a"]', '["a"]'],
    ["an empty object", "{}", "{}"],
    ["what only begins like JSON", '{"input": "a" + b', '{"input": "a" + b'],
    ["white space", " \n", " \n"],
    ["nothing", "", ""],
    ["with white space first", "\n\n+ a", "\n\n+ a"],
  ])("%s", (_, written, text) => {
    expect(partsOf(`${head}${written}<|call|>`, { toolNames })).toEqual([`custom f call_1: ${text}`]);
  });

  test("one that is cut off is as the model wrote it", () => {
    expect(partsOf(`${head}"abc`, { toolNames, reason: "length" })).toEqual(['custom f call_1 (cut): "abc']);
    expect(partsOf(`${head}"abc"`, { toolNames, reason: "length" })).toEqual(['custom f call_1 (cut): "abc"']);
  });

  test("one that cannot be wrapped arrives as it is written", () => {
    const deltas = eventsOf(`${head}+ a b c<|call|>`, { toolNames }).filter(({ type }) => type === "part-delta");
    expect(deltas.length).toBeGreaterThan(2);
  });

  test("a long text takes linear time", () => {
    const timeOf = (count: number): number => {
      const text = `${head}{"input": "${"x ".repeat(count)}`;
      const start = performance.now();
      eventsOf(text, { toolNames });
      return performance.now() - start;
    };
    timeOf(500);
    expect(timeOf(20_000)).toBeLessThan(200 * Math.max(2, timeOf(500)));
  });
});

describe("stop strings", () => {
  test("end the answer, and with it the reply", () => {
    expect(
      partsOf(`${T}${P}<|start|>assistant<|channel|>final<|message|>P A STOP B<|end|>${CALL}{}<|call|>`, {
        stop: [" STOP"],
      }),
    ).toEqual(["reasoning: T", "preamble: P", "answer: P A"]);
  });

  test("do not count elsewhere", () => {
    expect(partsOf(`${T}${P}${CALL}{"T":"P"}<|call|>`, { stop: ["T", "P"] })).toHaveLength(3);
  });
});

test("what the prompt holds of the answer is not part of the reply", () => {
  const events = eventsOf(" world<|return|>", { prefilled: "Hello" });
  expect(events.map((event) => (event.type === "part-delta" ? event.text : event.type))).toEqual([
    "part-start",
    " world",
    "part-end",
  ]);
  expect(
    partsOf(" world<|return|><|start|>assistant<|channel|>final<|message|>Hello<|return|>", { prefilled: "Hello" }),
  ).toEqual(["answer:  world", "answer: Hello"]);
});

/** What must hold for any events: each part begins, grows and ends, and its pieces are its text. */
function checkParts(events: readonly ReplyEvent[]): void {
  let open: { index: number; text: string } | undefined;
  let count = 0;
  for (const event of events) {
    switch (event.type) {
      case "part-start":
        expect(open).toBeUndefined();
        expect(event.part.index).toBe(count);
        expect(event.part.type === "call").toBe(event.part.tool !== undefined);
        expect(event.part.type === "call").toBe(event.part.callId !== undefined);
        open = { index: count, text: "" };
        count += 1;
        break;
      case "part-delta":
        expect(event.text).not.toBe("");
        expect(event.part.index).toBe(open?.index);
        open!.text += event.text;
        break;
      case "part-end":
        expect(event.part.index).toBe(open?.index);
        expect(event.text).toBe(open!.text);
        open = undefined;
        break;
      case "diagnostic":
    }
  }
  expect(open).toBeUndefined();
}

test("no message of a malformed output is lost", () => {
  for (const { output, options, reason } of CASES) {
    const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", ...options });
    const reader = new ReplyReader({ toolNames: new ToolNames() });
    const events = [...parser.push(tokensOf(output)), ...parser.finish({ reason })].flatMap((event) =>
      reader.read(event),
    );
    checkParts(events);
    const shown = events.flatMap((event) => (event.type === "part-end" ? [event] : []));
    expect(shown).toHaveLength(parser.messages.length);
    for (const [index, { text, isComplete, part }] of shown.entries()) {
      const message = parser.messages[index]!;
      expect(part.type === "call").toBe(calledToolOf(message) !== undefined);
      // A call without arguments is a call with none.
      const isEmptyCall = part.type === "call" && isComplete && message.text.trim() === "";
      expect(text).toBe(isEmptyCall && message.recipient !== "python" ? `${message.text}{}` : message.text);
    }
    expect(events.filter(({ type }) => type === "diagnostic")).toHaveLength(parser.diagnostics.length);
  }
});

const pieces = fc.array(
  fc.constantFrom(
    ..."<|start|> <|channel|> <|message|> <|end|> <|call|> <|return|> <|constrain|>".split(" "),
    "assistant",
    "user",
    "analysis",
    "commentary",
    "final",
    " to=functions.f",
    " to=python",
    " to=browser.search",
    "json",
    "{}",
    " ",
    "A 【1†L2】",
    '{"input": "x"}',
    "💖",
    "STOP",
  ),
  { maxLength: 40, size: "max" },
);

testProperty(
  "the parts of any output are well formed, whatever it is, and hold all messages",
  [pieces, fc.constantFrom("stop", "length"), fc.boolean()],
  (pieces, reason, continueAfterCall) => {
    const text = pieces.join("");
    const events = eventsOf(text, { reason, continueAfterCall });
    checkParts(events);
    const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", continueAfterCall });
    parser.push(tokensOf(text));
    parser.finish({ reason });
    const shown = events.flatMap((event) => (event.type === "part-end" ? [event.text] : []));
    const { messages } = parser;
    expect(shown.map((text, index) => (messages[index]!.text.trim() === "" ? messages[index]!.text : text))).toEqual(
      messages.map(({ text }) => text),
    );
  },
  { runs: 5_000 },
);

test("an id is random, and its letters are alike", () => {
  const ids = Array.from({ length: 1_000 }, () => newId("call_"));
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/);
});
