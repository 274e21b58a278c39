// What the AI SDK's model makes of what the engine writes: the parts of its streams, in order, and whole results.
import { describe, expect, test } from "vitest";
import { createHarmony, type HarmonySettings, type LanguageModelCallOptions } from "../../../src/ai-sdk.js";
import { EngineError } from "../../../src/engines.js";
import { CASES } from "../../parse/malformed-outputs.js";
import { drain, linesOf } from "./drain.js";
import { type Script, scriptedEngine, tokensOf } from "./scripted-engine.js";

const ASK: LanguageModelCallOptions = { prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] };
const WEATHER = {
  type: "function",
  name: "get_weather",
  description: "Gets the weather.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
} as const;
const THOUGHT = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant";
const PREAMBLE = "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant";
const CALL = '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Rome"}<|call|>';
const ANSWER = "<|channel|>final<|message|>Sun.<|return|>";

function modelOf(script: string | Script, settings: HarmonySettings = {}) {
  const engine = scriptedEngine([script, script]);
  let count = 0;
  const harmony = createHarmony({ engine, generateId: () => `call_${++count}`, ...settings });
  return { engine, model: harmony("gpt-oss-20b") };
}

async function linesFor(script: string | Script, options: Partial<LanguageModelCallOptions> = {}): Promise<string[]> {
  const { model } = modelOf(script);
  const { stream } = await model.doStream({ ...ASK, ...options });
  return linesOf(await drain(stream));
}

test("thoughts, a preamble and a call, in the order in which the model wrote them", async () => {
  expect(await linesFor(THOUGHT + PREAMBLE + CALL, { tools: [WEATHER] })).toEqual([
    "stream-start",
    "response-metadata",
    "reasoning-start 0",
    "  Hm.",
    "reasoning-end 0",
    "text-start 1 [commentary]",
    "  I look.",
    "text-end 1 [commentary]",
    "tool-input-start call_1 get_weather",
    '  {"city": "Rome"}',
    "tool-input-end call_1",
    'tool-call call_1 get_weather {"city": "Rome"} [tokens]',
    "finish tool-calls stop [tokens]",
  ]);
});

test("an answer bears the tokens of the completion", async () => {
  expect(await linesFor(THOUGHT + ANSWER)).toEqual([
    "stream-start",
    "response-metadata",
    "reasoning-start 0",
    "  Hm.",
    "reasoning-end 0",
    "text-start 1",
    "  Sun.",
    "text-end 1 [tokens]",
    "finish stop stop [tokens]",
  ]);
});

test("several calls in one completion, where the engine goes on", async () => {
  const lines = await linesFor(`${CALL}<|start|>assistant${CALL}`, { tools: [WEATHER] });
  expect(lines.filter((line) => line.startsWith("tool-call"))).toEqual([
    'tool-call call_1 get_weather {"city": "Rome"}',
    'tool-call call_2 get_weather {"city": "Rome"} [tokens]',
  ]);
});

test("code is streamed as text, and given as a string in JSON", async () => {
  const script = "<|channel|>analysis to=python code<|message|>print(1)<|call|>";
  const tools = [{ type: "provider", id: "harmony.python", name: "run", args: {} }] as const;
  expect((await linesFor(script, { tools })).slice(2)).toEqual([
    "tool-input-start call_1 run as text",
    "  print(1)",
    "tool-input-end call_1",
    'tool-call call_1 run "print(1)" [tokens]',
    "finish tool-calls stop [tokens]",
  ]);
});

test("a tool of any text is called with its text, also where the model wrapped it in JSON", async () => {
  const script = '<|channel|>commentary to=functions.patch <|constrain|>json<|message|>{"input": "+ a"}<|call|>';
  const tools = [{ type: "provider", id: "harmony.custom", name: "patch", args: { description: "Patches." } }] as const;
  expect(await linesFor(script, { tools })).toContain('tool-call call_1 patch "+ a" [tokens]');
});

test("where the text is to be JSON, a preamble is not part of it", async () => {
  const script = `${PREAMBLE}<|channel|>final<|message|>{"a": 1}<|return|>`;
  const lines = await linesFor(script, { responseFormat: { type: "json", schema: { type: "object" } } });
  expect(lines.slice(2, 6)).toEqual([
    "reasoning-start 0 [commentary]",
    "  I look.",
    "reasoning-end 0 [commentary]",
    "text-start 1",
  ]);
});

describe("an end that is not the model's own", () => {
  const half = '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city';

  test.each([
    ["length", "finish length length"],
    ["abort", "finish other abort"],
    ["error", "finish error error"],
    [undefined, "finish other undefined"],
  ])("%s: half a call is not a call, and is not lost", async (finish, expected) => {
    const lines = await linesFor({ output: half, finish }, { tools: [WEATHER] });
    expect(lines.some((line) => line.startsWith("tool-call"))).toBe(false);
    expect(lines.at(-1)).toBe(`${expected} [tokens] [cut get_weather {"city]`);
  });

  test("version 4 tells a completion that broke off from others", async () => {
    const engine = scriptedEngine([{ output: `${THOUGHT}<|channel|>final<|message|>Su`, finish: undefined }]);
    const model = createHarmony({ engine, specification: "v4" })("gpt-oss-20b");
    const { finishReason, content } = await model.doGenerate(ASK);
    expect(model.specificationVersion).toBe("v4");
    expect(finishReason).toEqual({ unified: "interrupted", raw: undefined });
    expect(content.at(-1)).toMatchObject({ type: "text", text: "Su" });
  });

  test("a stop string ends the answer and the engine, and leaves no tokens to carry", async () => {
    const { model, engine } = modelOf("<|channel|>final<|message|>One, two, three, four.<|return|>");
    const { stream } = await model.doStream({ ...ASK, stopSequences: [", three"] });
    expect(linesOf(await drain(stream)).slice(2)).toEqual([
      "text-start 0",
      "  One, two",
      "text-end 0",
      "finish stop undefined",
    ]);
    expect(engine.stopped).toBe(1);
  });
});

describe("an engine that fails", () => {
  const error = new EngineError("interrupted", "the answer broke off", { engine: "script" });

  test("before anything has arrived: the call is rejected", async () => {
    const { model } = modelOf({ output: "", error });
    await expect(model.doStream(ASK)).rejects.toBe(error);
    await expect(model.doGenerate(ASK)).rejects.toBe(error);
  });

  test("later: what had begun is ended, and the error is a part of the stream", async () => {
    expect((await linesFor({ output: `${THOUGHT}<|channel|>final<|message|>Su`, error })).slice(5)).toEqual([
      "text-start 1",
      "  Su",
      "text-end 1",
      "error EngineError: script: the answer broke off",
      "finish error undefined",
    ]);
    const half = '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city';
    expect((await linesFor({ output: half, error }, { tools: [WEATHER] })).slice(2)).toEqual([
      "tool-input-start call_1 get_weather",
      '  {"city',
      "tool-input-end call_1",
      "error EngineError: script: the answer broke off",
      "finish error undefined",
    ]);
    const { model } = modelOf({ output: `${THOUGHT}<|channel|>final<|message|>Su`, error });
    await expect(model.doGenerate(ASK)).rejects.toBe(error);
  });
});

describe("stopping", () => {
  const hanging: Script = { output: `${THOUGHT}<|channel|>final<|message|>Su`, hangs: true };

  test("an abort in mid-stream fails the stream with its reason, and stops the engine", async () => {
    const { model, engine } = modelOf(hanging);
    const abort = new AbortController();
    const { stream } = await model.doStream({ ...ASK, abortSignal: abort.signal });
    const reason = new DOMException("enough", "AbortError");
    setTimeout(() => abort.abort(reason), 10);
    await expect(drain(stream)).rejects.toBe(reason);
    await expect.poll(() => engine.stopped).toBe(1);
  });

  test("an abort before the call asks nothing of the engine", async () => {
    const { model, engine } = modelOf(hanging);
    await expect(model.doGenerate({ ...ASK, abortSignal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(engine.requests).toEqual([]);
  });

  test("cancelling the stream stops the engine, also while it is waiting for it", async () => {
    const { model, engine } = modelOf(hanging);
    const { stream } = await model.doStream(ASK);
    const reader = stream.getReader();
    for (let index = 0; index < 6; index++) await reader.read();
    const waiting = reader.read();
    await reader.cancel();
    expect((await waiting).done).toBe(true);
    await expect.poll(() => engine.stopped).toBe(1);
  });

  test("a signal that outlives the call keeps no listener", async () => {
    const { model } = modelOf(ANSWER);
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    await model.doGenerate({ ...ASK, abortSignal: signal });
    expect(listeners).toBe(0);
  });
});

test("raw parts are what the engine yields, each before what came of it", async () => {
  const { model } = modelOf(ANSWER);
  const { stream } = await model.doStream({ ...ASK, includeRawChunks: true });
  const parts = await drain(stream);
  const raw = parts.flatMap((part) => (part.type === "raw" ? [part.rawValue] : []));
  expect(raw).toEqual([
    ...tokensOf(ANSWER).map((token) => ({ tokens: [token] })),
    { finish: "stop", usage: undefined },
  ]);
  const delta = parts.findIndex((part) => part.type === "text-delta");
  expect(parts.slice(0, delta).filter((part) => part.type === "raw")).toHaveLength(4);
  expect(await linesFor(ANSWER)).not.toContain("raw");
});

test("usage, as the engine counts it and as it is counted here", async () => {
  const usage = { promptTokens: 70, cachedTokens: 64, completionTokens: 12 };
  const { model } = modelOf({ output: THOUGHT + ANSWER, usage });
  const result = await model.doGenerate(ASK);
  expect(result.usage).toEqual({
    inputTokens: { total: 70, noCache: 6, cacheRead: 64, cacheWrite: undefined },
    outputTokens: { total: 12, text: 6, reasoning: 6 },
    raw: { promptTokens: 70, cachedTokens: 64, completionTokens: 12, analysisTokens: 6 },
  });
  const uncounted = await modelOf(THOUGHT + CALL).model.doGenerate({ ...ASK, tools: [WEATHER] });
  expect(uncounted.usage.inputTokens).toMatchObject({ total: uncounted.request.body.tokens.length, cacheRead: 0 });
  expect(uncounted.usage.outputTokens.total).toBe(tokensOf(THOUGHT + CALL).length);
});

test("the model says who it is, and the response when it came", async () => {
  const { model } = modelOf(ANSWER);
  expect(model).toMatchObject({
    specificationVersion: "v3",
    provider: "harmony",
    modelId: "gpt-oss-20b",
    supportedUrls: {},
  });
  const before = Date.now();
  const { response } = await model.doGenerate(ASK);
  expect(response).toMatchObject({ modelId: "gpt-oss-20b", id: expect.stringMatching(/^harmony_\w{24}$/) });
  expect(response.timestamp.getTime()).toBeGreaterThanOrEqual(before);
});

describe("malformed completions", () => {
  test.each(CASES.map((row) => [row.number, row] as const))("%s: nothing is thrown, nothing lost", async (_, row) => {
    const script: Script = { output: row.output, finish: row.reason };
    const { model } = modelOf(script);
    const { stream } = await model.doStream({ ...ASK, tools: [{ ...WEATHER, name: "x" }] });
    const parts = await drain(stream);
    const { model: same } = modelOf(script);
    const result = await same.doGenerate({ ...ASK, tools: [{ ...WEATHER, name: "x" }] });
    expect(parts.at(-1)).toMatchObject({ type: "finish", finishReason: result.finishReason });

    // Everything that begins ends, once, and in order.
    let open: string | undefined;
    for (const part of parts) {
      if (part.type.endsWith("-start") && "id" in part) {
        expect(open).toBeUndefined();
        open = part.id;
      } else if ("id" in part && part.type !== "response-metadata") {
        expect(part.id).toBe(open);
        if (part.type.endsWith("-end")) open = undefined;
      }
    }
    expect(open).toBeUndefined();
    const said = result.content.flatMap((part) => (part.type === "tool-call" ? [] : part.text)).join("");
    const streamed = parts.flatMap((part) =>
      part.type === "text-delta" || part.type === "reasoning-delta" ? part.delta : [],
    );
    expect(said).toBe(streamed.join(""));
    const calls = result.content.flatMap((part) => (part.type === "tool-call" ? JSON.stringify(part.input) : []));
    const cut = JSON.stringify(result.providerMetadata?.harmony.incompleteCall?.input ?? "");
    const all = [JSON.stringify(said), ...calls, cut].join("\n");
    for (const message of row.messages) {
      const text = message.slice(message.indexOf("| ") + 2);
      expect(all).toContain(JSON.stringify(text).slice(1, -1));
    }
    if (row.diagnostics.length > 0 && result.providerMetadata?.harmony.diagnostics === undefined) {
      expect.fail("the diagnostics are not in the metadata");
    }
  });
});
