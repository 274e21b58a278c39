import { execFileSync } from "node:child_process";
import type { ResponseStreamEvent } from "openai/resources/responses/responses";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineError } from "../../../dist/engines.js";
import { openState, type State } from "../../../gateway/dist/index.js";
import { type GatewayClient, gatewayClient } from "../gateway-client.js";
import { scriptedEngine } from "../scripted-engine.js";
import { type RedisServer, startRedis } from "../start-redis.js";
import { gatedEngine } from "./gated-engine.js";

const HELLO =
  "<|channel|>analysis<|message|>Greet.<|end|><|start|>assistant<|channel|>final<|message|>Hello dear world!<|return|>";
const UP_TO_HELLO = HELLO.slice(0, HELLO.indexOf(" dear"));
const model = "gpt-oss";

let redis: RedisServer;
const opened: State[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  for (const state of opened) await state.close();
  await redis.remove();
});

async function shared(): Promise<State> {
  const state = await openState(redis.address);
  opened.push(state);
  return state;
}

type Gated = ReturnType<typeof gatedEngine>;

/** Who makes a response, and who asks for it: the same gateway, or another one with the same Redis. */
const PLACES: Record<string, (engine: Gated) => Promise<readonly [GatewayClient, GatewayClient]>> = {
  "in the same gateway": async (engine) => {
    const client = gatewayClient({ engine });
    return [client, client];
  },
  "through another gateway": async (engine) => [
    gatewayClient({ engine, state: await shared() }),
    gatewayClient({ engine: scriptedEngine(["never asked"]), state: await shared() }),
  ],
};

async function gather(stream: AsyncIterable<ResponseStreamEvent>): Promise<ResponseStreamEvent[]> {
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe.each(Object.entries(PLACES))("a response in the background, %s", (_name, placed) => {
  test("is queued, in progress, completed", async () => {
    const engine = gatedEngine(HELLO, UP_TO_HELLO);
    const [maker, asker] = await placed(engine);
    const queued = await maker.openai.responses.create({ model, input: "Hi", background: true });
    expect(queued).toMatchObject({ status: "queued", background: true, store: true, output: [] });
    await expect
      .poll(() => asker.openai.responses.retrieve(queued.id))
      .toMatchObject({ id: queued.id, status: "in_progress", output_text: "Hello" });
    expect((await asker.ask("GET", `/v1/responses/${queued.id}?stream=true`)).status).toBe(400);
    const early = await asker.ask("POST", "/v1/responses", { input: "Hi", previous_response_id: queued.id });
    expect((await early.json()).error.message).toMatch(/wait until it has ended/);
    engine.open();
    await expect
      .poll(() => asker.openai.responses.retrieve(queued.id))
      .toMatchObject({ status: "completed", output_text: "Hello dear world!", background: true });
    const { data } = await asker.openai.responses.inputItems.list(queued.id);
    expect(data).toMatchObject([{ role: "user" }]);
  });

  test("its stream goes on when the client has left, and is read again from any place", async () => {
    const engine = gatedEngine(HELLO, UP_TO_HELLO);
    const [maker, asker] = await placed(engine);
    const seen: ResponseStreamEvent[] = [];
    let id = "";
    for await (const event of await maker.openai.responses.create({
      model,
      input: "Hi",
      background: true,
      stream: true,
    })) {
      seen.push(event);
      if (event.type === "response.created") id = event.response.id;
      if (event.type === "response.output_text.delta") break;
    }
    expect(seen.map(({ type }) => type).slice(0, 3)).toEqual([
      "response.created",
      "response.queued",
      "response.in_progress",
    ]);
    const left = seen.at(-1)!.sequence_number;
    const rest = asker.openai.responses.retrieve(id, { stream: true, starting_after: left }).then(gather);
    const again = asker.openai.responses.retrieve(id, { stream: true }).then(gather);
    engine.open();
    const events = await again;
    expect(events.slice(0, left + 1)).toEqual(seen);
    expect(events.slice(left + 1)).toEqual(await rest);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    const last = events.at(-1);
    if (last?.type !== "response.completed") throw new Error(`the last event is ${last?.type}`);
    expect(last.response.output_text).toBe("Hello dear world!");
    // Also when all is over, and behind the last one there is nothing.
    expect(await asker.openai.responses.retrieve(id, { stream: true }).then(gather)).toEqual(events);
    expect(await asker.openai.responses.retrieve(id)).toEqual(last.response);
    const nothing = await asker.ask("GET", `/v1/responses/${id}?stream=true&starting_after=${last.sequence_number}`);
    expect(await nothing.text()).toBe("");
    expect(engine.stopped).toBe(0);
  });

  test("is cancelled, twice with the same result, and the engine is stopped", async () => {
    const engine = gatedEngine(HELLO, UP_TO_HELLO);
    const [maker, asker] = await placed(engine);
    const stream = await maker.openai.responses.create({ model, input: "Hi", background: true, stream: true });
    const events: ResponseStreamEvent[] = [];
    let cancelled: unknown;
    for await (const event of stream) {
      events.push(event);
      if (event.type !== "response.output_text.delta") continue;
      const first = events[0];
      if (first?.type !== "response.created") throw new Error("a stream begins with its response");
      cancelled = await asker.openai.responses.cancel(first.response.id);
    }
    expect(cancelled).toMatchObject({
      status: "cancelled",
      error: null,
      incomplete_details: null,
      output_text: "Hello",
      output: [
        { type: "reasoning", status: "completed" },
        { type: "message", status: "incomplete" },
      ],
    });
    const last = events.at(-1);
    if (last?.type !== "response.incomplete") throw new Error(`the last event is ${last?.type}`);
    expect(last.response).toEqual(cancelled);
    const { id } = last.response;
    expect(await asker.openai.responses.cancel(id)).toEqual(cancelled);
    expect(await asker.openai.responses.retrieve(id)).toEqual(cancelled);
    await expect.poll(() => engine.stopped).toBe(1);
    const next = await asker.ask("POST", "/v1/responses", { input: "Hi", previous_response_id: id });
    expect((await next.json()).error.code).toBe("previous_response_not_usable");
  });

  test("is cancelled when it has ended: nothing changes", async () => {
    const engine = gatedEngine(HELLO, HELLO);
    const [maker, asker] = await placed(engine);
    engine.open();
    const { id } = await maker.openai.responses.create({ model, input: "Hi", background: true });
    await expect.poll(() => asker.openai.responses.retrieve(id)).toMatchObject({ status: "completed" });
    const whole = await asker.openai.responses.retrieve(id);
    expect(await asker.openai.responses.cancel(id)).toEqual(whole);
  });

  test("is deleted while it is made: the engine is stopped, and nothing comes back", async () => {
    const engine = gatedEngine(HELLO, UP_TO_HELLO);
    const [maker, asker] = await placed(engine);
    const { id } = await maker.openai.responses.create({ model, input: "Hi", background: true });
    await expect.poll(() => engine.isWaiting).toBe(true);
    await asker.openai.responses.delete(id);
    await expect.poll(() => engine.stopped).toBe(1);
    for (const { ask } of [asker, maker]) {
      await expect.poll(async () => (await ask("GET", `/v1/responses/${id}`)).status).toBe(404);
    }
  });

  test("fails as the engine does, also before the model has begun", async () => {
    for (const before of ["", UP_TO_HELLO]) {
      const engine = gatedEngine(HELLO, before);
      const [maker, asker] = await placed(engine);
      const { id } = await maker.openai.responses.create({ model, input: "Hi", background: true, stream: false });
      await expect.poll(() => engine.isWaiting).toBe(true);
      engine.break(new EngineError("refused", "too many requests", { engine: "gated", status: 429 }));
      await expect
        .poll(() => asker.openai.responses.retrieve(id))
        .toMatchObject({ status: "failed", error: { code: "rate_limit_exceeded" } });
    }
  });
});

test("a request that cannot be carried out is refused at once, and nothing is kept", async () => {
  const { ask } = gatewayClient({ engine: scriptedEngine([HELLO]) });
  const refused = await ask("POST", "/v1/responses", { background: true, input: [{ type: "nonsense" }] });
  expect(refused.status).toBe(400);
});

test("a queue: what waits for its turn is queued, and can be cancelled before it begins", async () => {
  const engine = gatedEngine(HELLO, UP_TO_HELLO);
  const { openai } = gatewayClient({ engine, limits: { concurrentRequests: 1 } });
  const create = () => openai.responses.create({ model, input: "Hi", background: true, stream: true });
  const first = gather(await create());
  await expect.poll(() => engine.isWaiting).toBe(true);
  const [second, third] = [await create(), await create()];
  const thirdEvents: ResponseStreamEvent[] = [];
  for await (const event of third) {
    thirdEvents.push(event);
    if (event.type !== "response.queued") continue;
    expect(await openai.responses.retrieve(event.response.id)).toMatchObject({ status: "queued" });
    expect(await openai.responses.cancel(event.response.id)).toMatchObject({ status: "cancelled", output: [] });
  }
  expect(thirdEvents.map(({ sequence_number }) => sequence_number)).toEqual(thirdEvents.map((_, index) => index));
  engine.open();
  expect((await first).at(-1)?.type).toBe("response.completed");
  expect((await gather(second)).at(-1)?.type).toBe("response.completed");
  expect(engine.requests.length).toBe(2);
});

test("a queue that is full or slow is a failure that says so", async () => {
  const engine = gatedEngine(HELLO, UP_TO_HELLO);
  const { openai } = gatewayClient({ engine, limits: { concurrentRequests: 1, queuedRequests: 1, queueTimeout: 300 } });
  const create = () => openai.responses.create({ model, input: "Hi", background: true });
  await create();
  await expect.poll(() => engine.isWaiting).toBe(true);
  const [late, refused] = [await create(), await create()];
  for (const { id } of [late, refused]) {
    await expect
      .poll(() => openai.responses.retrieve(id))
      .toMatchObject({
        status: "failed",
        error: { code: "rate_limit_exceeded", message: expect.stringMatching(/try again/) },
      });
  }
  engine.open();
});

test("a gateway that ends waits for what ends soon, and keeps the rest as failed", async () => {
  const soon = gatedEngine(HELLO, UP_TO_HELLO);
  const one = gatewayClient({ engine: soon, state: await openState(redis.address) });
  const other = gatewayClient({ engine: scriptedEngine([HELLO]), state: await shared() });
  const { id } = await one.openai.responses.create({ model, input: "Hi", background: true });
  await expect.poll(() => soon.isWaiting).toBe(true);
  const closed = one.gateway.close();
  soon.open();
  await closed;
  expect(await other.openai.responses.retrieve(id)).toMatchObject({ status: "completed" });

  const never = gatedEngine(HELLO, UP_TO_HELLO);
  const two = gatewayClient({ engine: never, state: await openState(redis.address) });
  const { id: unfinished } = await two.openai.responses.create({ model, input: "Hi", background: true });
  await expect.poll(() => never.isWaiting).toBe(true);
  await two.gateway.close();
  expect(await other.openai.responses.retrieve(unfinished)).toMatchObject({
    status: "failed",
    output_text: "Hello",
    error: { code: "server_error", message: expect.stringMatching(/the gateway was ended before/) },
  });
});

test("deletion leaves nothing in the store", async () => {
  const state = await openState(redis.address, { prefix: "deletion" });
  opened.push(state);
  const call = '<|channel|>commentary to=functions.clock <|constrain|>json<|message|>{"zone":"UTC"}<|call|>';
  const { openai } = gatewayClient({ engine: scriptedEngine([call, HELLO]), state });
  const tools = [{ type: "function", name: "clock", parameters: { type: "object" }, strict: false }] as const;
  const first = await openai.responses.create({ model, input: "Time?", tools: [...tools] });
  const streamed = await openai.responses.create({
    model,
    background: true,
    stream: true,
    previous_response_id: first.id,
    input: "Hi",
  });
  const last = (await gather(streamed)).at(-1);
  if (last?.type !== "response.completed") throw new Error(`the last event is ${last?.type}`);
  const keys = () => {
    const port = new URL(redis.address).port;
    return execFileSync("redis-cli", ["-p", port, "--scan", "--pattern", "deletion::*"], { encoding: "utf8" });
  };
  await expect.poll(keys).not.toMatch(/::lease:/);
  expect(keys()).toMatch(/::events:/);
  await openai.responses.delete(last.response.id);
  await openai.responses.delete(first.id);
  expect(keys()).toBe("");
});

test("a hundred at once, each followed", async () => {
  const { openai } = gatewayClient({
    engine: scriptedEngine([
      (_request, prompt) => {
        const said = /<\|start\|>user<\|message\|>(.*?)<\|end\|>/.exec(prompt)?.[1];
        return `<|channel|>final<|message|>You said ${said}.<|return|>`;
      },
    ]),
    state: await shared(),
  });
  await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const stream = await openai.responses.create({ model, input: `n${index}`, background: true, stream: true });
      const last = (await gather(stream)).at(-1);
      if (last?.type !== "response.completed") throw new Error(`the last event is ${last?.type}`);
      expect(last.response.output_text).toBe(`You said n${index}.`);
    }),
  );
});
