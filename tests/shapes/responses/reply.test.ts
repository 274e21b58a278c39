import { describe, expect, test } from "vitest";
import type { Engine, EngineOutput } from "../../../src/engines/engine.js";
import { EngineError } from "../../../src/engines/engine-error.js";
import { loadHarmonyEncoding } from "../../../src/index.js";
import {
  HarmonyReply,
  type ResponseObject,
  type ResponseStreamEvent,
  ResponseWriter,
  readResponseRequest,
} from "../../../src/responses.js";
import { accumulate } from "./accumulate.js";
import { steadyOptions } from "./written.js";

// From a request to the events of a response, by an engine that writes what it is told.

const encoding = loadHarmonyEncoding();
const THOUGHT = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant";
const CALL = '<|channel|>commentary to=functions.x <|constrain|>json<|message|>{ "a": 1 }<|call|>';
const TOOLS = [{ type: "function", name: "x", parameters: { type: "object" } }];

/** An engine that writes a text, one token at a time, and keeps the prompts that it was given. */
function scripted(text: string, end: (() => EngineOutput) | undefined, prompts: number[][] = []): Engine {
  return {
    name: "scripted",
    async *generate({ tokens }) {
      prompts.push([...tokens]);
      for (const token of encoding.encode(text, { allowedSpecial: "all" })) yield { tokens: [token] };
      if (end !== undefined) yield end();
    },
  };
}

const finish = (reason: string) => (): EngineOutput => ({
  finish: reason,
  usage: { promptTokens: 90, cachedTokens: 80, completionTokens: 30 },
});

async function respond(
  body: object,
  engine: Engine,
  signal?: AbortSignal,
): Promise<{ readonly sent: ResponseStreamEvent[]; readonly response: ResponseObject; readonly prompt: number[] }> {
  const request = readResponseRequest({ model: "m", ...body });
  const reply = new HarmonyReply(request, { engine, encoding, signal });
  const writer = new ResponseWriter(request, steadyOptions());
  const sent = writer.begin();
  try {
    for await (const event of reply) sent.push(...writer.write(event));
    sent.push(...writer.end(reply));
  } catch (error) {
    sent.push(...writer.fail(error, reply));
  }
  expect(accumulate(sent)).toEqual(writer.response);
  return { sent, response: writer.response, prompt: [...reply.session.prompt()] };
}

test("what an engine writes arrives as a response, with what the engine has counted", async () => {
  const { response } = await respond({ input: "Hello", tools: TOOLS }, scripted(THOUGHT + CALL, finish("stop")));
  expect(response).toMatchObject({
    status: "completed",
    output: [
      { type: "reasoning", content: [{ text: "Hm." }] },
      { type: "function_call", name: "x", arguments: '{ "a": 1 }' },
    ],
    usage: {
      input_tokens: 90,
      input_tokens_details: { cached_tokens: 80 },
      output_tokens: 30,
      total_tokens: 120,
    },
  });
  expect(response.usage?.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
});

test("over ten rounds, each prompt begins with the one before and what was written then", async () => {
  const prompts: number[][] = [];
  const input: object[] = [{ role: "user", content: "Hello" }];
  const include = ["reasoning.encrypted_content"];
  let before: number[] = [];
  for (let round = 0; round < 10; round++) {
    const text = `${THOUGHT}${CALL.replace("1", String(round))}`;
    const { response } = await respond({ input, tools: TOOLS, include }, scripted(text, finish("stop"), prompts));
    const prompt = prompts[round]!;
    expect(prompt.slice(0, before.length)).toEqual(before);
    before = [...prompt, ...encoding.encode(text, { allowedSpecial: "all" })];
    const [, call] = response.output;
    if (call?.type !== "function_call") throw new Error("no call");
    input.push(...response.output, { type: "function_call_output", call_id: call.call_id, output: `R${round}` });
  }
});

test("with parallel_tool_calls: false, a response ends with its first call", async () => {
  const text = `${CALL}<|start|>assistant${CALL}`;
  const answer = (parallel_tool_calls: boolean): ReturnType<typeof respond> =>
    respond({ input: "Hello", tools: TOOLS, parallel_tool_calls }, scripted(text, finish("stop")));
  expect((await answer(false)).response.output).toHaveLength(1);
  expect((await answer(true)).response.output).toHaveLength(2);
});

test("a stop string ends the answer, which then has no tokens to carry", async () => {
  const body = { input: "Hello", stop: ["STOP"], include: ["reasoning.encrypted_content"] };
  const text = "<|channel|>final<|message|>One STOP two<|return|>";
  const { response } = await respond(body, scripted(text, finish("stop")));
  expect(response).toMatchObject({ status: "completed", output_text: "One ", output: [{ type: "message" }] });
  expect(response.output).toHaveLength(1);
});

describe("an end that is not the model's", () => {
  const half = `${THOUGHT}<|channel|>final<|message|>One two`;
  const kept = [{ type: "reasoning" }, { type: "message", status: "incomplete", content: [{ text: "One two" }] }];

  test.each([
    ["length", "incomplete", { reason: "max_output_tokens" }],
    ["limit", "incomplete", { reason: "max_output_tokens" }],
    ["content_filter", "incomplete", { reason: "content_filter" }],
  ])("%s", async (reason, status, incomplete_details) => {
    const { response } = await respond({ input: "Hello" }, scripted(half, finish(reason)));
    expect(response).toMatchObject({ status, incomplete_details, output: kept, output_text: "One two" });
  });

  test("the engine breaks off: what came before is kept", async () => {
    const { response } = await respond(
      { input: "Hello" },
      scripted(half, () => {
        throw new EngineError("interrupted", "the server closed the connection", { engine: "scripted" });
      }),
    );
    const error = { code: "server_error", message: "scripted: the server closed the connection" };
    expect(response).toMatchObject({ status: "failed", error, output: kept });
    expect(response.usage?.output_tokens).toBeGreaterThan(0);
  });

  test("the client goes away", async () => {
    const controller = new AbortController();
    const engine: Engine = {
      name: "endless",
      async *generate(_request, signal) {
        for (const token of encoding.encode(half, { allowedSpecial: "all" })) yield { tokens: [token] };
        controller.abort(new Error("gone"));
        signal?.throwIfAborted();
      },
    };
    const { response } = await respond({ input: "Hello" }, engine, controller.signal);
    expect(response).toMatchObject({ status: "failed", error: { code: "server_error", message: "gone" } });
    expect(response.output).toMatchObject([{ type: "reasoning" }, { type: "message", status: "incomplete" }]);
  });

  test("the program stops iterating", async () => {
    const request = readResponseRequest({ model: "m", input: "Hello" });
    const reply = new HarmonyReply(request, { engine: scripted(half, finish("stop")), encoding });
    const writer = new ResponseWriter(request, steadyOptions());
    const sent: ResponseStreamEvent[] = [];
    for await (const event of reply) {
      sent.push(...writer.write(event));
      if (event.type === "part-delta" && event.part.type === "answer") break;
    }
    sent.push(...writer.end(reply));
    expect(writer.response).toMatchObject({ status: "incomplete", incomplete_details: {}, output_text: "One" });
    expect(accumulate(sent)).toEqual(writer.response);
  });
});

test("what an engine cannot be held to is an error with the path of the field", () => {
  const schema = { type: "object", properties: {}, additionalProperties: false };
  const run = (fields: object): void => {
    const request = readResponseRequest({ model: "m", input: "Hello", ...fields });
    new HarmonyReply(request, { engine: scripted("", finish("stop")), encoding });
  };
  const format = { type: "json_schema", name: "a", schema, strict: true };
  expect(() => run({ text: { format } })).toThrow(
    expect.objectContaining({ param: "text.format.schema", status: 400 }),
  );
  expect(() => run({ tools: [{ ...TOOLS[0], strict: true }] })).toThrow(expect.objectContaining({ param: "tools" }));
  expect(() => run({ tools: TOOLS, tool_choice: "required" })).toThrow(
    expect.objectContaining({ param: "tool_choice" }),
  );
});
