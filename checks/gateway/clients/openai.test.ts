// The official client against the gateway as a process: what HTTP and the process add to what checks/shapes looks at.
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { KEY, MODEL, SUNNY, serveWeather, THOUGHTS, untilLeft } from "./weather-model.js";

const served = serveWeather();
const clientOf = (apiKey = KEY) => new OpenAI({ apiKey, baseURL: served().baseURL, maxRetries: 0 });

const messages = [{ role: "user" as const, content: "How is the weather?" }];
const Weather = z.object({ city: z.string(), degrees: z.number() });
const PARAMETERS = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

describe("Chat Completions", () => {
  test("whole and streamed say the same, and the stream comes piece by piece", async () => {
    const openai = clientOf();
    const whole = await openai.chat.completions.create({ model: MODEL, messages });
    expect(whole.choices[0]!.message).toMatchObject({ content: SUNNY, reasoning_content: THOUGHTS });
    const stream = openai.chat.completions.stream({ model: MODEL, messages, stream_options: { include_usage: true } });
    const pieces: string[] = [];
    stream.on("content", (piece) => pieces.push(piece));
    const streamed = await stream.finalChatCompletion();
    expect(streamed.choices[0]!.message.content).toBe(SUNNY);
    expect(pieces.length).toBeGreaterThan(3);
    expect(streamed.usage).toEqual(whole.usage);
    expect(whole.usage!.prompt_tokens).toBe(served().engine.asked.at(-1)!.body.prompt.length);
  });

  test.each([false, true])("runTools; stream %s", async (stream) => {
    const asked = served().engine.asked.length;
    const tools = [
      {
        type: "function" as const,
        function: {
          name: "get_weather",
          description: "The weather of a city.",
          parameters: PARAMETERS,
          parse: JSON.parse,
          function: ({ city }: { city: string }) => `20 °C in ${city}`,
        },
      },
    ];
    const runner = stream
      ? clientOf().chat.completions.runTools({ model: MODEL, messages, tools, stream: true })
      : clientOf().chat.completions.runTools({ model: MODEL, messages, tools });
    expect(await runner.finalContent()).toBe("It is: 20 °C in Lisbon");
    // The client sends back no thoughts and no tokens: the gateway has kept them.
    const [first, second] = served().engine.asked.slice(asked);
    expect(second!.prompt.startsWith(first!.prompt)).toBe(true);
    expect(second!.prompt).toContain(`<|channel|>analysis<|message|>${THOUGHTS}<|end|>`);
  });

  test("parse: the engine is held to the schema", async () => {
    const completion = await clientOf().chat.completions.parse({
      model: MODEL,
      messages: [{ role: "user", content: "As JSON, please." }],
      response_format: zodResponseFormat(Weather, "weather"),
    });
    expect(completion.choices[0]!.message.parsed).toEqual({ city: "Lisbon", degrees: 20 });
    expect(served().engine.asked.at(-1)!.body.grammar).toContain("degrees");
  });
});

describe("Responses", () => {
  test("create, stream, and what follows from what went before", async () => {
    const openai = clientOf();
    const whole = await openai.responses.create({ model: MODEL, input: "How is the weather?" });
    expect(whole.output_text).toBe(SUNNY);
    expect(whole.output[0]).toMatchObject({ type: "reasoning", content: [{ type: "reasoning_text", text: THOUGHTS }] });
    const stream = openai.responses.stream({ model: MODEL, input: "And now?", previous_response_id: whole.id });
    const types = new Set<string>();
    let text = "";
    for await (const event of stream) {
      types.add(event.type);
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    expect(text).toBe(SUNNY);
    expect((await stream.finalResponse()).output_text).toBe(SUNNY);
    expect([...types]).toEqual(
      expect.arrayContaining(["response.created", "response.reasoning_text.delta", "response.completed"]),
    );
    expect(served().engine.asked.at(-1)!.prompt).toContain(
      `<|channel|>final<|message|>${SUNNY}<|end|><|start|>user<|message|>And now?`,
    );
  });

  test("parse", async () => {
    const response = await clientOf().responses.parse({
      model: MODEL,
      input: "As JSON, please.",
      text: { format: zodTextFormat(Weather, "weather") },
    });
    expect(response.output_parsed).toEqual({ city: "Lisbon", degrees: 20 });
  });
});

test("models", async () => {
  const ids: string[] = [];
  for await (const { id } of clientOf().models.list()) ids.push(id);
  expect(ids).toEqual([MODEL]);
  expect(await clientOf().models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: "model" });
});

describe("errors are those of the client", () => {
  test("a wrong key", async () => {
    await expect(clientOf("wrong").chat.completions.create({ model: MODEL, messages })).rejects.toThrow(
      OpenAI.AuthenticationError,
    );
  });

  test("a model that there is not", async () => {
    const error = await clientOf()
      .chat.completions.create({ model: "gpt-2", messages })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: "model_not_found", param: "model" });
  });

  test.each([false, true])("a prompt that is too long; stream %s", async (stream) => {
    const long = [{ role: "user" as const, content: "Too long." }];
    const error = await clientOf()
      .chat.completions.create({ model: MODEL, messages: long, stream })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ code: "context_length_exceeded" });
  });
});

describe("leaving early stops the engine", () => {
  const story = { model: MODEL, messages: [{ role: "user" as const, content: "Tell a story." }] };

  test("break out of a stream", async () => {
    const { engine } = served();
    const left = engine.left;
    for await (const { choices } of await clientOf().chat.completions.create({ ...story, stream: true })) {
      if (choices[0]?.delta.content?.includes("then")) break;
    }
    await untilLeft(engine, left + 1);
  });

  test.each(["chat", "responses"])("abort a request that is not streamed: %s", async (api) => {
    const { engine } = served();
    const { left, asked } = engine;
    const before = asked.length;
    const controller = new AbortController();
    const { signal } = controller;
    const request =
      api === "chat"
        ? clientOf().chat.completions.create(story, { signal })
        : clientOf().responses.create({ model: MODEL, input: "Tell a story." }, { signal });
    const outcome = request.then(String, (error: unknown) => error);
    await expect.poll(() => engine.asked.length, { timeout: 30_000 }).toBe(before + 1);
    controller.abort();
    expect(await outcome).toBeInstanceOf(OpenAI.APIUserAbortError);
    await untilLeft(engine, left + 1);
  });
});

test("many at once get each their own", async () => {
  const openai = clientOf();
  const answers = await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const content = index % 2 === 0 ? "As JSON" : "How is it?";
      const stream = openai.chat.completions.stream({ model: MODEL, messages: [{ role: "user", content }] });
      return [index % 2, await stream.finalContent()] as const;
    }),
  );
  for (const [isOdd, answer] of answers) expect(answer).toBe(isOdd === 1 ? SUNNY : '{"city":"Lisbon","degrees":20}');
});
