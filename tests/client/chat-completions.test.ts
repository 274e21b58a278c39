import { describe, expect, test } from "vitest";
import { createHarmonyClient, PartialReplyError, ReplyMemory } from "../../src/client.js";
import { loadHarmonyEncoding } from "../../src/encoding.js";
import { EngineError } from "../../src/engines/engine-error.js";
import { ApiError } from "../../src/shapes/api-error.js";
import type { ChatCompletionChunk } from "../../src/shapes/chat-completions/completion.js";
import { CASES } from "../parse/malformed-outputs.js";
import { ANSWER, CALL, FOREVER, ScriptedEngine } from "./scripted-engine.js";
import { WatchedController } from "./watched-signal.js";

const encoding = loadHarmonyEncoding();
const messages = [{ role: "user" as const, content: "What is two and two?" }];
const tools = [
  {
    type: "function" as const,
    function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
  },
];

/** What a model has written by the time the engine breaks. */
const HALF = "<|channel|>analysis<|message|>Two and two.<|end|><|start|>assistant<|channel|>final<|message|>Four, of";
const BROKEN = new EngineError("interrupted", "the answer broke off", { engine: "scripted" });

/** A message as the chunks of a stream give it. */
async function gathered(chunks: AsyncIterable<ChatCompletionChunk>) {
  const message = { content: "", reasoning: "", calls: [] as { name: string; arguments: string }[] };
  let finish: string | null = null;
  for await (const { choices } of chunks) {
    for (const { delta, finish_reason } of choices) {
      message.content += delta.content ?? "";
      message.reasoning += delta.reasoning_content ?? "";
      for (const call of delta.tool_calls ?? []) {
        message.calls[call.index] ??= { name: "", arguments: "" };
        message.calls[call.index]!.name += call.function?.name ?? "";
        message.calls[call.index]!.arguments += call.function?.arguments ?? "";
      }
      finish = finish_reason ?? finish;
    }
  }
  return { ...message, finish };
}

describe("a completion", () => {
  test("whole: the answer, what the model thought, and what it took", async () => {
    const engine = new ScriptedEngine([...ANSWER, { finish: "stop", usage: { cachedTokens: 7 } }]);
    const client = createHarmonyClient({ engine, model: "gpt-oss-20b" });
    const completion = await client.chat.completions.create({ messages });
    expect(completion).toMatchObject({ object: "chat.completion", model: "gpt-oss-20b" });
    expect(completion.choices).toHaveLength(1);
    expect(completion.choices[0]).toMatchObject({
      index: 0,
      finish_reason: "stop",
      message: { role: "assistant", content: "Four, of course.", reasoning_content: "Two and two." },
    });
    const { tokens } = engine.requests[0]!;
    expect(completion.usage).toMatchObject({
      prompt_tokens: tokens.length,
      prompt_tokens_details: { cached_tokens: 7 },
      completion_tokens: encoding.encode(ANSWER.join(""), { allowedSpecial: "all" }).length,
    });
  });

  test("streamed: the same in pieces", async () => {
    const client = createHarmonyClient({ engine: new ScriptedEngine(ANSWER) });
    const stream = await client.chat.completions.create({ messages, stream: true });
    expect(await gathered(stream)).toEqual({
      content: "Four, of course.",
      reasoning: "Two and two.",
      calls: [],
      finish: "stop",
    });
  });

  test("with a call of a tool, whose usage is heard although the turn has ended", async () => {
    const engine = new ScriptedEngine([...CALL, { finish: "stop", usage: { cachedTokens: 5 } }]);
    const client = createHarmonyClient({ engine });
    const { choices, usage } = await client.chat.completions.create({ messages, tools });
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(choices[0]?.message.content).toBe("I will look.");
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { type: "function", function: { name: "get_weather", arguments: '{"city":"Lisbon"}' } },
    ]);
    expect(usage?.prompt_tokens_details?.cached_tokens).toBe(5);
    expect(engine).toMatchObject({ running: 0, stopped: 0 });
  });

  test("several: one turn after another, each with a seed of its own", async () => {
    const engine = new ScriptedEngine((_request, index) => [`<|channel|>final<|message|>No. ${index}<|return|>`]);
    const client = createHarmonyClient({ engine });
    const { choices, usage } = await client.chat.completions.create({ messages, n: 3, seed: 40 });
    expect(choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, "No. 0"],
      [1, "No. 1"],
      [2, "No. 2"],
    ]);
    expect(engine.requests.map(({ sampling }) => sampling?.seed)).toEqual([40, 41, 42]);
    expect(engine.most).toBe(1);
    expect(usage?.prompt_tokens).toBe(engine.requests[0]?.tokens.length);
    const each = encoding.encode("<|channel|>final<|message|>No. 0<|return|>", { allowedSpecial: "all" }).length;
    expect(usage?.completion_tokens).toBe(3 * each);

    const stream = await client.chat.completions.create({
      messages,
      n: 2,
      stream: true,
      stream_options: { include_usage: true },
    });
    const contents = ["", ""];
    const ids = new Set<string>();
    const usages: unknown[] = [];
    for await (const chunk of stream) {
      ids.add(chunk.id);
      if (chunk.usage) usages.push(chunk.usage.completion_tokens);
      for (const { index, delta } of chunk.choices) contents[index] += delta.content ?? "";
    }
    expect(contents).toEqual(["No. 3", "No. 4"]);
    expect(ids.size).toBe(1);
    expect(usages).toEqual([2 * each]);
  });

  test("by an engine of text", async () => {
    const client = createHarmonyClient({ engine: new ScriptedEngine(ANSWER, { isTextOnly: true }) });
    const { choices } = await client.chat.completions.create({ messages });
    expect(choices[0]?.message).toMatchObject({ content: "Four, of course.", reasoning_content: "Two and two." });
  });

  test("that is sent back is in the next prompt token for token", async () => {
    const engine = new ScriptedEngine((_request, index) => (index === 0 ? CALL : ANSWER));
    const client = createHarmonyClient({ engine });
    const { choices } = await client.chat.completions.create({ messages, tools });
    const message = choices[0]!.message;
    const result = { role: "tool" as const, tool_call_id: message.tool_calls![0]!.id, content: "Sunny." };
    await client.chat.completions.create({ messages: [...messages, message, result], tools });
    const [first, second] = engine.requests.map(({ tokens }) => tokens);
    const written = encoding.encode(CALL.join(""), { allowedSpecial: "all" });
    expect(second?.slice(0, first!.length + written.length)).toEqual([...first!, ...written]);
  });
});

test("with a store, what the model thought is in the next prompt even if the client does not send it back", async () => {
  const store = new ReplyMemory();
  for (const stream of [false, true]) {
    const engine = new ScriptedEngine((_request, index) => (index === 0 ? CALL : ANSWER));
    const client = createHarmonyClient({ engine, store });
    let id = "";
    if (stream) {
      for await (const { choices } of await client.chat.completions.create({ messages, tools, stream })) {
        id ||= choices[0]?.delta.tool_calls?.[0]?.id ?? "";
      }
    } else {
      id = (await client.chat.completions.create({ messages, tools })).choices[0]!.message.tool_calls![0]!.id;
    }
    const call = { id, type: "function", function: { name: "get_weather", arguments: '{"city":"Lisbon"}' } };
    const sent = { role: "assistant", content: "I will look.", tool_calls: [call] };
    const result = { role: "tool", tool_call_id: id, content: "Sunny." };
    await client.chat.completions.create({ messages: [...messages, sent, result], tools });
    // Of a message that says something else, the tokens are not used.
    await client.chat.completions.create({ messages: [...messages, { ...sent, content: "No." }, result], tools });
    const [first, second, third] = engine.requests.map(({ tokens }) => encoding.decodeUtf8(tokens));
    expect(second).toContain(`${first}${CALL.join("")}`);
    expect(third).not.toContain(CALL.join(""));
    expect(third).toContain("No.");
  }
});

test("the tools that the model was trained with are declared where the program has them", async () => {
  const call = ["<|channel|>analysis to=python code<|message|>print(2 + 2)<|call|>"];
  const engine = new ScriptedEngine(call);
  const client = createHarmonyClient({ engine, builtInTools: ["python"] });
  const { choices } = await client.chat.completions.create({ messages });
  expect(encoding.decodeUtf8(engine.requests[0]!.tokens)).toContain("## python");
  expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { name: "python", arguments: "print(2 + 2)" } }]);
});

describe("the date", () => {
  const dateOf = async (options: {
    conversationStartDate?: string | null | (() => string);
  }): Promise<string | undefined> => {
    const engine = new ScriptedEngine(ANSWER);
    await createHarmonyClient({ engine, ...options }).chat.completions.create({ messages });
    return /Current date: (.*)\n/.exec(encoding.decodeUtf8(engine.requests[0]!.tokens))?.[1];
  };

  test("is today's unless another is given, or none", async () => {
    expect(await dateOf({})).toBe(new Date().toISOString().slice(0, 10));
    expect(await dateOf({ conversationStartDate: "2025-08-05" })).toBe("2025-08-05");
    expect(await dateOf({ conversationStartDate: () => "2025-08-06" })).toBe("2025-08-06");
    expect(await dateOf({ conversationStartDate: null })).toBeUndefined();
  });
});

describe("what is wrong", () => {
  test("with a request is an ApiError, and the engine is not asked", async () => {
    const engine = new ScriptedEngine(ANSWER);
    const client = createHarmonyClient({ engine, model: ["gpt-oss-20b", "gpt-oss"] });
    const wrong = { messages: [{ role: "user", content: [{ type: "input_audio" }] }] };
    for (const stream of [false, true]) {
      const refused = client.chat.completions.create({ ...wrong, stream } as never);
      await expect(refused).rejects.toMatchObject({ name: "ApiError", status: 400 });
      const unknown = client.chat.completions.create({ messages, model: "gpt-4o", stream });
      await expect(unknown).rejects.toMatchObject({ name: "ApiError", status: 404, code: "model_not_found" });
    }
    await expect(client.chat.completions.create(undefined as never)).rejects.toThrow(ApiError);
    expect(engine.requests).toHaveLength(0);
    expect((await client.chat.completions.create({ messages, model: "gpt-oss" })).model).toBe("gpt-oss");
  });

  test.each([
    ["the engine's own error", BROKEN, BROKEN],
    ["any other error", new TypeError("no such file"), { code: "failed", engine: "scripted", message: /no such file/ }],
  ])("in the middle of the reply loses nothing: %s", async (_name, fail, expected) => {
    const client = createHarmonyClient({ engine: new ScriptedEngine([HALF, { fail }]) });
    const error = await client.chat.completions.create({ messages }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PartialReplyError);
    expect(error).toBeInstanceOf(EngineError);
    const { partial, message, cause } = error as PartialReplyError;
    expect(partial).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: "Four, of", reasoning_content: "Two and two." } }],
    });
    expect(cause).toBeInstanceOf(EngineError);
    expect(message).toBe((cause as EngineError).message);
    if (fail === BROKEN) expect(cause).toBe(BROKEN);
    else expect(cause).toMatchObject({ code: "failed", engine: "scripted", cause: fail });
    expect(message).toMatch(expected === BROKEN ? /broke off/ : /no such file/);

    let content = "";
    const stream = await client.chat.completions.create({ messages, stream: true });
    const streamed = (async () => {
      for await (const { choices } of stream) content += choices[0]?.delta.content ?? "";
    })();
    await expect(streamed).rejects.toBeInstanceOf(EngineError);
    expect(content).toBe("Four, of");
  });

  test("in the middle of the second of several loses neither", async () => {
    const engine = new ScriptedEngine((_request, index) => (index === 0 ? ANSWER : [HALF, { fail: BROKEN }]));
    const client = createHarmonyClient({ engine });
    const error = await client.chat.completions.create({ messages, n: 3 }).catch((error: unknown) => error);
    expect(error).toMatchObject({
      partial: { choices: [{ message: { content: "Four, of course." } }, { message: { content: "Four, of" } }] },
    });
    expect(engine.requests).toHaveLength(2);
  });

  test("before the model has begun is the engine's error alone", async () => {
    const client = createHarmonyClient({ engine: new ScriptedEngine([{ fail: BROKEN }]) });
    await expect(client.chat.completions.create({ messages })).rejects.toBe(BROKEN);
    const stream = await client.chat.completions.create({ messages, stream: true });
    await expect(gathered(stream)).rejects.toBe(BROKEN);
  });

  test("with an option is a TypeError that names it", () => {
    const engine = new ScriptedEngine(ANSWER);
    expect(() => createHarmonyClient({} as never)).toThrow(/engine must be an engine such as llamaCpp/);
    expect(() => createHarmonyClient({ engine, modle: "x" } as never)).toThrow(/unknown option "modle"/);
    expect(() => createHarmonyClient({ engine, model: 5 } as never)).toThrow(TypeError);
    expect(() => createHarmonyClient({ engine, model: [5] } as never)).toThrow(TypeError);
    expect(() => createHarmonyClient({ engine, conversationStartDate: 5 } as never)).toThrow(/conversationStartDate/);
    expect(() => createHarmonyClient({ engine, modelIdentity: 5 } as never)).toThrow(/modelIdentity/);
    expect(() => createHarmonyClient({ engine, unsupported: "ignore" } as never)).toThrow(
      /unsupported must be "error" or "drop"/,
    );
    expect(() => createHarmonyClient({ engine, builtInTools: ["perl"] } as never)).toThrow(/builtInTools/);
    expect(() => createHarmonyClient({ engine, reasoningField: "thinking" } as never)).toThrow(/reasoningField/);
    expect(() => createHarmonyClient({ engine, keepAnalysis: "some" } as never)).toThrow(/keepAnalysis/);
    expect(() => createHarmonyClient({ engine, maxMessageLength: 0 })).toThrow(RangeError);
    expect(() => createHarmonyClient({ engine, store: new Map([["get", 1]]) as never })).not.toThrow();
    expect(() => createHarmonyClient({ engine, store: { get() {} } as never })).toThrow(/store must have the methods/);
    expect(() => createHarmonyClient({ engine, onReply: 1 } as never)).toThrow(/onReply/);
  });
});

describe("the engine stops", () => {
  const slow = (): ScriptedEngine => new ScriptedEngine([HALF, { wait: FOREVER }]);
  const reason = new Error("enough");

  test.each([
    ["listens", false],
    ["does not listen", true],
  ])("when the signal is aborted: an engine that %s", async (_name, isDeaf) => {
    for (const script of [[{ wait: FOREVER }], [HALF, { wait: FOREVER }]]) {
      const engine = new ScriptedEngine(script, { isDeaf });
      const client = createHarmonyClient({ engine });
      for (const stream of [false, true]) {
        const watched = new WatchedController();
        setTimeout(() => watched.abort(reason), 20);
        const { signal } = watched;
        const reply = stream
          ? client.chat.completions.create({ messages, stream }, { signal }).then(gathered)
          : client.chat.completions.create({ messages }, { signal });
        await expect(reply).rejects.toBe(reason);
        expect(watched.listeners).toBe(0);
      }
      if (!isDeaf) expect(engine).toMatchObject({ running: 0, stopped: 2 });
    }
  });

  test("before it begins, if the signal has been aborted", async () => {
    const engine = slow();
    const client = createHarmonyClient({ engine });
    const signal = AbortSignal.abort(reason);
    await expect(client.chat.completions.create({ messages }, { signal })).rejects.toBe(reason);
    await expect(client.chat.completions.create({ messages, stream: true }, { signal })).rejects.toBe(reason);
    expect(engine.requests).toHaveLength(0);
  });

  test("when the loop is left, and when the stream's controller is aborted", async () => {
    const engine = slow();
    const client = createHarmonyClient({ engine });
    const watched = new WatchedController();
    const left = await client.chat.completions.create({ messages, stream: true }, { signal: watched.signal });
    for await (const { choices } of left) if (choices[0]?.delta.content) break;
    expect(engine).toMatchObject({ running: 0, stopped: 1 });
    expect(watched.listeners).toBe(0);

    const aborted = await client.chat.completions.create({ messages, stream: true });
    setTimeout(() => aborted.controller.abort(), 20);
    expect((await gathered(aborted)).content).toBe("Four, of");
    expect(engine).toMatchObject({ running: 0, stopped: 2 });
  });

  test("at a stop string", async () => {
    const engine = new ScriptedEngine(["<|channel|>final<|message|>One. Two. Three.", { wait: FOREVER }]);
    const client = createHarmonyClient({ engine });
    const { choices } = await client.chat.completions.create({ messages, stop: [" Two"] });
    expect(choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "One." } });
    expect(engine).toMatchObject({ running: 0, stopped: 1 });
  });
});

test("the engine writes no faster than it is read", async () => {
  const engine = new ScriptedEngine([`<|channel|>final<|message|>${"word ".repeat(1000)}<|return|>`]);
  const stream = await createHarmonyClient({ engine }).chat.completions.create({ messages, stream: true });
  let read = 0;
  for await (const { choices } of stream) {
    if (!choices[0]?.delta.content) continue;
    read += 1;
    await new Promise((resolve) => setImmediate(resolve));
    // The header, the word, and a word that is being held until it is known what it is.
    expect(engine.outputs).toBeLessThanOrEqual(read + 5);
    if (read === 50) break;
  }
});

test("a hundred streams at once do not mix", async () => {
  const engine = new ScriptedEngine(({ tokens }) => {
    const number = /number (\d+)/.exec(encoding.decodeUtf8(tokens))![1]!;
    return ["<|channel|>final<|message|>", ...Array.from({ length: 50 }, () => `${number} `), "<|return|>"];
  });
  const client = createHarmonyClient({ engine });
  const watched = new WatchedController();
  const replies = await Promise.all(
    Array.from({ length: 100 }, async (_, number) => {
      const content = `I am number ${number}`;
      const body = { messages: [{ role: "user" as const, content }], stream: true as const };
      return gathered(await client.chat.completions.create(body, { signal: watched.signal }));
    }),
  );
  expect(replies.map(({ content }) => content)).toEqual(replies.map((_, number) => `${number} `.repeat(50)));
  expect(engine.most).toBe(100);
  expect(engine.running).toBe(0);
  expect(watched.listeners).toBe(0);
});

test("what models write against the format is never an error, and reads the same streamed and whole", async () => {
  for (const { output, reason = "stop" } of CASES) {
    const client = createHarmonyClient({ engine: new ScriptedEngine([output, { finish: reason }]) });
    const { choices } = await client.chat.completions.create({ messages, tools });
    const { message, finish_reason } = choices[0]!;
    const streamed = await gathered(await client.chat.completions.create({ messages, tools, stream: true }));
    expect(streamed, output).toEqual({
      content: message.content ?? "",
      reasoning: message.reasoning_content ?? "",
      calls: (message.tool_calls ?? []).map((call) =>
        call.type === "function"
          ? { name: call.function.name, arguments: call.function.arguments }
          : { name: call.custom.name, arguments: call.custom.input },
      ),
      finish: finish_reason,
    });
  }
});

test("each reply is reported when it is over, however it ended", async () => {
  const seen: (string | undefined)[] = [];
  const engine = new ScriptedEngine((_request, index) => (index === 2 ? [HALF, { fail: BROKEN }] : ANSWER));
  const client = createHarmonyClient({ engine, onReply: (reply) => seen.push(reply.finish) });
  await client.chat.completions.create({ messages });
  for await (const _ of await client.chat.completions.create({ messages, stream: true })) break;
  await client.chat.completions.create({ messages }).catch(() => {});
  expect(seen).toEqual(["stop", undefined, undefined]);
});
