// The official client, unchanged, over `client.fetch`: its calls and its helpers, whole and streamed, agree.
import OpenAI6 from "openai";
import { zodResponseFormat, zodResponsesFunction, zodTextFormat } from "openai/helpers/zod";
import OpenAI7 from "openai-7";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createHarmonyClient, type HarmonyClientOptions, ReplyMemory } from "../../src/client.js";
import { EngineError } from "../../src/engines/engine-error.js";
import {
  ANSWER,
  CALL,
  FOREVER,
  ScriptedEngine,
  type ScriptedEngineOptions,
  type Step,
} from "../../tests/client/scripted-engine.js";
import { CASES } from "../../tests/parse/malformed-outputs.js";

const HALF = "<|channel|>final<|message|>Four, of";
const BROKEN = new EngineError("interrupted", "the answer broke off", { engine: "scripted" });
const JSON_ANSWER = ['<|channel|>final <|constrain|>json<|message|>{"answer":4,"unit":null}<|return|>'];
const answerSchema = z.object({ answer: z.number(), unit: z.string().nullable() });

const messages = [{ role: "user" as const, content: "What is two and two?" }];
const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "Gets the weather.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const responseWeather = { type: "function" as const, strict: false, ...weather.function };

// The newer one asks for a newer Node in its package.json, and is the same code here.
describe.each([
  ["openai 6", OpenAI6],
  ["openai 7", OpenAI7 as unknown as typeof OpenAI6],
])("%s", (_name, OpenAI) => {
  const setUp = (
    script: readonly Step[] | ((index: number) => readonly Step[]),
    options: ScriptedEngineOptions & Partial<HarmonyClientOptions> = {},
  ) => {
    const { constraints, ...rest } = options;
    const engine = new ScriptedEngine(typeof script === "function" ? (_, index) => script(index) : script, {
      constraints,
    });
    const client = createHarmonyClient({ engine, ...rest });
    return { engine, openai: new OpenAI({ apiKey: "-", fetch: client.fetch }) };
  };

  describe("chat completions", () => {
    test("create: whole and streamed", async () => {
      const { openai } = setUp(ANSWER);
      const body = { model: "gpt-oss-20b", messages };
      const completion = await openai.chat.completions.create(body);
      expect(completion.choices[0]?.message.content).toBe("Four, of course.");
      expect(completion.choices[0]?.message).toMatchObject({ reasoning_content: "Two and two." });
      let content = "";
      for await (const { choices } of await openai.chat.completions.create({ ...body, stream: true })) {
        content += choices[0]?.delta.content ?? "";
      }
      expect(content).toBe("Four, of course.");
    });

    test("stream: the helper gathers what create gives", async () => {
      const { openai } = setUp(CALL);
      const body = { model: "m", messages, tools: [weather] };
      const whole = await openai.chat.completions.create(body);
      const stream = openai.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
      const contents: string[] = [];
      stream.on("content", (delta) => contents.push(delta));
      const gathered = await stream.finalChatCompletion();
      expect(contents.join("")).toBe("I will look.");
      const { message, finish_reason } = gathered.choices[0]!;
      expect(finish_reason).toBe(whole.choices[0]?.finish_reason);
      expect(message).toMatchObject({ content: "I will look.", role: "assistant" });
      const calls = (list: OpenAI6.ChatCompletionMessageToolCall[] | undefined) =>
        list?.map((call) => call.type === "function" && [call.function.name, call.function.arguments]);
      expect(calls(message.tool_calls)).toEqual([["get_weather", '{"city":"Lisbon"}']]);
      expect(calls(whole.choices[0]?.message.tool_calls)).toEqual(calls(message.tool_calls));
      expect(gathered.usage).toEqual(whole.usage);
    });

    test.each([false, true])("runTools: calls, runs and answers; stream %s", async (stream) => {
      const store = new ReplyMemory();
      const { engine, openai } = setUp((index) => (index === 0 ? CALL : ANSWER), { store });
      const cities: string[] = [];
      const tool = {
        type: "function" as const,
        function: {
          ...weather.function,
          parse: JSON.parse as (text: string) => { city: string },
          function: ({ city }: { city: string }) => {
            cities.push(city);
            return "Sunny.";
          },
        },
      };
      const runner = stream
        ? openai.chat.completions.runTools({ model: "m", messages, tools: [tool], stream })
        : openai.chat.completions.runTools({ model: "m", messages, tools: [tool] });
      expect(await runner.finalContent()).toBe("Four, of course.");
      expect(cities).toEqual(["Lisbon"]);
      // The helper sends back neither thoughts nor tokens; the store has them.
      const [first, second] = engine.requests.map(({ tokens, encoding }) => encoding.decodeUtf8(tokens));
      expect(second).toBe(
        `${first}${CALL.join("")}<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>Sunny.<|end|><|start|>assistant`,
      );
    });

    test("parse: structured output, held to its schema by the engine", async () => {
      const { engine, openai } = setUp(JSON_ANSWER, { constraints: "gbnf" });
      const body = { model: "m", messages, response_format: zodResponseFormat(answerSchema, "answer") };
      const { choices } = await openai.chat.completions.parse(body);
      expect(choices[0]?.message.parsed).toEqual({ answer: 4, unit: null });
      expect(engine.requests[0]?.constraint).toBeDefined();
      const streamed = await openai.chat.completions.stream(body).finalChatCompletion();
      expect(streamed.choices[0]?.message.parsed).toEqual({ answer: 4, unit: null });
    });

    test("what models write against the format, streamed as whole", async () => {
      for (const { output, reason = "stop" } of CASES) {
        const { openai } = setUp([output, { finish: reason }]);
        const body = { model: "m", messages, tools: [weather] };
        const whole = (await openai.chat.completions.create(body)).choices[0]!;
        const stream = openai.chat.completions.stream(body);
        const streamed = (await stream.finalChatCompletion()).choices[0]!;
        const gist = ({ message, finish_reason }: typeof whole) => ({
          content: message.content ?? "",
          finish_reason,
          calls: (message.tool_calls ?? []).map(
            (call) => call.type === "function" && { ...call.function, parsed_arguments: 0 },
          ),
        });
        expect(gist(streamed), output).toEqual(gist(whole));
      }
    });

    test("errors: of the request, of the model, of the engine", async () => {
      const { openai } = setUp(ANSWER, { model: "gpt-oss" });
      const wrong = openai.chat.completions.create({
        model: "gpt-oss",
        messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "", format: "wav" } }] }],
      });
      await expect(wrong).rejects.toBeInstanceOf(OpenAI.BadRequestError);
      await expect(wrong).rejects.toMatchObject({
        param: "messages[0].content[0].type",
        type: "invalid_request_error",
      });
      const unknown = openai.chat.completions.create({ model: "gpt-4o", messages });
      await expect(unknown).rejects.toBeInstanceOf(OpenAI.NotFoundError);
      await expect(openai.embeddings.create({ model: "gpt-oss", input: "" })).rejects.toBeInstanceOf(
        OpenAI.NotFoundError,
      );

      const broken = setUp([HALF, { fail: BROKEN }]);
      const whole = broken.openai.chat.completions.create({ model: "m", messages });
      await expect(whole).rejects.toMatchObject({
        status: 502,
        code: "engine_interrupted",
        error: { partial: { choices: [{ message: { content: "Four, of" } }] } },
      });
      // It was not tried again: what came before would be lost.
      expect(broken.engine.requests).toHaveLength(1);
      const stream = await broken.openai.chat.completions.create({ model: "m", messages, stream: true });
      let content = "";
      const read = (async () => {
        for await (const { choices } of stream) content += choices[0]?.delta.content ?? "";
      })();
      await expect(read).rejects.toBeInstanceOf(OpenAI.APIError);
      await expect(read).rejects.toMatchObject({ code: "engine_interrupted" });
      expect(content).toBe("Four, of");

      // One that has not begun is tried again, by the client's own rule.
      const absent = setUp((index) =>
        index === 0 ? [{ fail: new EngineError("unreachable", "no", { engine: "e" }) }] : ANSWER,
      );
      const completion = await absent.openai.chat.completions.create({ model: "m", messages });
      expect(completion.choices[0]?.message.content).toBe("Four, of course.");
      expect(absent.engine.requests).toHaveLength(2);
    });

    test("abort: the engine stops", async () => {
      const { engine, openai } = setUp([HALF, { wait: FOREVER }]);
      const body = { model: "m", messages };
      const whole = openai.chat.completions.create(body, { signal: AbortSignal.timeout(50) });
      await expect(whole).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
      await expect(openai.chat.completions.create(body, { timeout: 50, maxRetries: 0 })).rejects.toBeInstanceOf(
        OpenAI.APIConnectionTimeoutError,
      );
      const left = await openai.chat.completions.create({ ...body, stream: true });
      for await (const { choices } of left) if (choices[0]?.delta.content) break;
      const aborted = await openai.chat.completions.create({ ...body, stream: true });
      setTimeout(() => aborted.controller.abort(), 50);
      for await (const _ of aborted);
      await expect.poll(() => engine).toMatchObject({ running: 0, stopped: 4 });
    });

    test("models.list", async () => {
      const { openai } = setUp(ANSWER, { model: ["gpt-oss-20b", "gpt-oss"] });
      const ids: string[] = [];
      for await (const { id } of openai.models.list()) ids.push(id);
      expect(ids).toEqual(["gpt-oss-20b", "gpt-oss"]);
    });
  });

  describe("responses", () => {
    test("create and stream say the same", async () => {
      const { openai } = setUp(CALL);
      const body = { model: "m", input: "The weather?", tools: [responseWeather] };
      const whole = await openai.responses.create(body);
      expect(whole.output_text).toBe("I will look.");
      const stream = openai.responses.stream(body);
      const texts: string[] = [];
      stream.on("response.output_text.delta", ({ delta }) => texts.push(delta));
      const gathered = await stream.finalResponse();
      expect(texts.join("")).toBe("I will look.");
      const gist = ({ output }: { output: readonly object[] }) =>
        output.map((item) => ({
          ...item,
          id: "",
          call_id: "",
          parsed_arguments: 0,
          content: "content" in item && (item.content as object[]).map((part) => ({ ...part, parsed: 0 })),
        }));
      expect(gist(gathered)).toEqual(gist(whole));
      const last: string[] = [];
      for await (const { type } of await openai.responses.create({ ...body, stream: true })) last.push(type);
      expect(last.at(0)).toBe("response.created");
      expect(last.at(-1)).toBe("response.completed");
    });

    test("parse: structured output and calls", async () => {
      const { openai } = setUp((index) => (index % 2 === 0 ? JSON_ANSWER : CALL), { constraints: "gbnf" });
      const body = { model: "m", input: "?", text: { format: zodTextFormat(answerSchema, "answer") } };
      expect((await openai.responses.parse(body)).output_parsed).toEqual({ answer: 4, unit: null });
      const tool = zodResponsesFunction({ name: "get_weather", parameters: z.object({ city: z.string() }) });
      const { output } = await openai.responses.parse({ model: "m", input: "?", tools: [tool] });
      expect(output.at(-1)).toMatchObject({ type: "function_call", parsed_arguments: { city: "Lisbon" } });
      const streamed = await openai.responses.stream(body).finalResponse();
      expect(streamed.output_parsed).toEqual({ answer: 4, unit: null });
    });

    test("previous_response_id, and the items sent back, say the same to the model", async () => {
      const { engine, openai } = setUp((index) => (index % 2 === 0 ? CALL : ANSWER), { store: new ReplyMemory() });
      const tools = [responseWeather];
      const input = [{ role: "user" as const, content: "The weather?" }];
      const include = ["reasoning.encrypted_content" as const];
      const first = await openai.responses.create({ model: "m", input, tools });
      const outputOf = ({ output }: typeof first) => {
        const call = output.find((item) => item.type === "function_call")!;
        return { type: "function_call_output" as const, call_id: call.call_id, output: "Sunny." };
      };
      await openai.responses.create({ model: "m", previous_response_id: first.id, input: [outputOf(first)], tools });
      const carried = await openai.responses.create({ model: "m", input, tools, include });
      await openai.responses.create({
        model: "m",
        input: [...input, ...carried.output, outputOf(carried)] as never,
        tools,
      });
      const prompts = engine.requests.map(({ tokens, encoding }) => encoding.decodeUtf8(tokens));
      expect(prompts[1]).toContain(CALL.join(""));
      expect(prompts[3]).toBe(prompts[1]);
    });

    test("what models write against the format, streamed as whole", async () => {
      for (const { output, reason = "stop" } of CASES) {
        const { openai } = setUp([output, { finish: reason }]);
        const body = { model: "m", input: "?", tools: [responseWeather] };
        const whole = await openai.responses.create(body);
        const streamed = await openai.responses.stream(body).finalResponse();
        const gist = ({ status, output: items, output_text }: OpenAI6.Responses.Response) => ({
          status,
          output_text,
          items: items.map((item) => ({
            type: item.type,
            text: "content" in item ? item.content?.map((part) => "text" in part && part.text) : undefined,
            call: item.type === "function_call" ? [item.name, item.arguments] : undefined,
          })),
        });
        expect(gist(streamed), output).toEqual(gist(whole));
      }
    });

    test("errors and aborts", async () => {
      const broken = setUp([HALF, { fail: BROKEN }]);
      const whole = broken.openai.responses.create({ model: "m", input: "?" });
      await expect(whole).rejects.toMatchObject({ status: 502, error: { partial: { status: "failed" } } });
      const types: string[] = [];
      for await (const { type } of await broken.openai.responses.create({ model: "m", input: "?", stream: true }))
        types.push(type);
      expect(types.at(-1)).toBe("response.failed");
      const refused = broken.openai.responses.create({ model: "m", input: "?", previous_response_id: "resp_1" });
      await expect(refused).rejects.toBeInstanceOf(OpenAI.BadRequestError);

      const slow = setUp([HALF, { wait: FOREVER }]);
      const stream = await slow.openai.responses.create({ model: "m", input: "?", stream: true });
      for await (const { type } of stream) if (type === "response.output_text.delta") break;
      await expect.poll(() => slow.engine).toMatchObject({ running: 0, stopped: 1 });
    });
  });
});
