// LangChain's ChatOpenAI, by both of OpenAI's interfaces, against the gateway as a process.
import { type AIMessage, AIMessageChunk, HumanMessage, type ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { KEY, MODEL, SUNNY, serveWeather } from "./weather-model.js";

const served = serveWeather();

describe.each([
  ["Chat Completions", false],
  ["Responses", true],
])("%s", (_name, useResponsesApi) => {
  const chatOf = () => {
    const configuration = { baseURL: served().baseURL };
    return new ChatOpenAI({ model: MODEL, apiKey: KEY, useResponsesApi, maxRetries: 0, configuration });
  };

  test("invoke and stream say the same", async () => {
    expect((await chatOf().invoke("How is the weather?")).text).toBe(SUNNY);
    const pieces: string[] = [];
    let whole: AIMessageChunk | undefined;
    for await (const chunk of await chatOf().stream("How is the weather?")) {
      pieces.push(chunk.text);
      whole = whole === undefined ? chunk : whole.concat(chunk);
    }
    expect(pieces.join("")).toBe(SUNNY);
    expect(pieces.filter((piece) => piece !== "").length).toBeGreaterThan(3);
    expect(whole).toBeInstanceOf(AIMessageChunk);
    expect(whole!.usage_metadata!.output_tokens).toBeGreaterThan(10);
  });

  test("a tool is called, and what it gave back is used", async () => {
    const weather = tool(({ city }: { city: string }) => `20 °C in ${city}`, {
      name: "get_weather",
      description: "The weather of a city.",
      schema: z.object({ city: z.string() }),
    });
    const chat = chatOf().bindTools([weather]);
    const question = new HumanMessage("How is it?");
    const called: AIMessage = await chat.invoke([question]);
    expect(called.tool_calls).toMatchObject([{ name: "get_weather", args: { city: "Lisbon" } }]);
    const result: ToolMessage = await weather.invoke(called.tool_calls![0]!);
    const answer = await chat.invoke([question, called, result]);
    expect(answer.text).toBe("It is: 20 °C in Lisbon");
  });

  test("withStructuredOutput", async () => {
    const schema = z.object({ city: z.string(), degrees: z.number() });
    const chat = chatOf().withStructuredOutput(schema, { method: "jsonSchema", strict: true });
    expect(await chat.invoke("As JSON, please.")).toEqual({ city: "Lisbon", degrees: 20 });
    expect(served().engine.asked.at(-1)!.body.grammar).toContain("degrees");
  });

  test("an error is one", async () => {
    await expect(chatOf().invoke("Too long.")).rejects.toMatchObject({ status: 400 });
  });
});
