import { expect, test } from "vitest";
import { EngineError } from "../../../dist/engines.js";
import { mistakesIn, type PublishedObject } from "../../shapes/published.js";
import { gatewayClient } from "../gateway-client.js";
import { scriptedEngine } from "../scripted-engine.js";
import { gatedEngine } from "./gated-engine.js";

const model = "gpt-oss";
const CALLS =
  '<|channel|>analysis<|message|>Look it up.<|end|><|start|>assistant<|channel|>commentary<|message|>One moment.<|end|><|start|>assistant<|channel|>commentary to=functions.clock <|constrain|>json<|message|>{"zone":"UTC"}<|call|>';
const HELLO =
  "<|channel|>analysis<|message|>Greet.<|end|><|start|>assistant<|channel|>final<|message|>Hello!<|return|>";
const TOOLS = [
  { type: "function", name: "clock", parameters: { type: "object", properties: {} }, strict: false },
  { type: "custom", name: "note", description: "Writes a note.", format: { type: "text" } },
] as const;

test("all that is served is as OpenAI has published it", async () => {
  const served: PublishedObject[] = [];
  const response = (value: unknown): void => void served.push({ type: "responses.Response", value });
  const streamed = async (events: AsyncIterable<unknown>): Promise<void> => {
    for await (const value of events) served.push({ type: "responses.ResponseStreamEvent", value });
  };

  const { openai, ask } = gatewayClient({ engine: scriptedEngine([CALLS, HELLO]) });
  const first = await openai.responses.create({
    model,
    tools: [...TOOLS],
    include: ["reasoning.encrypted_content"],
    input: [
      { role: "developer", content: "Be brief." },
      { role: "user", content: "Time?" },
      { role: "assistant", content: [{ type: "output_text", text: "Where?" } as never] },
      { role: "user", content: [{ type: "input_text", text: "In London" }] },
      { type: "custom_tool_call", call_id: "c1", name: "note", input: "London" },
      { type: "custom_tool_call_output", call_id: "c1", output: "noted" },
    ],
  });
  response(first);
  const call = first.output.find((item) => item.type === "function_call");
  const output = { type: "function_call_output", call_id: call!.call_id, output: "12:00" } as const;
  const second = await openai.responses.create({ model, previous_response_id: first.id, input: [output] });
  response(await openai.responses.retrieve(second.id));
  for (const order of ["asc", "desc"] as const) {
    const page = await (await ask("GET", `/v1/responses/${second.id}/input_items?order=${order}&limit=100`)).json();
    expect(page.data.length).toBe(first.output.length + 7);
    served.push({ type: "responses.ResponseItemList", value: page });
  }
  await streamed(await openai.responses.create({ model, input: "Hi", background: true, stream: true }));

  const gated = gatedEngine(HELLO, HELLO.slice(0, HELLO.indexOf("!")));
  const slow = gatewayClient({ engine: gated }).openai;
  const queued = await slow.responses.create({ model, input: "Hi", background: true, stream: true });
  let id = "";
  await streamed(
    (async function* () {
      for await (const event of queued) {
        yield event;
        if (event.type === "response.created") id = event.response.id;
        if (event.type === "response.output_text.delta") response(await slow.responses.cancel(id));
      }
    })(),
  );
  const failing = await slow.responses.create({ model, input: "Hi", background: true });
  response(failing);
  gated.break(new EngineError("failed", "out of memory", { engine: "gated" }));
  await expect.poll(() => slow.responses.retrieve(failing.id)).toMatchObject({ status: "failed" });
  response(await slow.responses.retrieve(failing.id));

  const wrong = mistakesIn(served).flatMap((mistakes, index) =>
    mistakes.length === 0 ? [] : [{ ...served[index], mistakes }],
  );
  expect(wrong).toEqual([]);
  const types = new Set(served.map(({ value }) => (value as { type?: string }).type));
  for (const type of ["response.queued", "response.incomplete", "response.completed"]) expect(types).toContain(type);
});
