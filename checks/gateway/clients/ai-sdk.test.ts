// The AI SDK's provider for servers that speak OpenAI's API, against the gateway as a process.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { expect, test } from "vitest";
import { z } from "zod";
import { KEY, MODEL, SUNNY, serveWeather, THOUGHTS, untilLeft } from "./weather-model.js";

const served = serveWeather();
const modelOf = (apiKey = KEY) =>
  createOpenAICompatible({
    name: "gateway",
    baseURL: served().baseURL,
    apiKey,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })(MODEL);

test("generateText and streamText say the same", async () => {
  const whole = await generateText({ model: modelOf(), prompt: "How is the weather?" });
  expect(whole).toMatchObject({ text: SUNNY, reasoningText: THOUGHTS, finishReason: "stop" });
  const streamed = streamText({ model: modelOf(), prompt: "How is the weather?" });
  const pieces: string[] = [];
  for await (const piece of streamed.textStream) pieces.push(piece);
  expect(pieces.join("")).toBe(SUNNY);
  expect(pieces.length).toBeGreaterThan(3);
  expect(await streamed.reasoningText).toBe(THOUGHTS);
  expect((await streamed.usage).outputTokens).toBe(whole.usage.outputTokens);
});

test.each([false, true])("tools run in a loop; stream %s", async (stream) => {
  const get_weather = tool({
    description: "The weather of a city.",
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => `20 °C in ${city}`,
  });
  const options = { model: modelOf(), tools: { get_weather }, prompt: "How is it?", stopWhen: stepCountIs(3) };
  const text = stream ? await streamText(options).text : (await generateText(options)).text;
  expect(text).toBe("It is: 20 °C in Lisbon");
});

test.each([false, true])("an object of a schema; stream %s", async (stream) => {
  const output = Output.object({ schema: z.object({ city: z.string(), degrees: z.number() }) });
  const options = { model: modelOf(), output, prompt: "As JSON, please." };
  const object = stream ? await streamText(options).output : (await generateText(options)).output;
  expect(object).toEqual({ city: "Lisbon", degrees: 20 });
});

test("an error has its status, and is not tried again", async () => {
  const asked = served().engine.asked.length;
  const error = await generateText({ model: modelOf(), prompt: "Too long." }).catch((reason: unknown) => reason);
  expect(APICallError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ statusCode: 400, isRetryable: false });
  expect(served().engine.asked.length).toBe(asked + 1);
});

test("an abort stops the engine", async () => {
  const { engine } = served();
  const left = engine.left;
  const controller = new AbortController();
  const { signal } = controller;
  const { textStream } = streamText({ model: modelOf(), prompt: "Tell a story.", abortSignal: signal });
  for await (const _piece of textStream) controller.abort();
  await untilLeft(engine, left + 1);
});
