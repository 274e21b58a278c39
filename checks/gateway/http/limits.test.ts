import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { startNodeServer } from "../../../gateway/dist/http/node-server.js";
import { createGateway } from "../../../gateway/dist/index.js";
import { type ScriptedEngine, scriptedEngine, tokensOf } from "../scripted-engine.js";

const HELLO = "<|channel|>final<|message|>Hello!<|return|>";
type Options = Parameters<typeof createGateway>[0];
type Fetch = (body?: object, path?: string, signal?: AbortSignal) => Promise<Response>;

function gatewayOf(engine: ScriptedEngine, limits: Options["limits"] = {}, more: Partial<Options> = {}): Fetch {
  const { fetch } = createGateway({ engine, limits, ...more });
  return (body = {}, path = "/v1/chat/completions", signal) =>
    fetch(
      new Request(`http://gateway${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ messages: [{ role: "user", content: "Hi" }], ...body }),
        signal: signal ?? null,
      }),
    );
}

async function errorOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()).error;
}

/** An engine that answers when it is told to. */
function gatedEngine(): { engine: ScriptedEngine; open: () => void } {
  const waiting: (() => void)[] = [];
  const engine = scriptedEngine([
    async function* () {
      await new Promise<void>((resolve) => waiting.push(resolve));
      yield { tokens: tokensOf(HELLO) };
      yield { finish: "stop" };
    },
  ]);
  return { engine, open: () => waiting.shift()?.() };
}

describe("tokens", () => {
  test("a prompt that is too long is refused as OpenAI does, and the engine is not asked", async () => {
    const engine = scriptedEngine([HELLO]);
    const response = await gatewayOf(engine, { promptTokens: 50 })();
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({
      code: "context_length_exceeded",
      message: expect.stringMatching(/^the prompt has \d+ tokens, and at most 50 are taken here; send less/),
    });
    expect(engine.requests).toEqual([]);
  });

  test("a completion gets so many tokens at most, and fewer if it asks for fewer", async () => {
    const engine = scriptedEngine([HELLO]);
    const ask = gatewayOf(engine, { outputTokens: 100 });
    for (const max_tokens of [undefined, 5, 100, 5_000]) await ask({ max_tokens });
    expect(engine.requests.map(({ maxTokens }) => maxTokens)).toEqual([100, 5, 100, 100]);
    await gatewayOf(engine, { outputTokens: Infinity })();
    expect(engine.requests.at(-1)?.maxTokens).toBeUndefined();
  });
});

describe("requests at once", () => {
  test("more wait in line, in order, and still more are sent away until later", async () => {
    const { engine, open } = gatedEngine();
    const ask = gatewayOf(engine, { concurrentRequests: 1, queuedRequests: 2 });
    const first = ask({ user: "1" });
    await expect.poll(() => engine.requests.length).toBe(1);
    const ended: string[] = [];
    const second = ask().then(({ status }) => ended.push(`second ${status}`));
    const third = ask().then(({ status }) => ended.push(`third ${status}`));
    // A request is in line as soon as its body has been read, which is before the next turn of the loop.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await errorOf(refused)).toMatchObject({ type: "rate_limit_error", code: "too_many_requests" });
    for (const [index, answer] of [first, second, third].entries()) {
      await expect.poll(() => engine.requests.length).toBe(index + 1);
      open();
      await answer;
    }
    expect((await first).status).toBe(200);
    expect(ended).toEqual(["second 200", "third 200"]);
  });

  test("one that waits too long is sent away, and one that leaves makes room", async () => {
    const { engine, open } = gatedEngine();
    const ask = gatewayOf(engine, { concurrentRequests: 1, queuedRequests: 1, queueTimeout: 30 });
    const first = ask();
    await expect.poll(() => engine.requests.length).toBe(1);
    const late = await ask();
    expect(late.status).toBe(503);
    expect(late.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await errorOf(late)).toMatchObject({ code: "queue_timeout" });
    const controller = new AbortController();
    const left = ask({}, undefined, controller.signal).catch(() => "left");
    controller.abort();
    await left;
    open();
    expect((await first).status).toBe(200);
    const next = ask();
    await expect.poll(() => engine.requests.length).toBe(2);
    open();
    expect((await next).status).toBe(200);
  });

  test.each(["/v1/chat/completions", "/v1/responses"])("a stream of %s holds its place to its end", async (path) => {
    const engine = scriptedEngine([
      async function* () {
        for (let index = 0; index < 1_000; index++) yield { tokens: tokensOf(" word") };
      },
    ]);
    const ask = gatewayOf(engine, { concurrentRequests: 1, queuedRequests: 0 });
    const body = path.endsWith("responses") ? { input: "Hi", messages: undefined, stream: true } : { stream: true };
    for (let round = 0; round < 3; round++) {
      const stream = await ask(body, path);
      expect(stream.status).toBe(200);
      expect((await ask(body, path)).status).toBe(429);
      // One is read to its end, one is left, and both give the place back.
      if (round === 1) await stream.text();
      else await stream.body?.cancel();
    }
    expect((await ask(body, path)).status).toBe(200);
  });

  test("an engine that fails gives the place back", async () => {
    const engine = scriptedEngine([
      () => {
        throw new Error("broken");
      },
    ]);
    const ask = gatewayOf(engine, { concurrentRequests: 1, queuedRequests: 0 });
    for (let round = 0; round < 5; round++) expect((await ask({ stream: round % 2 === 0 })).status).toBe(500);
  });

  test("a body that never arrives keeps nobody else from the engine", async () => {
    const engine = scriptedEngine([HELLO]);
    const { fetch } = createGateway({ engine, limits: { concurrentRequests: 1, queuedRequests: 0 } });
    const headers = { "content-type": "application/json" };
    const never = new ReadableStream({ pull: () => new Promise(() => {}) });
    const init = { method: "POST", headers, body: never, duplex: "half" } as RequestInit;
    void fetch(new Request("http://gateway/v1/chat/completions", init));
    expect((await gatewayOf(engine, { concurrentRequests: 1 })()).status).toBe(200);
    const body = JSON.stringify({ messages: [{ role: "user", content: "Hi" }] });
    const good = await fetch(new Request("http://gateway/v1/chat/completions", { method: "POST", headers, body }));
    expect(good.status).toBe(200);
  });
});

describe("an engine that takes too long, and does not even listen to its signal", () => {
  const silent = (tokens: string) =>
    scriptedEngine([
      async function* () {
        if (tokens !== "") yield { tokens: tokensOf(tokens) };
        await new Promise(() => {});
      },
    ]);

  test("to its first token: a 504", async () => {
    const response = await gatewayOf(silent(""), { firstTokenTimeout: 20 })();
    expect(response.status).toBe(504);
    expect(await errorOf(response)).toMatchObject({
      code: "engine_timeout",
      message: "scripted: wrote no token within 20 ms (firstTokenTimeout); a long prompt may need a longer one",
    });
  });

  test("to the next one: an event of the stream, and no end as if all were well", async () => {
    const begun = "<|channel|>final<|message|>Hel";
    const chat = await gatewayOf(silent(begun), { tokenTimeout: 20 })({ stream: true });
    const text = await chat.text();
    expect(text).toContain('"content":"Hel"');
    expect(text).toContain(
      'data: {"error":{"message":"scripted: wrote nothing more for 20 ms (tokenTimeout); it may be stuck"',
    );
    expect(text).not.toContain("[DONE]");
    const body = { stream: true, input: "Hi", messages: undefined };
    const response = await (await gatewayOf(silent(begun), { tokenTimeout: 20 })(body, "/v1/responses")).text();
    expect(response).toContain("event: response.failed");
    expect(response).not.toContain("event: response.completed");
  });
});

describe("a reader that is slow", () => {
  /** A gateway on a socket whose engine could write for ever. */
  async function endless(idleTimeout: number) {
    let written = 0;
    const engine = scriptedEngine([
      async function* () {
        yield { tokens: tokensOf("<|channel|>final<|message|>") };
        for (;;) {
          written += 1;
          if (written % 100 === 0) await new Promise(setImmediate);
          yield { tokens: tokensOf(` word${written}`) };
        }
      },
    ]);
    const gateway = createGateway({ engine });
    const server = await startNodeServer(gateway, { host: "127.0.0.1", port: 0, idleTimeout, requestTimeout: 60_000 });
    const { port } = new URL(server.address);
    const socket = connect({ host: "127.0.0.1", port: Number(port) });
    const body = JSON.stringify({ messages: [{ role: "user", content: "Hi" }], stream: true });
    socket.pause();
    socket.on("error", () => {});
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    return { engine, server, socket, written: () => written };
  }

  /** How much was written when nothing more is. */
  async function standstill(written: () => number): Promise<number> {
    let last = -1;
    await expect
      .poll(
        () => {
          const isSame = written() > 0 && written() === last;
          last = written();
          return isSame;
        },
        { interval: 200, timeout: 60_000 },
      )
      .toBe(true);
    return last;
  }

  test("slows the engine down, and is given all when it reads on", async () => {
    const { engine, server, socket, written } = await endless(Infinity);
    const before = await standstill(written);
    expect(engine.stopped).toBe(0);
    socket.resume();
    await expect.poll(() => written(), { timeout: 60_000 }).toBeGreaterThan(before + 1_000);
    socket.destroy();
    await expect.poll(() => engine.stopped).toBe(1);
    await server.stop(1_000);
  });

  test("and takes nothing for too long: its connection is ended, and the engine with it", async () => {
    const { engine, server, socket, written } = await endless(500);
    await standstill(written);
    await expect.poll(() => engine.stopped, { timeout: 60_000 }).toBe(1);
    socket.resume();
    await expect.poll(() => socket.destroyed).toBe(true);
    await server.stop(1_000);
  });

  test("but one that waits for a slow engine is not ended", async () => {
    const { engine, open } = gatedEngine();
    const server = await startNodeServer(createGateway({ engine }), {
      ...{ host: "127.0.0.1", port: 0, idleTimeout: 50, requestTimeout: 60_000 },
    });
    const answer = fetch(`${server.address}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "Hi" }], stream: true }),
    });
    await expect.poll(() => engine.requests.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    open();
    expect(await (await answer).text()).toContain("[DONE]");
    await server.stop(1_000);
  });
});
