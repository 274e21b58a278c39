import { describe, expect, test } from "vitest";
import { createHarmonyClient, PartialReplyError, ReplyMemory, type StoredReply } from "../../src/client.js";
import { loadHarmonyEncoding } from "../../src/encoding.js";
import { EngineError } from "../../src/engines/engine-error.js";
import type { ResponseStreamEvent } from "../../src/shapes/responses/stream-event.js";
import { CASES } from "../parse/malformed-outputs.js";
import { ANSWER, CALL, FOREVER, ScriptedEngine } from "./scripted-engine.js";
import { WatchedController } from "./watched-signal.js";

const encoding = loadHarmonyEncoding();
const input = "What is two and two?";
const tools = [
  { type: "function", name: "get_weather", parameters: { type: "object", properties: {} }, strict: false },
];
const HALF = "<|channel|>analysis<|message|>Two and two.<|end|><|start|>assistant<|channel|>final<|message|>Four, of";
const BROKEN = new EngineError("interrupted", "the answer broke off", { engine: "scripted" });

async function all(events: AsyncIterable<ResponseStreamEvent>, list: ResponseStreamEvent[] = []) {
  for await (const event of events) list.push(event);
  return list;
}

describe("a response", () => {
  test("whole and streamed say the same", async () => {
    const engine = new ScriptedEngine([...CALL, { finish: "stop", usage: { cachedTokens: 5 } }]);
    const client = createHarmonyClient({ engine, model: "gpt-oss-20b" });
    const response = await client.responses.create({ input, tools });
    expect(response).toMatchObject({
      object: "response",
      model: "gpt-oss-20b",
      status: "completed",
      output: [
        { type: "reasoning", content: [{ text: "Ask." }] },
        { type: "message", phase: "commentary", content: [{ text: "I will look." }] },
        { type: "function_call", name: "get_weather", arguments: '{"city":"Lisbon"}' },
      ],
      usage: { input_tokens: engine.requests[0]!.tokens.length, input_tokens_details: { cached_tokens: 5 } },
    });
    const events = await all(await client.responses.create({ input, tools, stream: true }));
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    const last = events.at(-1)!;
    if (last.type !== "response.completed") throw new Error(last.type);
    const without = (items: readonly object[]) => items.map((item) => ({ ...item, id: "", call_id: "" }));
    expect(without(last.response.output)).toEqual(without(response.output));
    expect(last.response.usage).toEqual(response.usage);
  });

  test("goes on from a previous one, token for token", async () => {
    const engine = new ScriptedEngine((_request, index) => (index === 0 ? CALL : ANSWER));
    const store = new ReplyMemory();
    const client = createHarmonyClient({ engine, store });
    const first = await client.responses.create({ input, tools });
    const call = first.output.find((item) => item.type === "function_call")!;
    const output = { type: "function_call_output", call_id: call.call_id, output: "Sunny." };
    const second = await client.responses.create({ previous_response_id: first.id, input: [output], tools });
    expect(second.previous_response_id).toBe(first.id);
    const third = await client.responses.create({
      previous_response_id: second.id,
      input: "And now?",
      tools,
      stream: true,
    });
    await all(third);

    const [one, two, three] = engine.requests.map(({ tokens }) => Array.from(tokens));
    const written = (script: readonly unknown[]) => encoding.encode(script.join(""), { allowedSpecial: "all" });
    expect(two!.slice(0, one!.length + written(CALL).length)).toEqual([...one!, ...written(CALL)]);
    expect(encoding.decodeUtf8(two!.slice(one!.length + written(CALL).length))).toContain("Sunny.");
    // The answer is there; what led to it is left out, as the model knows it.
    expect(encoding.decodeUtf8(three!)).toContain("<|channel|>final<|message|>Four, of course.<|end|>");
    expect(encoding.decodeUtf8(three!)).toContain("And now?");
    expect(store.get((await client.responses.create({ input })).id)).toBeDefined();
  });

  test("is kept by a store that answers later, and not at all where the request says so", async () => {
    const kept = new Map<string, StoredReply>();
    const store = {
      get: async (id: string) => kept.get(id),
      set: async (id: string, response: StoredReply) => void kept.set(id, response),
    };
    const client = createHarmonyClient({ engine: new ScriptedEngine(ANSWER), store });
    const { id } = await client.responses.create({ input });
    expect(Array.from(kept.keys())).toEqual([id]);
    await client.responses.create({ input: "And?", previous_response_id: id, store: false });
    expect(kept.size).toBe(1);
    expect(JSON.parse(JSON.stringify(kept.get(id)))).toEqual(kept.get(id));
  });

  test("goes on from nothing that is not there", async () => {
    for (const options of [{}, { store: new ReplyMemory() }]) {
      const engine = new ScriptedEngine(ANSWER);
      const client = createHarmonyClient({ engine, ...options });
      const refused = client.responses.create({ input, previous_response_id: "resp_unknown" });
      await expect(refused).rejects.toMatchObject({ name: "ApiError", param: "previous_response_id" });
      expect(engine.requests).toHaveLength(0);
    }
  });
});

describe("what is wrong", () => {
  test("in the middle loses nothing, and is not kept", async () => {
    const kept = new Map<string, StoredReply>();
    const client = createHarmonyClient({ engine: new ScriptedEngine([HALF, { fail: BROKEN }]), store: kept });
    const error = await client.responses.create({ input }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PartialReplyError);
    expect((error as PartialReplyError).partial).toMatchObject({
      object: "response",
      status: "failed",
      output: [{ type: "reasoning" }, { type: "message", status: "incomplete", content: [{ text: "Four, of" }] }],
    });
    const events: ResponseStreamEvent[] = [];
    await expect(all(await client.responses.create({ input, stream: true }), events)).rejects.toBe(BROKEN);
    expect(events.at(-1)).toMatchObject({ type: "response.failed", response: { status: "failed" } });
    expect(kept.size).toBe(0);
  });

  test("before the model has begun is the engine's error alone", async () => {
    const client = createHarmonyClient({ engine: new ScriptedEngine([{ fail: BROKEN }]) });
    await expect(client.responses.create({ input })).rejects.toBe(BROKEN);
    const events: ResponseStreamEvent[] = [];
    await expect(all(await client.responses.create({ input, stream: true }), events)).rejects.toBe(BROKEN);
    expect(events).toEqual([]);
  });

  test("with the options of a call is a TypeError", async () => {
    const client = createHarmonyClient({ engine: new ScriptedEngine(ANSWER) });
    await expect(client.responses.create({ input }, { timeout: 5 } as never)).rejects.toThrow(
      /unknown option "timeout"/,
    );
    await expect(client.responses.create({ input }, { signal: 5 } as never)).rejects.toThrow(/must be an AbortSignal/);
  });
});

test.each([false, true])("an abort stops the engine: stream %s", async (stream) => {
  const engine = new ScriptedEngine([HALF, { wait: FOREVER }]);
  const client = createHarmonyClient({ engine });
  const watched = new WatchedController();
  const reason = new Error("enough");
  setTimeout(() => watched.abort(reason), 20);
  const reply = stream
    ? client.responses.create({ input, stream }, { signal: watched.signal }).then((events) => all(events))
    : client.responses.create({ input }, { signal: watched.signal });
  await expect(reply).rejects.toBe(reason);
  expect(engine).toMatchObject({ running: 0, stopped: 1 });
  expect(watched.listeners).toBe(0);
});

test("what models write against the format is never an error, and reads the same streamed and whole", async () => {
  for (const { output, reason = "stop" } of CASES) {
    const client = createHarmonyClient({ engine: new ScriptedEngine([output, { finish: reason }]) });
    const whole = await client.responses.create({ input, tools });
    const last = (await all(await client.responses.create({ input, tools, stream: true }))).at(-1)!;
    if (!("response" in last)) throw new Error(last.type);
    const without = (items: readonly object[]) => items.map((item) => ({ ...item, id: "", call_id: "" }));
    expect(without(last.response.output), output).toEqual(without(whole.output));
    expect(last.response.status).toBe(whole.status);
  }
});
