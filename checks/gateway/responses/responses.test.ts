import { APIError } from "openai";
import type { ResponseStreamEvent } from "openai/resources/responses/responses";
import { expect, test } from "vitest";
import { EngineError } from "../../../dist/engines.js";
import { openState, StateError } from "../../../gateway/dist/index.js";
import { gatewayClient } from "../gateway-client.js";
import { encoding, scriptedEngine } from "../scripted-engine.js";
import { gatedEngine } from "./gated-engine.js";

const HELLO =
  "<|channel|>analysis<|message|>Greet.<|end|><|start|>assistant<|channel|>final<|message|>Hello!<|return|>";
const CALL =
  '<|channel|>analysis<|message|>I need the time.<|end|><|start|>assistant<|channel|>commentary to=functions.clock <|constrain|>json<|message|>{"zone":  "UTC"}<|call|>';
const CLOCK = {
  type: "function",
  name: "clock",
  description: "Tells the time.",
  parameters: { type: "object", properties: { zone: { type: "string" } } },
  strict: false,
} as const;

const model = "gpt-oss";

test("a response is retrieved as it was created, whole or streamed", async () => {
  const { openai } = gatewayClient({ engine: scriptedEngine([HELLO]) });
  const whole = await openai.responses.create({ model, input: "Hi", metadata: { a: "b" } });
  expect(whole).toMatchObject({ status: "completed", output_text: "Hello!", store: true, background: false });
  expect(await openai.responses.retrieve(whole.id)).toEqual(whole);
  const events: ResponseStreamEvent[] = [];
  for await (const event of await openai.responses.create({ model, input: "Hi", stream: true })) events.push(event);
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  const last = events.at(-1);
  if (last?.type !== "response.completed") throw new Error(`the last event is ${last?.type}`);
  expect(await openai.responses.retrieve(last.response.id)).toEqual(last.response);
});

test("what is not stored, and what is deleted, cannot be found in any way", async () => {
  const { openai, ask } = gatewayClient({ engine: scriptedEngine([HELLO]) });
  const unstored = await openai.responses.create({ model, input: "Hi", store: false });
  expect(unstored.store).toBe(false);
  const stored = await openai.responses.create({ model, input: "Hi" });
  const { data } = await openai.responses.inputItems.list(stored.id);
  const items = [data[0]?.id, stored.output[0]?.id, stored.output[1]?.id];
  const after = await openai.responses.create({ model, input: "And?", previous_response_id: stored.id });
  const refer = (id: string | undefined) => [{ type: "item_reference", id }];
  for (const id of items) expect((await ask("POST", "/v1/responses", { input: refer(id) })).status).toBe(200);

  const deleted = await ask("DELETE", `/v1/responses/${stored.id}`);
  expect(await deleted.json()).toEqual({ id: stored.id, object: "response", deleted: true });

  for (const { id } of [unstored, stored, { id: "resp_unknown" }, { id: "__proto__" }]) {
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "?stream=true"],
      ["DELETE", ""],
      ["POST", "/cancel"],
      ["GET", "/input_items"],
    ] as const) {
      const answer = await ask(method, `/v1/responses/${id}${path}`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        error: { type: "invalid_request_error", code: "response_not_found", param: "response_id" },
      });
    }
    const next = await ask("POST", "/v1/responses", { input: "Hi", previous_response_id: id });
    expect(next.status).toBe(400);
    expect(await next.json()).toMatchObject({
      error: { code: "previous_response_not_found", param: "previous_response_id" },
    });
  }
  for (const id of items) {
    const answer = await ask("POST", "/v1/responses", { input: refer(id) });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: "item_not_found", param: "input[0].id" } });
  }
  // What went on from it cannot go on without it, and says why.
  const error = await openai.responses
    .create({ model, input: "Hi", previous_response_id: after.id })
    .catch((error: unknown) => error);
  expect(String(error)).toMatch(/has been deleted or forgotten; send the items/);
  expect((await openai.responses.retrieve(after.id)).output_text).toBe("Hello!");
  await openai.responses.delete(after.id);
});

test("a conversation goes on with the very tokens that the model wrote, also where the client did not want them", async () => {
  const engine = scriptedEngine([CALL, HELLO]);
  const { openai } = gatewayClient({ engine });
  const first = await openai.responses.create({ model, input: "What time is it?", tools: [CLOCK] });
  expect(JSON.stringify(first)).not.toContain("encrypted_content");
  const call = first.output.find((item) => item.type === "function_call");
  if (call?.type !== "function_call") throw new Error("the model called nothing");
  const second = await openai.responses.create({
    model,
    previous_response_id: first.id,
    input: [{ type: "function_call_output", call_id: call.call_id, output: "12:00" }],
    tools: [CLOCK],
  });
  expect(second.previous_response_id).toBe(first.id);
  const [one, two] = engine.requests.map(({ tokens }) => encoding.decode(tokens));
  // Two spaces in the arguments: nothing was read and written again.
  expect(two).toContain(`${one}${CALL}`);
  expect(two).toContain("12:00");
  await openai.responses.create({ model, previous_response_id: second.id, input: "Thanks" });
  expect(encoding.decode(engine.requests[2]!.tokens)).toContain("Hello!<|end|><|start|>user<|message|>Thanks");
});

test("a client that sends back the items without the thoughts: the model sees them all the same", async () => {
  const engine = scriptedEngine([CALL, HELLO]);
  const { openai } = gatewayClient({ engine });
  const question = { role: "user", content: "What time is it?" } as const;
  const first = await openai.responses.create({ model, input: [question], tools: [CLOCK] });
  const call = first.output.find((item) => item.type === "function_call");
  if (call?.type !== "function_call") throw new Error("the model called nothing");
  const input = [question, call, { type: "function_call_output", call_id: call.call_id, output: "12:00" } as const];
  const second = await openai.responses.create({ model, input, tools: [CLOCK] });
  const [one, two] = engine.requests.map(({ tokens }) => encoding.decode(tokens));
  expect(two).toContain(`${one}${CALL}`);
  const { data } = await openai.responses.inputItems.list(second.id);
  expect(data.map(({ type }) => type)).toEqual(["function_call_output", "function_call", "message"]);
});

test("input items: all of the conversation, in pages", async () => {
  const { openai, ask } = gatewayClient({ engine: scriptedEngine([CALL, HELLO]) });
  const first = await openai.responses.create({
    model,
    tools: [CLOCK],
    input: [
      { role: "developer", content: "Be brief." },
      { role: "user", content: [{ type: "input_text", text: "Time?" }] },
      { role: "assistant", content: "Where?" },
      { type: "message", role: "user", content: "In London", id: "msg_mine" },
    ],
  });
  const call = first.output.find((item) => item.type === "function_call");
  if (call?.type !== "function_call") throw new Error("the model called nothing");
  const output = { type: "function_call_output", call_id: call.call_id, output: "12:00" } as const;
  const second = await openai.responses.create({ model, previous_response_id: first.id, input: [output] });

  const all = await openai.responses.inputItems.list(second.id, { order: "asc", limit: 100 });
  expect(all.data).toMatchObject([
    { type: "message", role: "developer", status: "completed", content: [{ type: "input_text", text: "Be brief." }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "Time?" }] },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "Where?", annotations: [] }] },
    { type: "message", role: "user", id: "msg_mine", content: [{ type: "input_text", text: "In London" }] },
    ...first.output,
    { ...output, status: "completed" },
  ]);
  const ids = all.data.map(({ id }) => id);
  expect(ids.every((id) => typeof id === "string" && id !== "")).toBe(true);
  expect(new Set(ids).size).toBe(7);

  const paged: unknown[] = [];
  for await (const item of openai.responses.inputItems.list(second.id, { limit: 2 })) paged.push(item.id);
  expect(paged).toEqual(ids.toReversed());
  const page = await (
    await ask("GET", `/v1/responses/${second.id}/input_items?limit=3&after=${ids[2]}&order=asc`)
  ).json();
  expect(page).toEqual({
    object: "list",
    data: all.data.slice(3, 6),
    first_id: ids[3],
    last_id: ids[5],
    has_more: true,
  });
  for (const query of ["limit=0", "limit=101", "limit=x", "order=up", "after=msg_nobody"]) {
    const answer = await ask("GET", `/v1/responses/${second.id}/input_items?${query}`);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.param).toBe(query.split("=")[0]);
  }
});

test("items can be referred to by their ids", async () => {
  const engine = scriptedEngine([HELLO]);
  const { openai } = gatewayClient({ engine });
  const first = await openai.responses.create({ model, input: "First question" });
  const { data } = await openai.responses.inputItems.list(first.id);
  await openai.responses.create({
    model,
    input: [
      { type: "item_reference", id: data[0]!.id! },
      { type: "item_reference", id: first.output[1]!.id! },
      { role: "user", content: "Second question" },
    ],
  });
  const prompt = encoding.decode(engine.requests[1]!.tokens);
  expect(prompt).toMatch(/First question<\|end\|>.*Hello!<\|end\|>.*Second question<\|end\|>/);
});

test("an id that a client brings does not take over the item of another response", async () => {
  const { openai, ask } = gatewayClient({ engine: scriptedEngine([HELLO]) });
  const victim = await openai.responses.create({ model, input: "Mine" });
  const id = victim.output[1]!.id!;
  const thief = await openai.responses.create({
    model,
    input: [{ type: "message", role: "user", content: "Stolen", id } as never],
  });
  await openai.responses.delete(thief.id);
  expect((await ask("POST", "/v1/responses", { input: [{ type: "item_reference", id }] })).status).toBe(200);
});

test("an engine that breaks off: nothing that the model wrote is lost, and the failure is kept", async () => {
  const engine = gatedEngine(HELLO, HELLO.slice(0, HELLO.indexOf("!")));
  const { openai, ask } = gatewayClient({ engine });
  const whole = openai.responses.create({ model, input: "Hi" }).catch((error: unknown) => error);
  await expect.poll(() => engine.isWaiting).toBe(true);
  engine.break(new EngineError("failed", "out of memory", { engine: "gated" }));
  const error = await whole;
  if (!(error instanceof APIError)) throw error;
  expect(error.status).toBe(502);
  expect(error.headers?.get("x-should-retry")).toBe("false");
  const { partial } = error.error as { partial: { id: string; status: string; output: unknown[] } };
  expect(partial).toMatchObject({ status: "failed", output: [{ type: "reasoning" }, { type: "message" }] });
  expect(await openai.responses.retrieve(partial.id)).toMatchObject(partial);
  const next = await ask("POST", "/v1/responses", { input: "Hi", previous_response_id: partial.id });
  expect(next.status).toBe(400);
  expect((await next.json()).error).toMatchObject({ code: "previous_response_not_usable" });
});

test("a chat completion that breaks off carries what the model wrote", async () => {
  const engine = gatedEngine(HELLO, HELLO.slice(0, HELLO.indexOf("!")));
  const { ask } = gatewayClient({ engine });
  const whole = ask("POST", "/v1/chat/completions", { messages: [{ role: "user", content: "Hi" }] });
  await expect.poll(() => engine.isWaiting).toBe(true);
  engine.break(new EngineError("failed", "out of memory", { engine: "gated" }));
  const answer = await whole;
  expect(answer.status).toBe(502);
  expect(answer.headers.get("x-should-retry")).toBe("false");
  expect((await answer.json()).error).toMatchObject({
    type: "server_error",
    partial: { object: "chat.completion", choices: [{ message: { content: "Hello", reasoning_content: "Greet." } }] },
  });
});

test("a stream that breaks off ends with response.failed, and a client that leaves has cancelled", async () => {
  const broken = gatedEngine(HELLO, HELLO.slice(0, HELLO.indexOf("!")));
  const one = gatewayClient({ engine: broken });
  const types: string[] = [];
  let id = "";
  for await (const event of await one.openai.responses.create({ model, input: "Hi", stream: true })) {
    types.push(event.type);
    if (event.type === "response.created") id = event.response.id;
    if (event.type === "response.output_text.delta")
      broken.break(new EngineError("failed", "gone", { engine: "gated" }));
  }
  expect(types.at(-1)).toBe("response.failed");
  expect(await one.openai.responses.retrieve(id)).toMatchObject({ status: "failed", error: { code: "server_error" } });

  const slow = gatedEngine(HELLO, HELLO.slice(0, HELLO.indexOf("!")));
  const two = gatewayClient({ engine: slow });
  for await (const event of await two.openai.responses.create({ model, input: "Hi", stream: true })) {
    if (event.type === "response.created") id = event.response.id;
    if (event.type === "response.output_text.delta") break;
  }
  await expect.poll(() => slow.stopped).toBe(1);
  await expect
    .poll(() => two.openai.responses.retrieve(id).catch(() => undefined))
    .toMatchObject({
      status: "cancelled",
      output_text: expect.stringMatching(/^H/),
    });
});

test("what cannot be kept reaches the client all the same, and says that it is not stored", async () => {
  const long = `<|channel|>final<|message|>${"word ".repeat(2000)}<|return|>`;
  const tooSmall = await openState("memory", { maxValueBytes: 6000 });
  const away = await openState("memory");
  away.setMany = () =>
    Promise.reject(new StateError("the state cannot be reached", { status: 503, code: "state_unavailable" }));
  for (const state of [tooSmall, away]) {
    const { openai, ask } = gatewayClient({ engine: scriptedEngine([long]), state });
    const whole = await openai.responses.create({ model, input: "Hi" });
    expect(whole).toMatchObject({ status: "completed", store: false, output_text: "word ".repeat(2000) });
    expect((await ask("GET", `/v1/responses/${whole.id}`)).status).toBe(404);
    let last: ResponseStreamEvent | undefined;
    for await (const event of await openai.responses.create({ model, input: "Hi", stream: true })) last = event;
    expect(last).toMatchObject({ type: "response.completed", response: { store: false } });
  }
  // In the background, nobody could ever have it: that is a failure.
  const { openai } = gatewayClient({ engine: scriptedEngine([long]), state: tooSmall });
  const { id } = await openai.responses.create({ model, input: "Hi", background: true });
  await expect
    .poll(() => openai.responses.retrieve(id))
    .toMatchObject({
      status: "failed",
      output: [],
      error: { code: "server_error", message: expect.stringMatching(/too large for the state/) },
    });
  await tooSmall.close();
  await away.close();
});

test("an engine that is not there is an error of its own, and nothing is kept", async () => {
  const engine = scriptedEngine([
    () => {
      throw new Error("refused");
    },
  ]);
  const { openai } = gatewayClient({ engine });
  for (const stream of [false, true]) {
    const error = await openai.responses.create({ model, input: "Hi", stream }).catch((error: unknown) => error);
    expect(error).toMatchObject({ status: expect.any(Number) });
    expect((error as APIError).status).toBeGreaterThanOrEqual(500);
  }
});

test("a hundred conversations at once keep apart", async () => {
  const engine = scriptedEngine([
    (_request, prompt) => {
      const said = Array.from(prompt.matchAll(/<\|start\|>user<\|message\|>(.*?)<\|end\|>/g), ([, text]) => text);
      return `<|channel|>final<|message|>${said.join(",")}<|return|>`;
    },
  ]);
  const { openai } = gatewayClient({ engine });
  const ids = new Set<string>();
  await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      let previous: string | undefined;
      const said: string[] = [];
      for (const turn of ["a", "b", "c"]) {
        said.push(`${turn}${index}`);
        const { id, output_text } = await openai.responses.create({
          model,
          input: `${turn}${index}`,
          ...(previous === undefined ? {} : { previous_response_id: previous }),
        });
        expect(output_text).toBe(said.join(","));
        previous = id;
        ids.add(id);
      }
    }),
  );
  expect(ids.size).toBe(300);
  await Promise.all(Array.from(ids, async (id) => expect((await openai.responses.retrieve(id)).id).toBe(id)));
});

test("fields that are not understood", async () => {
  const { ask } = gatewayClient({ engine: scriptedEngine([HELLO]) });
  for (const [body, param] of [
    [{ input: "Hi", store: "no" }, "store"],
    [{ input: "Hi", background: 1 }, "background"],
    [{ input: "Hi", background: true, store: false }, "background"],
    [{ input: "Hi", previous_response_id: 5 }, "previous_response_id"],
    [{ input: [{ type: "item_reference", id: 5 }] }, "input[0].id"],
    [{ background: true }, "input"],
    [[], null],
    ["text", null],
  ] as const) {
    const answer = await ask("POST", "/v1/responses", body);
    expect(answer.status).toBe(400);
    if (param !== null) expect((await answer.json()).error.param).toBe(param);
  }
  const { id } = await (await ask("POST", "/v1/responses", { input: "Hi" })).json();
  for (const query of ["stream=yes", "stream=true", "stream=true&starting_after=x"]) {
    expect((await ask("GET", `/v1/responses/${id}?${query}`)).status).toBe(400);
  }
  const cancel = await ask("POST", `/v1/responses/${id}/cancel`);
  expect(cancel.status).toBe(400);
  expect((await cancel.json()).error.message).toMatch(/only a response in the background can be cancelled/);
});
