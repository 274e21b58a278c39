// The AI SDK itself, in both its current versions, over our models: what its users do, it does. The engine is scripted.
import { APICallError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import * as ai6 from "ai";
import * as ai7 from "ai-7";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createHarmony, type HarmonySettings } from "../../src/ai-sdk.js";
import { EngineError } from "../../src/engines.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { CASES } from "../../tests/parse/malformed-outputs.js";
import {
  type Script,
  type ScriptedEngine,
  scriptedEngine,
  tokensOf,
} from "../../tests/shapes/ai-sdk/scripted-engine.js";

// Warnings are looked at here, not printed.
globalThis.AI_SDK_LOG_WARNINGS = false;

const encoding = loadHarmonyEncoding();
const THOUGHT = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant";
const PREAMBLE = "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant";
/** Spaces that nobody prints again, a key that the schema does not know, and one less than it knows. */
const CALL =
  '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{ "city":"Rome" , "x": 1.0}<|call|>';
const ANSWER = "<|channel|>final<|message|>Sun.<|return|>";

const COMBINATIONS = [
  { name: "ai 6", ai: ai6, specification: "v3" },
  // The same functions by the same names; what differs in the types does not matter here.
  { name: "ai 7 with a model of version 3", ai: ai7 as unknown as typeof ai6, specification: "v3" },
  { name: "ai 7 with a model of version 4", ai: ai7 as unknown as typeof ai6, specification: "v4" },
] as const;

describe.each(COMBINATIONS)("$name", ({ ai, specification }) => {
  const { generateText, streamText, tool, stepCountIs, Output } = ai;

  function modelOf(scripts: readonly (string | Script)[], settings: HarmonySettings = {}, constraints?: "gbnf") {
    const engine = scriptedEngine(scripts, constraints);
    // As far as the types of `ai` 6 go, all models are of version 3.
    const model = createHarmony({ engine, specification: specification as "v3" })("gpt-oss-20b", settings);
    return { engine, model };
  }

  function weather() {
    const cities: string[] = [];
    const get_weather = tool({
      description: "Gets the weather.",
      inputSchema: z.object({ city: z.string(), unit: z.string().default("C") }),
      execute: async ({ city, unit }) => {
        cities.push(city);
        return { sky: "blue", unit };
      },
    });
    return { cities, tools: { get_weather } };
  }

  test("generateText", async () => {
    const { model, engine } = modelOf([THOUGHT + ANSWER]);
    const result = await generateText({ model, system: "Be brief.", prompt: "Weather?", temperature: 0.5 });
    expect(result.text).toBe("Sun.");
    expect(result.reasoningText).toBe("Hm.");
    expect(result.finishReason).toBe("stop");
    expect(result.warnings ?? []).toEqual([]);
    expect(result.usage).toMatchObject({
      inputTokens: engine.requests[0]!.tokens.length,
      outputTokens: tokensOf(THOUGHT + ANSWER).length,
    });
    expect(engine.requests[0]!.sampling).toEqual({ temperature: 0.5 });
  });

  test("generateText with a tool: each prompt begins with the one before and its completion, token for token", async () => {
    const { model, engine } = modelOf([THOUGHT + PREAMBLE + CALL, THOUGHT + CALL, ANSWER]);
    const { tools, cities } = weather();
    const result = await generateText({ model, tools, prompt: "Weather?", stopWhen: stepCountIs(5) });
    expect(result.text).toBe("Sun.");
    expect(result.steps).toHaveLength(3);
    expect(result.steps[0]!.toolCalls).toMatchObject([{ toolName: "get_weather", input: { city: "Rome", unit: "C" } }]);
    expect(cities).toEqual(["Rome", "Rome"]);
    expectGrowing(engine, [THOUGHT + PREAMBLE + CALL, THOUGHT + CALL]);
    expect(encoding.decode(engine.requests[2]!.tokens)).toContain(
      '<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>{"sky":"blue","unit":"C"}<|end|>',
    );
  });

  test("streamText with a tool over several steps", async () => {
    const { model, engine } = modelOf([THOUGHT + PREAMBLE + CALL, THOUGHT + ANSWER]);
    const { tools } = weather();
    const result = streamText({ model, tools, prompt: "Weather?", stopWhen: stepCountIs(5) });
    const seen: string[] = [];
    for await (const part of result.fullStream) {
      if ("text" in part && part.type.endsWith("-delta")) seen.push(part.text);
      else if (part.type === "tool-call") seen.push(`call ${JSON.stringify(part.input)}`);
      else if (part.type === "tool-result") seen.push(`result ${JSON.stringify(part.output)}`);
      else if (part.type === "error") throw part.error;
    }
    const lines = seen.join("").replaceAll("call ", "\ncall ").replaceAll("result ", "\nresult ").split("\n");
    expect(lines).toEqual(["Hm.I look.", 'call {"city":"Rome","unit":"C"}', 'result {"sky":"blue","unit":"C"}Hm.Sun.']);
    expect(await result.text).toBe("Sun.");
    expect(await result.finishReason).toBe("stop");
    expect((await result.steps).map((step) => step.finishReason)).toEqual(["tool-calls", "stop"]);
    expectGrowing(engine, [THOUGHT + PREAMBLE + CALL]);
  });

  test("a conversation goes on from the messages of the response", async () => {
    const { model, engine } = modelOf([THOUGHT + CALL, THOUGHT + ANSWER, ANSWER], { keepAnalysis: "all" });
    const { tools } = weather();
    const messages: ai6.ModelMessage[] = [{ role: "user", content: "Weather?" }];
    const first = await generateText({ model, tools, messages, stopWhen: stepCountIs(5) });
    messages.push(...(await allMessages(first)), { role: "user", content: "Thanks" });
    await generateText({ model, tools, messages });
    expectGrowing(engine, [THOUGHT + CALL, THOUGHT + ANSWER]);
  });

  test("a conversation goes on from the messages of a user interface", async () => {
    const { model, engine } = modelOf([THOUGHT + PREAMBLE + CALL, THOUGHT + ANSWER, ANSWER], { keepAnalysis: "all" });
    const { tools } = weather();
    const question: ai6.UIMessage = { id: "1", role: "user", parts: [{ type: "text", text: "Weather?" }] };
    const messages = await ai.convertToModelMessages([question], { tools });
    const result = streamText({ model, tools, messages, stopWhen: stepCountIs(5) });
    let answer: ai6.UIMessage | undefined;
    for await (const message of ai.readUIMessageStream({ stream: result.toUIMessageStream() })) answer = message;
    const sent: ai6.UIMessage[] = JSON.parse(
      JSON.stringify([question, answer, { id: "3", role: "user", parts: [{ type: "text", text: "Thanks" }] }]),
    );
    await generateText({ model, tools, messages: await ai.convertToModelMessages(sent, { tools }) });
    expectGrowing(engine, [THOUGHT + PREAMBLE + CALL, THOUGHT + ANSWER]);
  });

  test("ten rounds of questions, each with a call", async () => {
    const scripts = Array.from({ length: 10 }, () => [THOUGHT + PREAMBLE + CALL, THOUGHT + ANSWER]).flat();
    const { model, engine } = modelOf(scripts, { keepAnalysis: "all" });
    const { tools, cities } = weather();
    const messages: ai6.ModelMessage[] = [];
    for (let round = 0; round < 10; round++) {
      messages.push({ role: "user", content: `Question ${round}` });
      const result = streamText({ model, tools, messages, stopWhen: stepCountIs(5) });
      expect(await result.text).toBe("Sun.");
      messages.push(...(await allMessages(result)));
    }
    expect(cities).toHaveLength(10);
    expectGrowing(engine, scripts.slice(0, -1));
  });

  test("arguments that are not JSON: the model is told, and sees what it wrote", async () => {
    const bad = "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{city: Rome}<|call|>";
    const { model, engine } = modelOf([bad, ANSWER]);
    const { tools, cities } = weather();
    const result = await generateText({ model, tools, prompt: "Weather?", stopWhen: stepCountIs(5) });
    expect(result.text).toBe("Sun.");
    expect(cities).toEqual([]);
    expectGrowing(engine, [bad]);
    expect(encoding.decode(engine.requests[1]!.tokens)).toMatch(/functions.get_weather to=assistant.*Invalid input/);
  });

  test("a tool that nobody declared: the model is told, and sees what it wrote", async () => {
    const bad = "<|channel|>commentary to=get_time <|constrain|>json<|message|>{}<|call|>";
    const { model, engine } = modelOf([bad, ANSWER]);
    const { tools } = weather();
    const result = await generateText({ model, tools, prompt: "Time?", stopWhen: stepCountIs(5) });
    expect(result.text).toBe("Sun.");
    expectGrowing(engine, [bad]);
  });

  test("the Python tool that the model was trained with", async () => {
    const script = `${THOUGHT}<|channel|>analysis to=python code<|message|>print(1)<|call|>`;
    const { model, engine } = modelOf([script, ANSWER]);
    const ran: string[] = [];
    const python = {
      type: "provider",
      id: "harmony.python",
      args: {},
      inputSchema: z.string(),
      execute: async (code: string) => {
        ran.push(code);
        return "1";
      },
    } as const;
    const result = streamText({ model, tools: { python }, prompt: "1?", stopWhen: stepCountIs(5) });
    expect(await result.text).toBe("Sun.");
    expect(ran).toEqual(["print(1)"]);
    expectGrowing(engine, [script]);
    expect(encoding.decode(engine.requests[1]!.tokens)).toContain("python to=assistant<|channel|>analysis<|message|>");
  });

  test("a tool that the user does not approve", async () => {
    const { model, engine } = modelOf([CALL, ANSWER]);
    const tools = { get_weather: { ...weather().tools.get_weather, needsApproval: true } };
    const messages: ai6.ModelMessage[] = [{ role: "user", content: "Weather?" }];
    const first = await generateText({ model, tools, messages });
    const request = first.content.find((part) => part.type === "tool-approval-request")!;
    messages.push(...first.response.messages, {
      role: "tool",
      content: [{ type: "tool-approval-response", approvalId: request.approvalId, approved: false, reason: "not now" }],
    });
    const second = await generateText({ model, tools, messages });
    expect(second.text).toBe("Sun.");
    expectGrowing(engine, [CALL]);
    expect(encoding.decode(engine.requests[1]!.tokens)).toContain("commentary<|message|>not now<|end|>");
  });

  describe("structured output", () => {
    const schema = z.object({ city: z.string() });
    const json = `${THOUGHT}${PREAMBLE}<|channel|>final<|message|>{"city": "Rome"}<|return|>`;

    test("Output.object, whole and streamed, also behind a preamble", async () => {
      const { model, engine } = modelOf([json, json], {}, "gbnf");
      const { output } = await generateText({ model, output: Output.object({ schema }), prompt: "Where?" });
      expect(output).toEqual({ city: "Rome" });
      const streamed = streamText({ model, output: Output.object({ schema }), prompt: "Where?" });
      const partial: unknown[] = [];
      for await (const value of streamed.partialOutputStream) partial.push(value);
      expect(partial.at(-1)).toEqual({ city: "Rome" });
      expect(await streamed.output).toEqual({ city: "Rome" });
      expect(engine.requests[0]!.constraint?.gbnf.strict.grammar).toContain("city");
      expect(encoding.decode(engine.requests[0]!.tokens)).toContain("# Response Formats");
    });

    test("generateObject and streamObject", async () => {
      const { model } = modelOf([json, json], {}, "gbnf");
      expect((await ai.generateObject({ model, schema, prompt: "Where?" })).object).toEqual({ city: "Rome" });
      const streamed = ai.streamObject({ model, schema, prompt: "Where?" });
      const partial: unknown[] = [];
      for await (const value of streamed.partialObjectStream) partial.push(value);
      expect(partial.at(-1)).toEqual({ city: "Rome" });
      expect(await streamed.object).toEqual({ city: "Rome" });
    });

    test("with tools, and carried on behind the preamble that is not text", async () => {
      const { model, engine } = modelOf([PREAMBLE + CALL, json], {}, "gbnf");
      const { tools } = weather();
      const output = Output.object({ schema });
      const result = await generateText({ model, tools, output, prompt: "Where?", stopWhen: stepCountIs(5) });
      expect(result.output).toEqual({ city: "Rome" });
      expectGrowing(engine, [PREAMBLE + CALL]);
    });

    test("an engine that takes no constraint: a warning", async () => {
      const { model } = modelOf([json]);
      const result = await generateText({ model, output: Output.object({ schema }), prompt: "Where?" });
      expect(result.output).toEqual({ city: "Rome" });
      expect(result.warnings).toMatchObject([{ type: "unsupported", feature: "responseFormat" }]);
    });
  });

  test("abort in mid-stream", async () => {
    const { model, engine } = modelOf([{ output: `${THOUGHT}<|channel|>final<|message|>Su`, hangs: true }]);
    const abort = new AbortController();
    let aborted = 0;
    const result = streamText({
      model,
      prompt: "Weather?",
      abortSignal: abort.signal,
      onAbort: () => {
        aborted += 1;
      },
    });
    const types: string[] = [];
    for await (const part of result.fullStream) {
      types.push(part.type);
      if (part.type === "text-delta") abort.abort();
    }
    expect(types.at(-1)).toBe("abort");
    expect(aborted).toBe(1);
    await expect.poll(() => engine.stopped).toBe(1);
  });

  test("an engine that fails in mid-stream, and one that is not there", async () => {
    const broken = new EngineError("interrupted", "the answer broke off", { engine: "script" });
    const { model } = modelOf([{ output: `${THOUGHT}<|channel|>final<|message|>Su`, error: broken }]);
    const errors: unknown[] = [];
    const result = streamText({
      model,
      prompt: "Weather?",
      onError: ({ error }) => {
        errors.push(error);
      },
    });
    const types: string[] = [];
    let text = "";
    for await (const part of result.fullStream) {
      types.push(part.type);
      if (part.type === "text-delta") text += part.text;
    }
    expect(text).toBe("Su");
    expect(errors).toEqual([broken]);
    expect(types).toContain("error");
    expect(types.indexOf("text-end")).toBeLessThan(types.indexOf("error"));

    const gone = new EngineError("unreachable", "nobody listens", { engine: "script" });
    const { model: dead } = modelOf([{ output: "", error: gone }]);
    await expect(generateText({ model: dead, prompt: "Weather?" })).rejects.toBe(gone);
    expect(APICallError.isInstance(gone)).toBe(false);
  });

  test("an image is what the AI SDK calls unsupported", async () => {
    const { model } = modelOf([ANSWER]);
    const content: ai6.UserContent = [{ type: "image", image: new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]) }];
    const error = await generateText({ model, messages: [{ role: "user", content }] }).catch((error: unknown) => error);
    expect(UnsupportedFunctionalityError.isInstance(error)).toBe(true);
  });

  test("middleware, and registries of providers", async () => {
    const { model } = modelOf([THOUGHT + ANSWER, THOUGHT + ANSWER, THOUGHT + ANSWER]);
    const wrapped = ai.wrapLanguageModel({
      model,
      middleware: [
        ai.defaultSettingsMiddleware({ settings: { temperature: 0.1 } }),
        ai.extractReasoningMiddleware({ tagName: "think" }),
      ],
    });
    const whole = await generateText({ model: wrapped, prompt: "Weather?" });
    expect([whole.reasoningText, whole.text]).toEqual(["Hm.", "Sun."]);
    const streamed = streamText({ model: wrapped, prompt: "Weather?" });
    expect([await streamed.reasoningText, await streamed.text]).toEqual(["Hm.", "Sun."]);
    const simulated = ai.wrapLanguageModel({ model, middleware: ai.simulateStreamingMiddleware() });
    expect(await streamText({ model: simulated, prompt: "Weather?" }).text).toBe("Sun.");

    const engine = scriptedEngine([ANSWER]);
    const harmony = createHarmony({ engine, specification: specification as "v3" });
    const registry = ai.createProviderRegistry({ harmony });
    const { text } = await generateText({ model: registry.languageModel("harmony:gpt-oss-20b"), prompt: "Weather?" });
    expect(text).toBe("Sun.");
    expect(() => registry.embeddingModel("harmony:e")).toThrow(/no embeddingModel/);
  });

  test.each(CASES.map((row) => [row.number, row] as const))("malformed completions: %s", async (_, row) => {
    const script: Script = { output: row.output, finish: row.reason };
    const { model } = modelOf([script, script]);
    const x = tool({ description: "X", inputSchema: z.looseObject({}), execute: async () => "done" });
    const whole = await generateText({ model, tools: { x }, prompt: "Go" });
    const streamed = streamText({ model, tools: { x }, prompt: "Go" });
    for await (const part of streamed.fullStream) if (part.type === "error") throw part.error;
    expect(await streamed.text).toBe(whole.text);
    expect(await streamed.reasoningText).toBe(whole.reasoningText);
    expect((await streamed.toolCalls).map(({ input }) => input)).toEqual(whole.toolCalls.map(({ input }) => input));
  });
});

/** What all steps have added to a conversation; in `ai` 7, the response holds only the messages of the last one. */
async function allMessages(result: {
  readonly response: PromiseLike<{ messages: ai6.ModelMessage[] }> | { messages: ai6.ModelMessage[] };
  readonly responseMessages?: PromiseLike<ai6.ModelMessage[]> | ai6.ModelMessage[];
}): Promise<ai6.ModelMessage[]> {
  return (await result.responseMessages) ?? (await result.response).messages;
}

/**
 * Each prompt begins with the one before and what the model made of it. Only the end of an answer is another one when it
 * is history, as in the reference.
 */
function expectGrowing({ requests }: ScriptedEngine, outputs: readonly string[]): void {
  expect(requests).toHaveLength(outputs.length + 1);
  for (const [index, output] of outputs.entries()) {
    const seen = [...requests[index]!.tokens, ...tokensOf(output.replace("<|return|>", "<|end|>"))];
    expect(encoding.decode(requests[index + 1]!.tokens.slice(0, seen.length))).toBe(encoding.decode(seen));
    expect(requests[index + 1]!.tokens.slice(0, seen.length)).toEqual(seen);
    expect(requests[index + 1]!.tokens.length).toBeGreaterThan(seen.length);
  }
}
