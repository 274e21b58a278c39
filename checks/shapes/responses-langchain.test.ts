// LangChain's ChatOpenAI over our Responses API: it understands what it is sent, streamed or not, and the prompt of what it
// sends back begins with the prompt before.
import { type AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/engines/engine.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { HarmonyReply, ResponseWriter, readResponseRequest } from "../../src/responses.js";

const encoding = loadHarmonyEncoding();
const CALL = [
  "<|channel|>analysis<|message|>I need the tool.<|end|><|start|>assistant",
  "<|channel|>commentary<|message|>I look it up.<|end|><|start|>assistant",
  '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{ "city": "Paris" }<|call|>',
].join("");
const ANSWER = "<|channel|>final<|message|>It is 20 °C.<|return|>";
const WEATHER = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

/** A model that answers with these texts, one after the other, and what it was given. */
function model(...texts: string[]): { readonly chat: ChatOpenAI; readonly prompts: number[][] } {
  const prompts: number[][] = [];
  const respond: typeof fetch = async (_url, init) => {
    const request = readResponseRequest(JSON.parse(String(init?.body)));
    const engine: Engine = {
      name: "scripted",
      async *generate({ tokens }) {
        const text = texts[prompts.length]!;
        prompts.push([...tokens]);
        for (const token of encoding.encode(text, { allowedSpecial: "all" })) yield { tokens: [token] };
        yield { finish: "stop" };
      },
    };
    const reply = new HarmonyReply(request, { engine, encoding });
    // While it streams, LangChain looks for thoughts in summaries only.
    const writer = new ResponseWriter(request, { thoughts: "summary" });
    const sent = writer.begin();
    for await (const event of reply) sent.push(...writer.write(event));
    sent.push(...writer.end(reply));
    if (!request.stream) return Response.json(writer.response);
    const text = sent.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
    return new Response(text, { headers: { "content-type": "text/event-stream" } });
  };
  const chat = new ChatOpenAI({
    apiKey: "-",
    model: "gpt-oss-20b",
    useResponsesApi: true,
    zdrEnabled: true,
    maxRetries: 0,
    configuration: { fetch: respond },
  });
  return { chat, prompts };
}

describe.each(["whole", "streamed"])("%s", (mode) => {
  const ask = async (
    chat: ReturnType<ChatOpenAI["bindTools"]>,
    messages: (HumanMessage | AIMessage | ToolMessage)[],
  ): Promise<AIMessage> => {
    if (mode === "whole") return (await chat.invoke(messages)) as AIMessage;
    let all: Awaited<ReturnType<typeof chat.invoke>> | undefined;
    for await (const chunk of await chat.stream(messages)) all = all === undefined ? chunk : all.concat(chunk);
    return all as AIMessage;
  };

  test("a call, its result, and the answer", async () => {
    const { chat, prompts } = model(CALL, ANSWER);
    const bound = chat.bindTools([WEATHER]);
    const question = new HumanMessage("What is the weather in Paris?");
    const first = await ask(bound, [question]);
    expect(first.text).toBe("I look it up.");
    expect(first.tool_calls).toMatchObject([{ name: "get_weather", args: { city: "Paris" }, type: "tool_call" }]);
    expect(JSON.stringify(first.additional_kwargs)).toContain("I need the tool.");
    expect(first).toMatchObject({ usage_metadata: { input_tokens: prompts[0]!.length } });
    const result = new ToolMessage({ tool_call_id: first.tool_calls![0]!.id!, content: "20 °C" });
    const second = await ask(bound, [question, first, result]);
    expect(second.text).toBe("It is 20 °C.");
    expect(second.tool_calls).toEqual([]);
    const [before = [], after = []] = prompts;
    expect(after.slice(0, before.length)).toEqual(before);
    expect(encoding.decodeUtf8(after.slice(before.length))).toContain("20 °C");
  });
});
