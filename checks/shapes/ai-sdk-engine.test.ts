// The AI SDK over a real llama-server: a random gpt-oss, whose calls and answers a grammar forces into form.
import * as ai6 from "ai";
import * as ai7 from "ai-7";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createHarmony } from "../../src/ai-sdk.js";
import { type Engine, EngineError, type EngineFinish, llamaCpp } from "../../src/engines.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { type LlamaServer, startLlamaServer } from "../engines/llama-server.js";

globalThis.AI_SDK_LOG_WARNINGS = false;

const encoding = loadHarmonyEncoding();
/** How many tokens begin the assistant's message at the end of a prompt. */
const PROMPT_END = 2;

/** Messages that end soon: it writes at random. */
const BRIEF = { harmony: { logitBias: { 200007: 4, 200002: 4 } } };

/**
 * A message that begins and does not end. Without the last two, one completion in six of a model that writes at random has no
 * header, and nothing to show before its end.
 */
const ENDLESS = { 200007: -100, 200002: -100, 200012: -100, 199999: -100, 200005: 6, 200008: 6 };

let server: LlamaServer;
beforeAll(async () => {
  server = await startLlamaServer({ args: ["--ctx-size", "16384"] });
});
afterAll(() => server.stop());

interface Turn {
  readonly prompt: readonly number[];
  readonly completion: number[];
  finish?: EngineFinish;
}

/** The engine, and what it was asked and answered. */
function recorded(engine: Engine): { readonly engine: Engine; readonly turns: Turn[] } {
  const turns: Turn[] = [];
  return {
    turns,
    engine: {
      name: engine.name,
      constraints: engine.constraints,
      async *generate(request, signal) {
        const turn: Turn = { prompt: request.tokens, completion: [] };
        turns.push(turn);
        for await (const output of engine.generate(request, signal)) {
          if ("tokens" in output) turn.completion.push(...output.tokens);
          else if ("finish" in output) turn.finish = output;
          yield output;
        }
      },
    },
  };
}

describe.each([
  { name: "ai 6", ai: ai6, specification: "v3" },
  { name: "ai 7", ai: ai7 as unknown as typeof ai6, specification: "v4" },
] as const)("$name", ({ ai, specification }) => {
  function modelOn(engine: Engine) {
    return createHarmony({ engine, specification: specification as "v3", keepAnalysis: "all" })("tiny-gpt-oss");
  }

  test("ten rounds of questions, each with a call: every prompt begins with all that was there before", async () => {
    const { engine, turns } = recorded(llamaCpp({ baseURL: server.baseURL }));
    const model = modelOn(engine);
    const asked: string[] = [];
    const get_weather = ai.tool({
      description: "Gets the weather.",
      inputSchema: z.object({ city: z.enum(["Rome", "Oslo"]) }),
      execute: async ({ city }) => {
        asked.push(city);
        return { city, sky: "blue" };
      },
    });
    const messages: ai6.ModelMessage[] = [];
    let cached = 0;
    for (let round = 0; round < 10; round++) {
      messages.push({ role: "user", content: `Question ${round}: how is the weather?` });
      const result = ai.streamText({
        model,
        tools: { get_weather },
        messages,
        seed: round,
        maxOutputTokens: 1000,
        providerOptions: BRIEF,
        stopWhen: ai.stepCountIs(2),
        prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? "required" : "none" }),
      });
      for await (const part of result.fullStream) if (part.type === "error") throw part.error;
      const steps = await result.steps;
      for (const { usage } of steps) cached += usage.inputTokenDetails.cacheReadTokens ?? 0;
      // In version 7, the response holds only the messages of the last step.
      const { responseMessages } = result as { responseMessages?: PromiseLike<ai6.ModelMessage[]> };
      messages.push(...((await responseMessages) ?? (await result.response).messages));
    }
    expect(asked.length).toBeGreaterThanOrEqual(5);
    expect(cached).toBeGreaterThan(1000);
    let whole = 0;
    for (const [index, { prompt, completion, finish }] of turns.slice(0, -1).entries()) {
      const next = turns[index + 1]!.prompt;
      // An answer that is history ends otherwise than the model ended it. Of what the limit has cut off, a header may go;
      // and the AI SDK drops an answer without text, and what it carries.
      const isWhole = finish?.finish !== "limit" && !encoding.decode(completion).endsWith("<|message|><|return|>");
      const written = completion.at(-1) === 200002 ? completion.slice(0, -1) : completion;
      const seen = isWhole ? [...prompt, ...written] : prompt.slice(0, -PROMPT_END);
      if (isWhole) whole += 1;
      expect(encoding.decode(next.slice(0, seen.length))).toBe(encoding.decode(seen));
      expect(next.slice(0, seen.length)).toEqual(seen);
    }
    expect(whole).toBeGreaterThanOrEqual(10);
  });

  test("structured output that a grammar forces", async () => {
    const schema = z.object({ city: z.enum(["Rome", "Oslo"]), days: z.array(z.boolean()).max(3) });
    const model = modelOn(llamaCpp({ baseURL: server.baseURL }));
    let good = 0;
    for (let seed = 0; seed < 4; seed++) {
      const result = await ai.generateText({
        model,
        output: ai.Output.object({ schema }),
        prompt: "Where?",
        seed,
        maxOutputTokens: 1000,
        providerOptions: BRIEF,
      });
      // Half of an answer, or thoughts alone, if the limit comes first.
      if (result.finishReason !== "stop") continue;
      expect(schema.parse(result.output)).toEqual(result.output);
      good += 1;
    }
    expect(good).toBeGreaterThanOrEqual(2);
  });

  test("whatever a random model writes, nothing is thrown, and streams and results agree", async () => {
    const model = modelOn(llamaCpp({ baseURL: server.baseURL }));
    const f = ai.tool({ description: "F", inputSchema: z.looseObject({}), execute: async () => "done" });
    for (let seed = 100; seed < 110; seed++) {
      const call = { model, tools: { f }, prompt: "Go on.", seed, maxOutputTokens: 150 };
      const whole = await ai.generateText(call);
      const streamed = ai.streamText(call);
      for await (const part of streamed.fullStream) if (part.type === "error") throw part.error;
      expect(await streamed.text).toBe(whole.text);
      expect(await streamed.reasoningText).toBe(whole.reasoningText);
      expect((await streamed.toolCalls).map(({ input }) => input)).toEqual(whole.toolCalls.map(({ input }) => input));
      expect(await streamed.finishReason).toBe(whole.finishReason);
      expect(whole.usage.outputTokens).toBeGreaterThan(0);
    }
  });

  test("abort stops the server", async () => {
    const { engine, turns } = recorded(llamaCpp({ baseURL: server.baseURL }));
    const abort = new AbortController();
    const result = ai.streamText({
      model: modelOn(engine),
      prompt: "Go on.",
      abortSignal: abort.signal,
      providerOptions: { harmony: { logitBias: ENDLESS } },
    });
    const types: string[] = [];
    for await (const part of result.fullStream) {
      types.push(part.type);
      if (part.type.endsWith("-delta")) abort.abort();
    }
    expect(types.at(-1)).toBe("abort");
    expect(turns[0]!.finish).toBeUndefined();
    await expect
      .poll(async () => {
        const slots = (await (await fetch(`${server.baseURL}/slots`)).json()) as { is_processing: boolean }[];
        return slots.some((slot) => slot.is_processing);
      })
      .toBe(false);
  });
});

test("a server that is killed in mid-stream is an error behind what came before", async () => {
  const own = await startLlamaServer();
  const model = createHarmony({ engine: llamaCpp({ baseURL: own.baseURL }) })("tiny-gpt-oss", {
    logitBias: ENDLESS,
  });
  const result = ai6.streamText({ model, prompt: "Go on.", onError: () => {} });
  const errors: unknown[] = [];
  let count = 0;
  for await (const part of result.fullStream) {
    if (part.type === "error") errors.push(part.error);
    if (part.type.endsWith("-delta") && ++count === 20) await own.kill();
  }
  expect(count).toBeGreaterThanOrEqual(20);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toBeInstanceOf(EngineError);
  await expect(ai6.generateText({ model, prompt: "Go on." })).rejects.toMatchObject({ code: "unreachable" });
});
