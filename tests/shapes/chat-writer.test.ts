import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ChatCompletion,
  type ChatCompletionChunk,
  type ChatCompletionRequest,
  ChatCompletionWriter,
  type ChatCompletionWriterOptions,
  type EndedReply,
  joinChatCompletions,
} from "../../src/chat-completions.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { type ReplyEvent, ReplyReader } from "../../src/shapes/reply.js";
import { CASES } from "../parse/malformed-outputs.js";
import { testProperty } from "../property.js";
import { read } from "./chat-request.js";
import { joinChunks } from "./join-chunks.js";
import { encoding, tokensOf } from "./scripted-engine.js";

const USAGE = { promptTokens: 10, cachedTokens: 4, completionTokens: 6, analysisTokens: 2 };
const F = { type: "function", function: { name: "f" } };
const PATCH = { type: "custom", custom: { name: "patch" } };

interface Written {
  readonly chunks: ChatCompletionChunk[];
  readonly completion: ChatCompletion;
  readonly writer: ChatCompletionWriter;
}

/** What is written of events. */
function writtenOf(
  events: readonly ReplyEvent[],
  request: ChatCompletionRequest,
  options: ChatCompletionWriterOptions = {},
  end: Partial<EndedReply> = {},
): Written {
  const writer = new ChatCompletionWriter(request, { id: "chatcmpl-1", created: 1, ...options });
  const chunks = events.flatMap((event) => writer.write(event));
  chunks.push(...writer.end({ finish: "stop", usage: USAGE, ...end }));
  return { chunks, completion: writer.completion, writer };
}

/** The events of a completion. */
function eventsOf(completion: string, request: ChatCompletionRequest, reason = "stop"): ReplyEvent[] {
  const { toolNames, stop } = request;
  const parser = new StreamableParser(encoding, "assistant", {
    mode: "resilient",
    tools: toolNames.recipients,
    continueAfterCall: true,
  });
  let calls = 0;
  const newCallId = (): string => `call_${++calls}`;
  const reader = new ReplyReader({ toolNames, stop, newCallId });
  return [...parser.push(tokensOf(completion)), ...parser.finish({ reason })].flatMap((event) => reader.read(event));
}

function write(
  completion: string,
  fields: object = {},
  options?: ChatCompletionWriterOptions,
  end?: Partial<EndedReply>,
): Written {
  const request = read(fields, { builtInTools: [] });
  return writtenOf(eventsOf(completion, request), request, options, end);
}

const T = "<|channel|>analysis<|message|>T<|end|>";
const P = "<|start|>assistant<|channel|>commentary<|message|>P<|end|>";
const CALL = '<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":1}<|call|>';
const PATCHED = "<|start|>assistant<|channel|>commentary to=functions.patch<|message|>+ a\n<|call|>";
const A = "<|start|>assistant<|channel|>final<|message|>A b<|return|>";

describe("the whole answer", () => {
  test("with an answer", () => {
    const { completion } = write(T + A, {}, {}, { carriedTokens: "harmony1.AA" });
    expect(completion).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: "gpt-oss-20b",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: "A b",
            refusal: null,
            reasoning_content: "T",
            harmony_tokens: "harmony1.AA",
          },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 6,
        total_tokens: 16,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
  });

  test("with calls", () => {
    const { completion } = write(T + P + CALL + PATCHED, { tools: [F, PATCH] }, {}, { finish: "tool-calls" });
    expect(completion.choices[0]).toEqual({
      index: 0,
      message: {
        role: "assistant",
        content: "P",
        refusal: null,
        reasoning_content: "T",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
          { id: "call_2", type: "custom", custom: { name: "patch", input: "+ a\n" } },
        ],
      },
      logprobs: null,
      finish_reason: "tool_calls",
    });
  });

  test.each([
    ["says nothing beside a call", T + CALL, null],
    ["says nothing at all", T, ""],
    ["says nothing in its answer", `${T}<|start|>assistant<|channel|>final<|message|><|return|>`, ""],
  ])("that %s", (_, completion, content) => {
    expect(write(completion).completion.choices[0]!.message.content).toBe(content);
  });

  test.each([
    ["a tool that nobody declared", "functions.x", { name: "x" }],
    ["a tool that the model was trained with", "browser.search", { name: "browser.search" }],
    ["code", "python", { name: "python" }],
    ["a changed name is the client's again", "functions.files_read", { name: "files.read" }],
    ["a namespace", "mcp.read", { name: "read", namespace: "mcp" }],
  ])("calls: %s", (_, recipient, names) => {
    const tools = [
      { type: "function", function: { name: "files.read" } },
      { type: "namespace", name: "mcp", tools: [{ type: "function", function: { name: "read" } }] },
    ];
    const { completion } = write(`<|channel|>commentary to=${recipient}<|message|>{}<|call|>`, { tools });
    expect(completion.choices[0]!.message.tool_calls).toEqual([
      { id: "call_1", type: "function", function: { ...names, arguments: "{}" } },
    ]);
  });

  test("several messages of a kind are one text, with an empty line between them", () => {
    const { completion } = write(
      `${T}<|start|>assistant${T}${P}${P}<|start|>assistant<|channel|>commentary<|message|><|end|>${A}`,
    );
    expect(completion.choices[0]!.message).toMatchObject({ content: "P\n\nP\n\nA b", reasoning_content: "T\n\nT" });
  });

  test("a preamble is a thought where a program will read the content as JSON", () => {
    const response_format = { type: "json_object" };
    const message = (options?: ChatCompletionWriterOptions): unknown =>
      write(`${P.slice("<|start|>assistant".length)}${A}`, { response_format }, options).completion.choices[0]!.message;
    expect(message()).toMatchObject({ content: "A b", reasoning_content: "P" });
    expect(message({ preambles: "content" })).toMatchObject({ content: "P\n\nA b" });
  });

  test.each([
    ["stop", "stop"],
    ["tool-calls", "tool_calls"],
    ["length", "length"],
    ["content-filter", "content_filter"],
    ["error", "length"],
    [undefined, "length"],
  ] as const)("ends by %s as %s", (finish, reason) => {
    expect(write(A, {}, {}, { finish }).completion.choices[0]!.finish_reason).toBe(reason);
  });

  test("before its end, it is as much as there is", () => {
    const request = read({});
    const writer = new ChatCompletionWriter(request);
    for (const event of eventsOf("<|channel|>final<|message|>A", request, "length")) writer.write(event);
    expect(writer.completion).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-\w{24}$/),
      choices: [{ finish_reason: "length", message: { content: "A" } }],
    });
    expect(writer.completion.usage).toBeUndefined();
    expect(Math.abs(writer.completion.created - Date.now() / 1000)).toBeLessThan(5);
  });

  test("is a value of its own each time", () => {
    const { completion, writer } = write(CALL);
    (completion.choices[0]!.message.tool_calls![0] as { id: string }).id = "changed";
    expect(writer.completion.choices[0]!.message.tool_calls![0]!.id).toBe("call_1");
  });
});

describe("for a client of before there were tools", () => {
  const functions = [{ name: "f" }];
  test("a call is a function_call", () => {
    const { completion, chunks } = write(T + CALL, { functions }, {}, { finish: "tool-calls" });
    expect(completion.choices[0]).toMatchObject({
      finish_reason: "function_call",
      message: { content: null, function_call: { name: "f", arguments: '{"a":1}' } },
    });
    expect(completion.choices[0]!.message.tool_calls).toBeUndefined();
    expect(joinChunks(chunks).choices).toEqual(completion.choices);
  });

  test("a second call is not lost", () => {
    const { completion } = write(T + CALL + CALL, { functions });
    expect(completion.choices[0]!.message.tool_calls).toHaveLength(1);
  });
});

describe("chunks", () => {
  const deltas = ({ chunks }: Written): unknown[] => chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));

  test("say first whose message it is, and last why it has ended", () => {
    const written = write(T + A, {}, {}, { carriedTokens: "harmony1.AA" });
    expect(deltas(written)).toEqual([
      { role: "assistant", content: "" },
      { reasoning_content: "T" },
      { content: "A" },
      { content: " b" },
      { harmony_tokens: "harmony1.AA" },
    ]);
    expect(written.chunks.map(({ choices }) => choices[0]!.finish_reason)).toEqual([null, null, null, null, "stop"]);
    expect(written.chunks.every((chunk) => !("usage" in chunk))).toBe(true);
    expect(written.chunks[0]).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: "gpt-oss-20b",
      choices: [{ index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null }],
    });
  });

  test("have the usage last, where the client asks for it", () => {
    const { chunks, completion } = write(A, { stream: true, stream_options: { include_usage: true } });
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual(chunks.slice(0, -1).map(() => null));
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: completion.usage });
    expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe("stop");
  });

  test("have a call's id and name first, and then its arguments", () => {
    const written = write(CALL + PATCHED, { tools: [F, PATCH] });
    const calls = deltas(written).flatMap((delta) => (delta as { tool_calls?: unknown[] }).tool_calls ?? []);
    expect(calls[0]).toEqual({ index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } });
    const second = calls.findIndex((call) => (call as { index: number }).index === 1);
    expect(calls[second]).toEqual({ index: 1, id: "call_2", type: "custom", custom: { name: "patch", input: "" } });
    expect(calls.slice(1, second).every((call) => Object.keys(call as object).join() === "index,function")).toBe(true);
    expect(calls.slice(second + 1).every((call) => Object.keys(call as object).join() === "index,custom")).toBe(true);
  });

  test("of a reply without anything", () => {
    expect(deltas(writtenOf([], read({})))).toEqual([{ role: "assistant", content: "" }, {}]);
  });
});

describe("options", () => {
  test.each([
    ["reasoning", { reasoning: "T" }],
    ["reasoning_content", { reasoning_content: "T" }],
    ["both", { reasoning: "T", reasoning_content: "T" }],
  ] as const)("thoughts in %s", (reasoningField, fields) => {
    const { completion, chunks } = write(T + A, {}, { reasoningField });
    const { role: _, content: __, refusal: ___, ...rest } = completion.choices[0]!.message;
    expect(rest).toEqual(fields);
    expect(chunks[1]!.choices[0]!.delta).toEqual(fields);
  });

  test("the tokens can be left out", () => {
    const { completion } = write(A, {}, { includeTokens: false }, { carriedTokens: "harmony1.AA" });
    expect("harmony_tokens" in completion.choices[0]!.message).toBe(false);
  });

  test("diagnostics can be looked at, and sent where the program says so", () => {
    const broken = `${T}<|start|><|start|>assistant<|channel|>final<|message|>A<|return|>`;
    const { completion, writer } = write(broken);
    expect(writer.diagnostics.map(({ code }) => code)).toEqual(["repeated-start"]);
    expect("harmony_diagnostics" in completion.choices[0]!.message).toBe(false);
    const sent = write(broken, {}, { includeDiagnostics: true });
    const diagnostics = [{ code: "repeated-start", message: expect.any(String), text: "<|start|>" }];
    expect(sent.completion.choices[0]!.message.harmony_diagnostics).toEqual(diagnostics);
    expect(sent.chunks.at(-1)!.choices[0]!.delta.harmony_diagnostics).toEqual(diagnostics);
  });

  test.each([
    [{ reasoningfield: "both" }],
    [{ reasoningField: "thinking" }],
    [{ preambles: "both" }],
    [{ includeTokens: 1 }],
    [{ includeDiagnostics: "yes" }],
    [{ id: 3 }],
    [{ created: 1.5 }],
    [{ index: -1 }],
  ])("a mistake is a TypeError: %o", (options) => {
    expect(() => new ChatCompletionWriter(read({}), options as ChatCompletionWriterOptions)).toThrow(TypeError);
  });
});

test("several answers are joined; the prompt counts once", () => {
  const answers = [0, 1].map((index) => write(A, { n: 2 }, { index }).completion);
  const joined = joinChatCompletions(answers);
  expect(joined.choices.map(({ index }) => index)).toEqual([0, 1]);
  expect(joined.usage).toEqual({
    prompt_tokens: 10,
    completion_tokens: 12,
    total_tokens: 22,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 4 },
  });
  expect(joinChatCompletions([answers[0]!])).toEqual(answers[0]);
  expect(() => joinChatCompletions([])).toThrow(TypeError);
});

describe("the chunks put together are the whole", () => {
  const options = fc.record({
    reasoningField: fc.constantFrom("reasoning_content", "reasoning", "both"),
    preambles: fc.constantFrom("content", "reasoning"),
    includeDiagnostics: fc.boolean(),
  }) as fc.Arbitrary<ChatCompletionWriterOptions>;
  const usage = { stream: true, stream_options: { include_usage: true } };

  test("for each malformed output", () => {
    for (const { output, options, reason = "stop" } of CASES) {
      const tools = Array.from(options.tools ?? [], (name) => ({ type: "function", function: { name } }));
      const request = read({ ...usage, tools });
      const { chunks, completion } = writtenOf(eventsOf(output, request, reason), request, {
        includeDiagnostics: true,
      });
      expect(joinChunks(chunks)).toEqual(completion);
    }
  });

  const name = fc.constantFrom("f", "g", "browser.search", "python");
  const part = fc.oneof(
    fc.record({ type: fc.constantFrom("reasoning", "preamble", "answer") }),
    fc.record({
      type: fc.constant("call"),
      callId: fc.string({ minLength: 1 }),
      tool: fc.record({ type: fc.constantFrom("function", "custom", "built-in"), name, recipient: name }),
    }),
  );
  const parts = fc.array(fc.tuple(part, fc.array(fc.string({ minLength: 1 }), { maxLength: 4 })), { maxLength: 6 });

  testProperty(
    "for any events",
    [parts, options, fc.boolean()],
    (parts, options, usesFunctions) => {
      const events = parts.flatMap(([given, pieces], index): ReplyEvent[] => {
        const part = { ...given, index } as Extract<ReplyEvent, { type: "part-start" }>["part"];
        return [
          { type: "part-start", part },
          ...pieces.map((text) => ({ type: "part-delta", part, text }) as const),
          { type: "part-end", part, text: pieces.join(""), isComplete: true },
        ];
      });
      const request = read({ ...usage, ...(usesFunctions ? { functions: [{ name: "f" }] } : {}) });
      const { chunks, completion } = writtenOf(events, request, options, { carriedTokens: "harmony1.AA" });
      expect(joinChunks(chunks)).toEqual(completion);
      // Nothing is lost: all that was written stands in the message, in order.
      const { message } = completion.choices[0]!;
      const thoughts = options.preambles === "reasoning" ? ["reasoning", "preamble"] : ["reasoning"];
      const textOf = (isWanted: (type: string) => boolean): string =>
        parts
          .filter(([{ type }, pieces]) => isWanted(type) && pieces.length > 0)
          .map(([, pieces]) => pieces.join(""))
          .join("\n\n");
      expect(message.reasoning_content ?? message.reasoning ?? "").toBe(textOf((type) => thoughts.includes(type)));
      expect(message.content ?? "").toBe(textOf((type) => type !== "call" && !thoughts.includes(type)));
      const called = [
        message.function_call?.arguments,
        ...(message.tool_calls ?? []).map((call) =>
          call.type === "custom" ? call.custom.input : call.function.arguments,
        ),
      ];
      expect(called.filter((text) => text !== undefined)).toEqual(
        parts.filter(([{ type }]) => type === "call").map(([, pieces]) => pieces.join("")),
      );
    },
    { runs: 5_000 },
  );
});
