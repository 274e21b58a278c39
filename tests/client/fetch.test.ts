import { describe, expect, test } from "vitest";
import { createHarmonyClient, type HarmonyClientOptions } from "../../src/client.js";
import { EngineError, type EngineErrorCode } from "../../src/engines/engine-error.js";
import { ANSWER, FOREVER, ScriptedEngine, type Step } from "./scripted-engine.js";
import { WatchedController } from "./watched-signal.js";

const COMPLETIONS = "http://localhost:1234/some/where/v1/chat/completions";
const RESPONSES = "http://localhost/v1/responses";
const messages = [{ role: "user", content: "What is two and two?" }];
const HALF = "<|channel|>final<|message|>Four, of";

const clientOf = (script: readonly Step[], options: Partial<HarmonyClientOptions> = {}) =>
  createHarmonyClient({ engine: new ScriptedEngine(script), ...options });

const post = (body: unknown, init: RequestInit = {}): RequestInit => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
  ...init,
});

/** The data of server-sent events. */
function dataOf(text: string): string[] {
  return Array.from(text.matchAll(/^data: (.*)$/gm), ([, data]) => data!);
}

describe("an answer", () => {
  test("to chat completions, as JSON", async () => {
    const response = await clientOf(ANSWER).fetch(COMPLETIONS, post({ messages, model: "any" }));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toMatchObject({
      object: "chat.completion",
      model: "any",
      choices: [{ message: { content: "Four, of course." } }],
    });
  });

  test("to chat completions, as server-sent events", async () => {
    const response = await clientOf(ANSWER).fetch(COMPLETIONS, post({ messages, stream: true }));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const text = await response.text();
    expect(text).toMatch(/^(?:data: .+\n\n)+$/);
    const data = dataOf(text);
    expect(data.pop()).toBe("[DONE]");
    const chunks = data.map((line) => JSON.parse(line));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Four, of course.");
  });

  test("to responses, as JSON and as server-sent events", async () => {
    const client = clientOf(ANSWER);
    const whole = await client.fetch(RESPONSES, post({ input: "Two and two?" }));
    expect(await whole.json()).toMatchObject({ object: "response", status: "completed" });
    const response = await client.fetch(RESPONSES, post({ input: "Two and two?", stream: true }));
    const text = await response.text();
    expect(text).toMatch(/^(?:event: [a-z_.]+\ndata: .+\n\n)+$/);
    const events = dataOf(text).map((line) => JSON.parse(line));
    expect(Array.from(text.matchAll(/^event: (.*)$/gm), ([, name]) => name)).toEqual(events.map(({ type }) => type));
    expect(events[0].type).toBe("response.created");
    expect(events.at(-1).type).toBe("response.completed");
  });

  test("to models", async () => {
    const named = await clientOf(ANSWER, { model: ["gpt-oss-20b", "gpt-oss"] }).fetch(
      new URL("http://localhost/v1/models"),
    );
    const list = (await named.json()) as { data: unknown[] };
    expect(list).toMatchObject({ object: "list", data: [{ id: "gpt-oss-20b", object: "model" }, { id: "gpt-oss" }] });
    const any = await clientOf(ANSWER).fetch("http://localhost/v1/models/");
    expect(await any.json()).toMatchObject({ data: [{ id: "gpt-oss" }] });
  });

  test("to a Request, as servers have them, and to bodies of any kind", async () => {
    const client = clientOf(ANSWER);
    const body = JSON.stringify({ messages });
    const asRequest = await client.fetch(new Request(COMPLETIONS, { method: "POST", body }));
    expect(asRequest.status).toBe(200);
    for (const kind of [new TextEncoder().encode(body), new Blob([body]), new Response(body).body!]) {
      const response = await client.fetch("/v1/chat/completions", { method: "post", body: kind });
      expect(response.status).toBe(200);
    }
  });
});

describe("an error", () => {
  const errorOf = async (response: Response) => {
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    const body = (await response.json()) as { error: Record<string, unknown> };
    expect(body).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } });
    expect(body.error).toHaveProperty("param");
    expect(body.error).toHaveProperty("code");
    return { status: response.status, ...body.error };
  };

  test.each([
    ["a body that is not JSON", post("{"), { status: 400, code: "invalid_json" }],
    ["no body", { method: "POST" }, { status: 400, code: "invalid_json" }],
    ["a body that is not an object", post("[]"), { status: 400, type: "invalid_request_error" }],
    ["no messages", post("{}"), { status: 400, param: "messages" }],
    ["another model", post({ messages, model: "gpt-4o" }), { status: 404, code: "model_not_found", param: "model" }],
    ["another method", { method: "PUT", body: "{}" }, { status: 405, code: "method_not_supported" }],
  ])("of the request: %s", async (_name, init, expected) => {
    const client = clientOf(ANSWER, { model: "gpt-oss" });
    expect(await errorOf(await client.fetch(COMPLETIONS, init))).toMatchObject(expected);
  });

  test("of the address", async () => {
    const client = clientOf(ANSWER);
    const response = await client.fetch("http://localhost/v1/embeddings", post({}));
    expect(await errorOf(response)).toMatchObject({ status: 404, code: "unknown_url" });
    const wrong = await client.fetch("http://localhost/v1/models", post({}));
    expect(wrong.headers.get("allow")).toBe("GET");
    expect(wrong.status).toBe(405);
    expect((await client.fetch(COMPLETIONS)).headers.get("allow")).toBe("POST");
  });

  const refused = (status: number, answer = "") =>
    new EngineError("refused", "it says no", { engine: "e", status, answer });
  const failed = (code: EngineErrorCode) => new EngineError(code, "it does not work", { engine: "e" });

  test.each([
    ["unreachable", failed("unreachable"), { status: 502, code: "engine_unreachable", type: "server_error" }],
    ["not-understood", failed("not-understood"), { status: 502, code: "engine_not-understood" }],
    ["failed", failed("failed"), { status: 502, code: "engine_failed" }],
    ["unsupported", failed("unsupported"), { status: 400, code: "unsupported_value" }],
    ["refused with 400", refused(400), { status: 400, code: "engine_refused" }],
    [
      "refused as too long",
      refused(400, "exceed_context_size_error"),
      { status: 400, code: "context_length_exceeded" },
    ],
    ["refused with 401", refused(401), { status: 502, code: "engine_refused" }],
    ["refused with 429", refused(429), { status: 429, code: "engine_busy" }],
    ["refused with 503", refused(503), { status: 503, code: "engine_busy" }],
    ["refused with 500", refused(500), { status: 502, code: "engine_refused" }],
    ["thrown as something else", new Error("oops"), { status: 502, code: "engine_failed" }],
  ])("of the engine: %s", async (_name, fail, expected) => {
    const client = clientOf([{ fail }]);
    for (const stream of [false, true]) {
      const response = await client.fetch(COMPLETIONS, post({ messages, stream }));
      expect(await errorOf(response)).toMatchObject(expected);
      expect(await errorOf(await client.fetch(RESPONSES, post({ input: "?", stream })))).toMatchObject(expected);
    }
  });

  test("in the middle of a whole reply has what came before, and asks not to be tried again", async () => {
    const client = clientOf([HALF, { fail: failed("interrupted") }]);
    const response = await client.fetch(COMPLETIONS, post({ messages }));
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(await errorOf(response)).toMatchObject({
      status: 502,
      code: "engine_interrupted",
      partial: { object: "chat.completion", choices: [{ message: { content: "Four, of" } }] },
    });
    expect(await errorOf(await client.fetch(RESPONSES, post({ input: "?" })))).toMatchObject({
      status: 502,
      partial: { object: "response", status: "failed", output: [{ content: [{ text: "Four, of" }] }] },
    });
  });

  test("in the middle of a stream is an event, and the stream is not done", async () => {
    const client = clientOf([HALF, { fail: failed("interrupted") }]);
    const response = await client.fetch(COMPLETIONS, post({ messages, stream: true }));
    const data = dataOf(await response.text());
    expect(JSON.parse(data.at(-1)!)).toMatchObject({ error: { type: "server_error", code: "engine_interrupted" } });
    const events = dataOf(await (await client.fetch(RESPONSES, post({ input: "?", stream: true }))).text());
    expect(JSON.parse(events.at(-1)!)).toMatchObject({ type: "response.failed", response: { status: "failed" } });
  });
});

describe("the engine stops", () => {
  test.each([COMPLETIONS, RESPONSES])("when the reader cancels, and has not been read ahead: %s", async (url) => {
    const engine = new ScriptedEngine([`<|channel|>final<|message|>${"word ".repeat(200)}`, { wait: FOREVER }]);
    const watched = new WatchedController();
    const init = post({ messages, input: "?", stream: true }, { signal: watched.signal });
    if (url === COMPLETIONS) init.body = JSON.stringify({ messages, stream: true });
    else init.body = JSON.stringify({ input: "?", stream: true });
    const response = await createHarmonyClient({ engine }).fetch(url, init);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(engine.outputs).toBeLessThan(8);
    const reader = response.body!.getReader();
    for (let count = 0; count < 20; count++) await reader.read();
    expect(engine.outputs).toBeLessThan(40);
    await reader.cancel();
    expect(engine).toMatchObject({ running: 0, stopped: 1 });
    expect(watched.listeners).toBe(0);
  });

  test("when the reader cancels while it waits", async () => {
    const engine = new ScriptedEngine([HALF, { wait: FOREVER }]);
    const response = await createHarmonyClient({ engine }).fetch(COMPLETIONS, post({ messages, stream: true }));
    const reader = response.body!.getReader();
    const read = (async () => {
      while (!(await reader.read()).done);
    })();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await reader.cancel();
    await read;
    expect(engine).toMatchObject({ running: 0, stopped: 1 });
  });

  test("when the signal is aborted: before, while waiting, and in the middle", async () => {
    const reason = new Error("enough");
    const aborted = clientOf(ANSWER).fetch(COMPLETIONS, post({ messages }, { signal: AbortSignal.abort(reason) }));
    await expect(aborted).rejects.toBe(reason);

    for (const stream of [false, true]) {
      const engine = new ScriptedEngine([{ wait: FOREVER }]);
      const watched = new WatchedController();
      setTimeout(() => watched.abort(reason), 20);
      const init = post({ messages, stream }, { signal: watched.signal });
      await expect(createHarmonyClient({ engine }).fetch(COMPLETIONS, init)).rejects.toBe(reason);
      expect(engine).toMatchObject({ running: 0, stopped: 1 });
      expect(watched.listeners).toBe(0);
    }

    const engine = new ScriptedEngine([HALF, { wait: FOREVER }]);
    const watched = new WatchedController();
    const init = post({ messages, stream: true }, { signal: watched.signal });
    const response = await createHarmonyClient({ engine }).fetch(COMPLETIONS, init);
    setTimeout(() => watched.abort(reason), 20);
    await expect(response.text()).rejects.toBe(reason);
    expect(engine).toMatchObject({ running: 0, stopped: 1 });
    expect(watched.listeners).toBe(0);
  });
});

test("an abort fails the body at once, even if nobody reads it", async () => {
  for (const url of [COMPLETIONS, RESPONSES]) {
    const engine = new ScriptedEngine([HALF, { wait: FOREVER }]);
    const watched = new WatchedController();
    const reason = new Error("enough");
    const body = url === COMPLETIONS ? { messages, stream: true } : { input: "?", stream: true };
    const response = await createHarmonyClient({ engine }).fetch(url, post(body, { signal: watched.signal }));
    watched.abort(reason);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(engine).toMatchObject({ running: 0, stopped: 1 });
    expect(watched.listeners).toBe(0);
    await expect(response.text()).rejects.toBe(reason);
  }
});

test("fetch needs no client around it", async () => {
  const { fetch } = clientOf(ANSWER);
  expect((await fetch(COMPLETIONS, post({ messages }))).status).toBe(200);
});
