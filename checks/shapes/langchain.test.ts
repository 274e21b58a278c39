// LangChain's ChatOpenAI, unchanged, over `client.fetch`: by both of OpenAI's interfaces.
import { type AIMessage, AIMessageChunk, HumanMessage, type ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createHarmonyClient, ReplyMemory } from "../../src/client.js";
import { EngineError } from "../../src/engines/engine-error.js";
import {
  ANSWER,
  CALL,
  FOREVER,
  ScriptedEngine,
  type ScriptedEngineOptions,
  type Step,
} from "../../tests/client/scripted-engine.js";

const weather = tool(({ city }: { city: string }) => `Sunny in ${city}.`, {
  name: "get_weather",
  description: "Gets the weather.",
  schema: z.object({ city: z.string() }),
});
const answerSchema = z.object({ answer: z.number() });

describe.each([
  ["chat completions", false],
  ["responses", true],
])("%s", (_name, useResponsesApi) => {
  const setUp = (
    script: readonly Step[] | ((index: number) => readonly Step[]),
    options: ScriptedEngineOptions = {},
  ) => {
    const engine = new ScriptedEngine(typeof script === "function" ? (_, index) => script(index) : script, options);
    // By Chat Completions, it sends back neither what the model thought nor the tokens; the store has them.
    const { fetch } = createHarmonyClient({ engine, store: new ReplyMemory() });
    const chat = new ChatOpenAI({
      model: "gpt-oss-20b",
      apiKey: "-",
      useResponsesApi,
      maxRetries: 0,
      configuration: { fetch },
    });
    return { engine, chat };
  };

  test("invoke and stream say the same", async () => {
    const { chat } = setUp(ANSWER);
    const whole = await chat.invoke("What is two and two?");
    expect(whole.text).toBe("Four, of course.");
    let streamed: AIMessageChunk | undefined;
    for await (const chunk of await chat.stream("What is two and two?")) {
      streamed = streamed === undefined ? chunk : streamed.concat(chunk);
    }
    expect(streamed?.text).toBe("Four, of course.");
    expect(whole.usage_metadata).toMatchObject({ output_tokens: expect.any(Number) });
    expect(streamed?.usage_metadata).toEqual(whole.usage_metadata);
  });

  test.each([false, true])("bindTools: a call, its result, and the answer; stream %s", async (stream) => {
    const { engine, chat } = setUp((index) => (index === 0 ? CALL : ANSWER));
    const withTools = chat.bindTools([weather]);
    const question = new HumanMessage("The weather?");
    let message: AIMessage;
    if (stream) {
      let gathered = new AIMessageChunk("");
      for await (const chunk of await withTools.stream([question])) gathered = gathered.concat(chunk);
      message = gathered;
    } else {
      message = await withTools.invoke([question]);
    }
    expect(message.tool_calls).toMatchObject([{ name: "get_weather", args: { city: "Lisbon" } }]);
    const result = (await weather.invoke(message.tool_calls![0]! as never)) as ToolMessage;
    expect(result.content).toBe("Sunny in Lisbon.");
    const answer = await withTools.invoke([question, message, result]);
    expect(answer.text).toBe("Four, of course.");
    const second = engine.requests[1]!.encoding.decodeUtf8(engine.requests[1]!.tokens);
    expect(second).toContain("<|channel|>analysis<|message|>Ask.<|end|>");
    expect(second).toContain("<|channel|>commentary<|message|>I will look.<|end|>");
    expect(second).toContain('{"city":"Lisbon"}<|call|>');
    if (!useResponsesApi) expect(second).toContain(CALL.join(""));
    expect(second).toContain(
      "<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>Sunny in Lisbon.<|end|>",
    );
  });

  test("withStructuredOutput: by schema and by a tool", async () => {
    const answer = ['<|channel|>final <|constrain|>json<|message|>{"answer":4}<|return|>'];
    const bySchema = setUp(answer, { constraints: "gbnf" });
    const structured = bySchema.chat.withStructuredOutput(answerSchema, { name: "answer", method: "jsonSchema" });
    expect(await structured.invoke("Two and two?")).toEqual({ answer: 4 });
    expect(bySchema.engine.requests[0]?.constraint).toBeDefined();

    const call = ['<|channel|>commentary to=functions.answer <|constrain|>json<|message|>{"answer":4}<|call|>'];
    const byTool = setUp(call, { constraints: "gbnf" });
    const called = byTool.chat.withStructuredOutput(answerSchema, { name: "answer", method: "functionCalling" });
    expect(await called.invoke("Two and two?")).toEqual({ answer: 4 });
    // The model must call it, and the engine holds it to that.
    expect(byTool.engine.requests[0]?.constraint).toBeDefined();
  });

  test("an engine that fails, and a signal that is aborted", async () => {
    const broken = setUp([{ fail: new EngineError("failed", "it is broken", { engine: "scripted" }) }]);
    await expect(broken.chat.invoke("?")).rejects.toThrow(/it is broken/);
    const slow = setUp(["<|channel|>final<|message|>Four, of", { wait: FOREVER }]);
    const controller = new AbortController();
    const stream = await slow.chat.stream("?", { signal: controller.signal });
    const read = (async () => {
      for await (const chunk of stream) if (chunk.text !== "") controller.abort();
    })();
    await expect(read).rejects.toThrow();
    await expect.poll(() => slow.engine).toMatchObject({ running: 0, stopped: 1 });
  });
});
