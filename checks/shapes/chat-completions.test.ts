// What is written as Chat Completions is what OpenAI has published, and what its clients read.
import fc from "fast-check";
import OpenAI from "openai";
import OpenAI7 from "openai-7";
import { describe, expect, test } from "vitest";
import {
  type ChatCompletion,
  type ChatCompletionChunk,
  ChatCompletionWriter,
  type ChatMessage,
  readChatCompletionRequest,
} from "../../src/chat-completions.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { packTokens } from "../../src/shapes/carried-tokens.js";
import { ReplyReader } from "../../src/shapes/reply.js";
import { encoding, tokensOf } from "../../tests/parse/encoding.js";
import { CASES } from "../../tests/parse/malformed-outputs.js";
import { mistakesIn } from "./published.js";

interface Written {
  readonly completion: ChatCompletion;
  readonly chunks: ChatCompletionChunk[];
}

/** What is written of a completion; tools whose names begin with `custom` are custom tools. */
function write(tokens: readonly number[], names: readonly string[] = [], reason = "stop"): Written {
  const tools = names.map((name) =>
    name.startsWith("custom") ? { type: "custom", custom: { name } } : { type: "function", function: { name } },
  );
  const messages = [{ role: "user", content: "Q" }];
  const request = readChatCompletionRequest({
    model: "m",
    messages,
    tools,
    stream: true,
    stream_options: { include_usage: true },
  });
  const { toolNames } = request;
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", continueAfterCall: true });
  const reader = new ReplyReader({ toolNames });
  const writer = new ChatCompletionWriter(request, { includeDiagnostics: true, reasoningField: "both" });
  const events = [...parser.push(tokens), ...parser.finish({ reason })].flatMap((event) => reader.read(event));
  const chunks = events.flatMap((event) => writer.write(event));
  const usage = { promptTokens: 3, cachedTokens: 1, completionTokens: tokens.length, analysisTokens: 0 };
  const finish = reason === "length" ? "length" : reader.callCount > 0 ? "tool-calls" : "stop";
  chunks.push(...writer.end({ finish, usage, carriedTokens: packTokens(tokens) }));
  return { completion: writer.completion, chunks };
}

const NAMES = ["f", "custom"];
const CALL = '<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":1}<|call|>';
const CUSTOM = "<|channel|>commentary to=functions.custom<|message|>+ a b c<|call|>";
const THOUGHT = "<|channel|>analysis<|message|>Let me see.<|end|><|start|>assistant";
const ANSWER = "<|channel|>final<|message|>It is 4 【1†L2】.<|return|>";

/** Completions of all kinds: malformed ones, and whatever a random model writes. */
const COMPLETIONS: readonly Written[] = [
  ...CASES.map(({ output, reason }) => write(tokensOf(output), NAMES, reason)),
  ...[THOUGHT + ANSWER, THOUGHT + CALL, `${CALL}<|start|>assistant${CALL}`, "", THOUGHT].map((text) =>
    write(tokensOf(text), NAMES),
  ),
  ...fc
    .sample(
      fc.array(
        fc.oneof(
          fc.nat(199_997),
          fc.constantFrom(
            ...[THOUGHT, ANSWER, CALL, "<|start|>", "<|channel|>", "<|message|>", "<|end|>", " to="].map(tokensOf),
          ),
        ),
        { maxLength: 30, size: "max" },
      ),
      { numRuns: 1_000, seed: 1 },
    )
    .map((tokens, index) => write(tokens.flat(), [], index % 2 === 0 ? "stop" : "length")),
];

describe("by OpenAI's published schema", () => {
  test("completions are right", () => {
    const objects = COMPLETIONS.map(({ completion }) => ({ type: "chat.ChatCompletion", value: completion }));
    expect(mistakesIn(objects).flat()).toEqual([]);
  });

  test("chunks are right", () => {
    const objects = COMPLETIONS.flatMap(({ chunks }) => chunks).map((value) => ({
      type: "chat.ChatCompletionChunk",
      value,
    }));
    expect(objects.length).toBeGreaterThan(5_000);
    expect(mistakesIn(objects).flat()).toEqual([]);
  });

  test("a custom call is right as a whole; in a chunk, its type is what the schema does not know", () => {
    const { completion, chunks } = write(tokensOf(CUSTOM), NAMES);
    expect(mistakesIn([{ type: "chat.ChatCompletion", value: completion }])).toEqual([[]]);
    const mistakes = mistakesIn(chunks.map((value) => ({ type: "chat.ChatCompletionChunk", value })));
    expect(mistakes.flat()).toEqual(["choices.0.delta.tool_calls.0.type: Input should be 'function'"]);
  });
});

/** An answer as a server gives it. */
function respond({ completion, chunks }: Written, isStreamed: boolean): Response {
  if (!isStreamed) return Response.json(completion);
  const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
  return new Response(`${body}data: [DONE]\n\n`, { headers: { "content-type": "text/event-stream" } });
}

describe.each([
  ["openai 6", OpenAI],
  ["openai 7", OpenAI7 as unknown as typeof OpenAI],
])("%s", (_, Client) => {
  const clientOf = (written: Written): OpenAI =>
    new Client({
      apiKey: "-",
      fetch: async (_, init) =>
        respond(written, (JSON.parse(init?.body as string) as { stream?: boolean }).stream === true),
    });
  const body = { model: "m", messages: [{ role: "user" as const, content: "Q" }] };

  test.each([
    ["an answer", THOUGHT + ANSWER],
    ["a call", THOUGHT + CALL],
    ["several calls", `${CALL}<|start|>assistant${CALL}<|start|>assistant${ANSWER}`],
    ["a custom call", CUSTOM],
    ["nothing", ""],
  ])("reads %s, whole and streamed", async (_, text) => {
    const written = write(tokensOf(text), NAMES);
    const client = clientOf(written);
    expect(await client.chat.completions.create(body)).toMatchObject(written.completion);
    const read: unknown[] = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) read.push(chunk);
    expect(read).toEqual(written.chunks);
  });

  test.each([
    ["an answer", THOUGHT + ANSWER],
    ["a call", THOUGHT + CALL],
    ["several calls", `${CALL}<|start|>assistant${CALL}`],
  ])("puts the chunks of %s together as we do", async (_, text) => {
    const written = write(tokensOf(text), NAMES);
    const final = await clientOf(written).chat.completions.stream(body).finalChatCompletion();
    const ours = written.completion.choices[0]!;
    const theirs = final.choices[0]!;
    expect(theirs.finish_reason).toBe(ours.finish_reason);
    expect(final.usage).toEqual(written.completion.usage);
    const message = theirs.message as unknown as ChatMessage;
    expect(message.content ?? "").toBe(ours.message.content ?? "");
    expect(message.harmony_tokens).toBe(ours.message.harmony_tokens);
    expect(message.tool_calls ?? []).toMatchObject(ours.message.tool_calls ?? []);
  });
});
