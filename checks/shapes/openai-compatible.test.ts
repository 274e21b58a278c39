// The AI SDK's provider for servers that speak OpenAI's Chat Completions, unchanged, over `client.fetch`.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import { expect, test } from "vitest";
import { z } from "zod";
import { createHarmonyClient } from "../../src/client.js";
import {
  ANSWER,
  CALL,
  ScriptedEngine,
  type ScriptedEngineOptions,
  type Step,
} from "../../tests/client/scripted-engine.js";

const setUp = (script: readonly Step[] | ((index: number) => readonly Step[]), options: ScriptedEngineOptions = {}) => {
  const engine = new ScriptedEngine(typeof script === "function" ? (_, index) => script(index) : script, options);
  const { fetch } = createHarmonyClient({ engine });
  const provider = createOpenAICompatible({
    name: "local",
    baseURL: "http://localhost/v1",
    fetch,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return { engine, model: provider("gpt-oss-20b") };
};

const tools = {
  get_weather: tool({
    description: "Gets the weather.",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => `Sunny in ${city}.`,
  }),
};

test("generateText and streamText say the same", async () => {
  const { model } = setUp(ANSWER);
  const whole = await generateText({ model, prompt: "Two and two?" });
  expect(whole).toMatchObject({ text: "Four, of course.", reasoningText: "Two and two.", finishReason: "stop" });
  const streamed = streamText({ model, prompt: "Two and two?" });
  let text = "";
  for await (const piece of streamed.textStream) text += piece;
  expect(text).toBe("Four, of course.");
  expect(await streamed.reasoningText).toBe("Two and two.");
  expect((await streamed.usage).outputTokens).toBe(whole.usage.outputTokens);
});

test.each([false, true])("tools are called, and the loop goes on; stream %s", async (stream) => {
  const { engine, model } = setUp((index) => (index === 0 ? CALL : ANSWER));
  const options = { model, tools, prompt: "The weather?", stopWhen: stepCountIs(3) };
  const text = stream ? await streamText(options).text : (await generateText(options)).text;
  expect(text).toBe("Four, of course.");
  expect(engine.requests).toHaveLength(2);
  const second = engine.requests[1]!.encoding.decodeUtf8(engine.requests[1]!.tokens);
  expect(second).toContain("<|channel|>analysis<|message|>Ask.<|end|>");
  expect(second).toContain(
    "<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>Sunny in Lisbon.<|end|>",
  );
});

test("structured output is held to its schema", async () => {
  const answer = ['<|channel|>final <|constrain|>json<|message|>{"answer":4}<|return|>'];
  const { engine, model } = setUp(answer, { constraints: "gbnf" });
  const { output } = await generateText({
    model,
    prompt: "Two and two?",
    output: Output.object({ schema: z.object({ answer: z.number() }) }),
  });
  expect(output).toEqual({ answer: 4 });
  expect(engine.requests[0]?.constraint).toBeDefined();
});
