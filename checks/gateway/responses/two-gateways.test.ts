import OpenAI from "openai";
import type { ResponseStreamEvent } from "openai/resources/responses/responses";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type ScriptedLlamaServer, startScriptedLlamaServer } from "../scripted-llama-server.js";
import { type GatewayProcess, startGateway } from "../start-gateway.js";
import { type RedisServer, startRedis } from "../start-redis.js";

const CALL =
  '<|channel|>analysis<|message|>I need the time.<|end|><|start|>assistant<|channel|>commentary to=functions.clock <|constrain|>json<|message|>{"zone":  "UTC"}<|call|>';
const ANSWER = "<|channel|>final<|message|>It is noon.<|return|>";
const LONG = `<|channel|>final<|message|>${"on and on ".repeat(1000)}<|return|>`;
const CLOCK = {
  type: "function",
  name: "clock",
  parameters: { type: "object", properties: {} },
  strict: false,
} as const;
const model = "gpt-oss";

let redis: RedisServer;
let llama: ScriptedLlamaServer;
let gateways: GatewayProcess[] = [];

beforeAll(async () => {
  redis = await startRedis();
  llama = await startScriptedLlamaServer(
    ({ prompt }) => (prompt.includes("UNENDING") ? LONG : prompt.includes("12:00") ? ANSWER : CALL),
    { pace: 5 },
  );
});

afterEach(async () => {
  for (const gateway of gateways) await gateway.kill();
  gateways = [];
});

afterAll(async () => {
  await llama.close();
  await redis.remove();
});

async function start(...flags: string[]): Promise<{ gateway: GatewayProcess; openai: OpenAI }> {
  const gateway = await startGateway(["--upstream", llama.baseURL, "--state", redis.address, ...flags]);
  gateways.push(gateway);
  return { gateway, openai: new OpenAI({ apiKey: "-", baseURL: `${gateway.address}/v1`, maxRetries: 0 }) };
}

test("one of two gateways is killed: the conversation goes on at the other one, token for token", async () => {
  const [one, other] = [await start(), await start()];
  const first = await one.openai.responses.create({ model, input: "What time is it?", tools: [CLOCK] });
  await one.gateway.kill();
  const call = first.output.find((item) => item.type === "function_call");
  if (call?.type !== "function_call") throw new Error("the model called nothing");
  const before = llama.asked.at(-1);
  const second = await other.openai.responses.create({
    model,
    previous_response_id: first.id,
    input: [{ type: "function_call_output", call_id: call.call_id, output: "12:00" }],
    tools: [CLOCK],
  });
  expect(second.output_text).toBe("It is noon.");
  expect(llama.asked.at(-1)?.prompt).toContain(`${before?.prompt}${CALL}`);
  expect(await other.openai.responses.retrieve(first.id)).toEqual(first);
});

test("a gateway is killed while it makes a response: the other one reports it as failed, and the stream ends", async () => {
  const [one, other] = [await start(), await start()];
  const stream = await one.openai.responses.create({ model, input: "UNENDING", background: true, stream: true });
  const seen: ResponseStreamEvent[] = [];
  let id = "";
  for await (const event of stream) {
    seen.push(event);
    if (event.type === "response.created") id = event.response.id;
    if (event.type === "response.output_text.delta" && seen.length > 300) break;
  }
  await expect
    .poll(() => other.openai.responses.retrieve(id))
    .toMatchObject({ status: "in_progress", output_text: expect.stringMatching(/^on and on/) });
  const followed = (async () => {
    const events: ResponseStreamEvent[] = [];
    for await (const event of await other.openai.responses.retrieve(id, { stream: true })) events.push(event);
    return events;
  })();
  await one.gateway.kill();
  const events = await followed;
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
  const last = events.at(-1);
  if (last?.type !== "response.failed") throw new Error(`the last event is ${last?.type}`);
  expect(last.response).toMatchObject({
    status: "failed",
    error: { code: "server_error", message: expect.stringMatching(/^the gateway that made this response ended/) },
    output: [{ type: "message", status: "incomplete" }],
  });
  expect(last.response.output_text).toMatch(/^on and on/);
  expect(await other.openai.responses.retrieve(id)).toEqual(last.response);
  expect(await other.openai.responses.cancel(id)).toEqual(last.response);
});

test("a gateway that is told to end keeps what it had begun", async () => {
  const [one, other] = [await start("--drain-timeout", "100"), await start()];
  const { id } = await one.openai.responses.create({ model, input: "UNENDING", background: true });
  await expect
    .poll(() => other.openai.responses.retrieve(id))
    .toMatchObject({ status: "in_progress", output_text: expect.stringMatching(/^on and on/) });
  expect(await one.gateway.stop()).toBe(0);
  expect(await other.openai.responses.retrieve(id)).toMatchObject({
    status: "failed",
    error: { message: expect.stringMatching(/the gateway was ended before/) },
  });
});

test("the state is away for a while: errors to try again, no gateway falls, and all goes on when it is back", async () => {
  const { gateway, openai } = await start();
  const first = await openai.responses.create({ model, input: "What time is it?", tools: [CLOCK] });
  const { id } = await openai.responses
    .create({ model, input: "UNENDING", background: true, stream: true })
    .then(async (stream) => {
      for await (const event of stream) if (event.type === "response.created") return event.response;
      throw new Error("a stream begins with its response");
    });
  await redis.kill();
  const asks: Promise<Response>[] = [
    fetch(`${gateway.address}/v1/responses/${first.id}`),
    fetch(`${gateway.address}/v1/responses/${first.id}`, { method: "DELETE" }),
    fetch(`${gateway.address}/v1/responses`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input: "Hi" }),
    }),
  ];
  for (const answer of await Promise.all(asks)) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(await answer.json()).toMatchObject({ error: { type: "server_error", code: "state_unavailable" } });
  }
  // What needs no state goes on.
  expect((await openai.responses.create({ model, input: "12:00?", store: false })).output_text).toBe("It is noon.");
  expect((await fetch(`${gateway.address}/health`)).status).toBe(200);
  await expect.poll(async () => (await fetch(`${gateway.address}/ready`)).status).toBe(503);
  await redis.restart();
  await expect.poll(async () => (await fetch(`${gateway.address}/ready`)).status).toBe(200);
  expect(await openai.responses.retrieve(first.id)).toEqual(first);
  // What was made meanwhile has lost nothing.
  expect(await openai.responses.cancel(id)).toMatchObject({ status: "cancelled" });
  const events: ResponseStreamEvent[] = [];
  for await (const event of await openai.responses.retrieve(id, { stream: true })) events.push(event);
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
  expect(gateway.output()).not.toMatch(/unhandled/i);
});
