// What the model wrote comes back in the next request, and stands in its prompt token for token.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChatCompletionWriter, type ChatMessage, HarmonyReply } from "../../src/chat-completions.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { packTokens } from "../../src/shapes/carried-tokens.js";
import { ReplyReader } from "../../src/shapes/reply.js";
import { sessionOf } from "../../src/shapes/session-of-request.js";
import { testProperty } from "../property.js";
import { read } from "./chat-request.js";
import { joinChunks } from "./join-chunks.js";
import { encoding, scriptedEngine, tokensOf } from "./scripted-engine.js";

const TOOLS = [
  { type: "function", function: { name: "get_weather" } },
  { type: "function", function: { name: "files.read" } },
  { type: "custom", custom: { name: "patch" } },
];

/** The results of a message's calls, in an order that is not theirs. */
function resultsOf({ tool_calls = [] }: ChatMessage): object[] {
  return tool_calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: `R ${id}` })).reverse();
}

/** As a client that does not know our fields prints and reads a message. */
function overTheWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

describe("ten rounds with tools", () => {
  const T = "<|channel|>analysis<|message|>Let me see.<|end|><|start|>assistant";
  const COMPLETIONS = [
    `${T}<|channel|>commentary<|message|>I'll look.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Köln"}<|call|>`,
    `${T}<|channel|>commentary to=functions.files_read <|constrain|>json<|message|>{ "path" : "a" }<|call|>`,
    '<|channel|>commentary to=functions.patch json<|message|>{"input": "+ a"}<|call|>',
    "<|channel|>analysis to=python code<|message|>print(1)<|call|>",
    '<|channel|>analysis to=browser.search code<|message|>{"query":"x"}<|call|>',
    "<|channel|>commentary to=get_weather json<|message|><|call|>",
    `${T} to=functions.get_weather<|channel|>commentary json<|message|>{}<|call|>`,
    "<|channel|>commentary<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{}<|call|>",
    `${T}<|channel|>analysis<|message|>Again.<|end|><|start|>assistant<|channel|>commentary to=functions.unknown json<|message|>{}<|call|>`,
    `${T}<|channel|>final<|message|>It rains. 【1†L2】<|return|>`,
  ];

  test.each([
    ["whole", false],
    ["streamed", true],
  ])("each prompt begins with the one before and its completion: %s", async (_, isStreamed) => {
    const engine = scriptedEngine(COMPLETIONS);
    const messages: object[] = [
      { role: "system", content: "S" },
      { role: "user", content: "Q" },
    ];
    let before: readonly number[] = [];
    for (const completion of COMPLETIONS) {
      const request = read({ messages, tools: TOOLS, stream: isStreamed });
      const reply = new HarmonyReply(request, { engine, encoding });
      const writer = new ChatCompletionWriter(request);
      const chunks = [];
      for await (const event of reply) chunks.push(...writer.write(event));
      chunks.push(...writer.end(reply));
      const { message } = (isStreamed ? joinChunks(chunks) : writer.completion).choices[0]!;
      messages.push(overTheWire(message), ...resultsOf(message));
      const prompt = engine.requests.at(-1)!.tokens;
      expect(prompt.slice(0, before.length)).toEqual(before);
      before = [...prompt, ...tokensOf(completion)];
    }
    expect(messages.at(-1)).toMatchObject({ content: "It rains. 【1†L2】", reasoning_content: "Let me see." });
  });

  test("without its tokens, the conversation says the same", async () => {
    const engine = scriptedEngine(COMPLETIONS);
    const messages: object[] = [{ role: "user", content: "Q" }];
    for (const _ of COMPLETIONS) {
      const request = read({ messages, tools: TOOLS });
      const reply = new HarmonyReply(request, { engine, encoding });
      const writer = new ChatCompletionWriter(request, { includeTokens: false });
      for await (const event of reply) writer.write(event);
      writer.end(reply);
      const { message } = writer.completion.choices[0]!;
      messages.push(overTheWire(message), ...resultsOf(message));
    }
    const { history } = read({ messages, tools: TOOLS });
    expect(history).toHaveLength(1);
    const calls = history[0]!.messages.filter(({ recipient, role }) => role === "assistant" && recipient !== undefined);
    expect(calls.map(({ recipient, content }) => `${recipient} ${content}`)).toEqual([
      'functions.get_weather {"city": "Köln"}',
      'functions.files_read { "path" : "a" }',
      "functions.patch + a",
      "python print(1)",
      'browser.search {"query":"x"}',
      "functions.get_weather {}",
      "functions.get_weather {}",
      "functions.get_weather {}",
      "functions.unknown {}",
    ]);
  });
});

const pieces = fc.array(
  fc.oneof(
    { arbitrary: fc.nat(199_997), weight: 1 },
    {
      weight: 9,
      arbitrary: fc
        .constantFrom(
          "<|start|>assistant",
          "<|channel|>analysis<|message|>T",
          "<|channel|>final<|message|>A",
          "<|channel|>commentary<|message|>P",
          "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>",
          "<|channel|>commentary to=functions.files.read json<|message|>",
          " to=functions.patch<|channel|>commentary<|message|>",
          "<|channel|>analysis to=python code<|message|>",
          "<|end|>",
          "<|end|><|start|>assistant",
          "<|call|>",
          "<|return|>",
          "<|start|>user<|message|>",
          '{"a":1}',
          '{"input":"x"}',
          '"x"',
          " ",
          "💖",
          "【1†L2】",
          "<|constrain|>",
          "<|reserved_200500|>",
        )
        .map(tokensOf),
    },
  ),
  { maxLength: 20, size: "max" },
);

testProperty(
  "whatever the model wrote, the next prompt goes on from it, or says the same",
  [pieces, fc.boolean()],
  (pieces, keepsTokens) => {
    const tokens = pieces.flat();
    const question = { role: "user", content: "Q" };
    const request = read({ messages: [question], tools: TOOLS });
    const { toolNames } = request;
    const parser = new StreamableParser(encoding, "assistant", {
      mode: "resilient",
      tools: toolNames.recipients,
      continueAfterCall: true,
    });
    const reader = new ReplyReader({ toolNames });
    const writer = new ChatCompletionWriter(request);
    const events = [...parser.push(tokens), ...parser.finish({ reason: "stop" })].flatMap((event) =>
      reader.read(event),
    );
    for (const event of events) writer.write(event);
    const usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, analysisTokens: 0 };
    const carriedTokens = keepsTokens && tokens.length > 0 ? packTokens(tokens) : undefined;
    writer.end({ finish: "stop", usage, carriedTokens });
    const message = overTheWire(writer.completion.choices[0]!.message);
    const results = resultsOf(message);
    const next = read({ messages: [question, message, ...results, question], tools: TOOLS });
    const prompt = sessionOf(next, encoding, { keepAnalysis: "all" }).prompt();

    const isOurs =
      parser.messages.every(({ role }) => role === "assistant") &&
      !parser.diagnostics.some(({ code }) => code === "stray-text" || code === "orphaned-output");
    if (carriedTokens === undefined || !isOurs) return;
    const session = sessionOf(request, encoding, { keepAnalysis: "all" });
    session.addCompletion(tokens, { finishReason: "stop" });
    const rest = next.history.slice(next.history.findIndex(({ tokens }) => tokens !== undefined) + 1);
    for (const { messages } of rest) session.add(...messages);
    expect(prompt).toEqual(session.prompt());
  },
  { runs: 4_000 },
);
