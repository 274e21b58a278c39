import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { EngineError } from "../../../src/engines/engine-error.js";
import { endpoint, httpSettings } from "../../../src/engines/servers/http/settings.js";
import { ask, bodyOf, drain, fetchOf } from "./answers.js";

const ok = () => new Response(bodyOf(["data: a\n\n"]), { headers: { "content-type": "text/event-stream" } });
const busy = (status: number, headers: Record<string, string> = { "retry-after": "0" }) =>
  new Response('{"error":{"message":"later"}}', { status, headers });

async function failure(promise: Promise<unknown>): Promise<EngineError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

describe("options", () => {
  const make = (options: object) => httpSettings(options as never, "an engine", "anEngine", { reserved: ["stream"] });
  const baseURL = "http://localhost:1";

  test("name the mistake", () => {
    for (const [options, message] of [
      [{}, /^anEngine: baseURL must be an address .* not undefined$/],
      [{ baseURL: "localhost:1" }, /baseURL must be an address that begins with http/],
      [{ baseURL: "ftp://h" }, /baseURL/],
      [{ baseURL: "http://" }, /baseURL/],
      [{ baseURL: "http://me:secret@[" }, /^(?!.*secret)/],
      [{ baseURL, model: "x" }, /unknown option "model"; the options are baseURL/],
      [{ baseURL, apiKey: 7 }, /anEngine: apiKey must be a string, not 7/],
      [{ baseURL, apiKey: "se\ncret" }, /^anEngine: apiKey cannot be sent/],
      [{ baseURL, headers: [] }, /headers must be an object/],
      [{ baseURL, headers: { a: 1 } }, /the header "a" must be a string/],
      [{ baseURL, headers: { "a b": "1" } }, /the header "a b" cannot be sent/],
      [{ baseURL, fetch: 1 }, /fetch must be a function/],
      [{ baseURL, timeout: 0 }, /timeout must be a number of milliseconds above 0/],
      [{ baseURL, timeout: Number.NaN }, /timeout/],
      [{ baseURL, timeout: "1" }, /timeout/],
      [{ baseURL, maxRetries: -1 }, /maxRetries must be a whole number/],
      [{ baseURL, maxRetries: 1.5 }, /maxRetries/],
      [{ baseURL, extraBody: null }, /extraBody must be an object/],
      [{ baseURL, extraBody: { stream: false } }, /extraBody must not set "stream"/],
    ] as const) {
      expect(() => make(options)).toThrow(TypeError);
      expect(() => make(options)).toThrow(message);
    }
    expect(() => make(undefined as never)).toThrow(/anEngine: options must say where the server is/);
  });

  test("find the endpoint from any form of the address", () => {
    for (const given of ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/", new URL("http://h:1/v1#x")]) {
      expect(endpoint(make({ baseURL: given }), "/v1/completions").href).toBe("http://h:1/v1/completions");
      expect(endpoint(make({ baseURL: given }), "/completion").href).toBe("http://h:1/completion");
    }
    expect(endpoint(make({ baseURL: "https://h/llm/v1/?a=b" }), "/x").href).toBe("https://h/llm/x?a=b");
  });
});

describe("a request", () => {
  test("has the body, the extra fields, the key and the extra headers", async () => {
    const { fetch, asked } = fetchOf(ok);
    await ask({ fetch, apiKey: "k", headers: { "X-A": "1", accept: "x" }, extraBody: { a: 1, prompt: [2] } });
    const { url, init } = asked[0]!;
    expect(url).toBe("http://127.0.0.1:1/completion");
    expect(JSON.parse(String(init.body))).toEqual({ prompt: [2], a: 1 });
    expect(Object.fromEntries(init.headers as Headers)).toEqual({
      accept: "x",
      authorization: "Bearer k",
      "content-type": "application/json",
      "x-a": "1",
    });
  });

  test("sends the credentials of the address as authorization, and shows them nowhere", async () => {
    const { fetch, asked } = fetchOf(() => new Response("no pä ss here", { status: 400 }));
    const error = await failure(ask({ fetch, baseURL: "http://m%C3%A9:p%C3%A4%20ss@h:1/a?key=secret" }));
    expect(asked[0]!.url).toBe("http://h:1/a/completion?key=secret");
    const [, basic] = (asked[0]!.init.headers as Headers).get("authorization")!.split(" ");
    expect(Buffer.from(basic!, "base64").toString()).toBe("mé:pä ss");
    expect(error).toMatchObject({ url: "http://h:1/a/completion", answer: "no *** here" });
    expect(`${error.message}${JSON.stringify(error)}`).not.toMatch(/secret|pä ss|p%C3/);
  });

  test("refuses credentials with a % that begins no escape, without showing them", () => {
    const why = "anEngine: baseURL has a % in its user name or password that begins no escape; write it as %25";
    expect(() => ask({ baseURL: "http://ann:se%cret@h" })).toThrow(new TypeError(why));
  });

  test("prefers a header of the caller to the key", async () => {
    const { fetch, asked } = fetchOf(ok);
    await ask({ fetch, apiKey: "k", headers: { Authorization: "Custom x" } });
    expect((asked[0]!.init.headers as Headers).get("authorization")).toBe("Custom x");
  });

  test("goes to the runtime's own fetch as it is when asked", async () => {
    const { fetch, asked } = fetchOf(ok);
    vi.stubGlobal("fetch", fetch);
    await ask({});
    vi.unstubAllGlobals();
    expect(asked.length).toBe(1);
  });
});

describe("a refusal", () => {
  const refused = async (body: string, status = 400) =>
    await failure(ask({ apiKey: "key-1", fetch: fetchOf(() => new Response(body, { status })).fetch }));

  test("says what the server said", async () => {
    for (const [body, said] of [
      ['{"error":{"message":"bad prompt","type":"invalid_request_error","code":400}}', "bad prompt"],
      ['{"error":"model \\"x\\" not found"}', 'model "x" not found'],
      ['{"object":"error","message":"too long","code":400}', "too long"],
      ['{"detail":[{"loc":["body","prompt"],"msg":"field required","type":"missing"}]}', "body.prompt: field required"],
      ['{"detail":"Not Found"}', "Not Found"],
      ["plain\n  text", "plain text"],
      ['"text"', "text"],
      ['{"x":1}', '{"x":1}'],
      ['{"error":{"message":"the key key-1 is wrong"}}', "the key *** is wrong"],
      ["x".repeat(10_000), `${"x".repeat(500)}…`],
      ["", ""],
    ] as const) {
      const error = await refused(body);
      expect(error).toMatchObject({ code: "refused", status: 400, answer: said, engine: "an engine" });
      expect(error.message).toBe(
        `an engine at http://127.0.0.1:1/completion: refused with status 400${said === "" ? "" : `: ${said}`}`,
      );
    }
  });

  test("is recognised as a page for browsers", async () => {
    const error = await refused("<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>", 404);
    expect(error).toMatchObject({ code: "refused", status: 404, answer: "404 Not Found" });
    expect(error.message).toMatch(/status 404 and an HTML page: 404 Not Found; baseURL leads to something else$/);
  });

  test("for want of a key says so", async () => {
    expect((await refused('{"error":{"message":"Invalid API Key"}}', 401)).message).toMatch(
      /status 401: Invalid API Key; check apiKey$/,
    );
  });

  test("does not hang on an answer that never ends, or breaks off", async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(10_000).fill(120));
      },
    });
    const { fetch } = fetchOf(() => new Response(endless, { status: 400 }));
    expect((await failure(ask({ fetch }))).answer).toBe(`${"x".repeat(500)}…`);
    const broken = fetchOf(() => new Response(bodyOf(["abc"], new Error("gone")), { status: 400 }));
    expect((await failure(ask({ fetch: broken.fetch }))).answer).toBe("abc");
  });
});

describe("a success that is not an answer", () => {
  const misunderstood = async (body: string | null, type: string) =>
    await failure(ask({ fetch: fetchOf(() => new Response(body, { headers: { "content-type": type } })).fetch }));

  test("is an error", async () => {
    const page = "<html><title>Router login</title></html>";
    for (const type of ["text/html; charset=utf-8", "text/plain"]) {
      const error = await misunderstood(page, type);
      expect(error).toMatchObject({ code: "not-understood", status: 200, answer: "Router login" });
      expect(error.message).toContain("answered with an HTML page: Router login");
    }
    expect(await misunderstood('{"error":"no"}', "application/json")).toMatchObject({
      code: "not-understood",
      answer: "no",
    });
    expect(await misunderstood(null, "text/event-stream")).toMatchObject({ code: "not-understood" });
    expect(await misunderstood("", "text/event-stream")).toMatchObject({ code: "not-understood" });
  });
});

describe("another attempt", () => {
  test("follows when the server is busy, up to the limit", async () => {
    for (const status of [429, 502, 503, 504]) {
      const { fetch, asked } = fetchOf(() => busy(status), ok);
      await ask({ fetch });
      expect(asked.length).toBe(2);
      const never = fetchOf(() => busy(status));
      const error = await failure(ask({ fetch: never.fetch }));
      expect(error).toMatchObject({ code: "refused", status, answer: "later" });
      expect(never.asked.length).toBe(3);
      const once = fetchOf(() => busy(status));
      await failure(ask({ fetch: once.fetch, maxRetries: 0 }));
      expect(once.asked.length).toBe(1);
    }
  });

  test("does not follow a refusal for good", async () => {
    for (const status of [400, 401, 404, 413, 422, 500]) {
      const { fetch, asked } = fetchOf(() => busy(status), ok);
      expect(await failure(ask({ fetch }))).toMatchObject({ code: "refused", status });
      expect(asked.length).toBe(1);
    }
  });

  test("waits as long as the server asks, but not for ever", async () => {
    const timeOf = async (retryAfter: string) => {
      const { fetch } = fetchOf(() => busy(503, { "retry-after": retryAfter }), ok);
      const begun = performance.now();
      await ask({ fetch });
      return performance.now() - begun;
    };
    expect(await timeOf("1")).toBeGreaterThan(950);
    expect(await timeOf("0")).toBeLessThan(200);
    expect(await timeOf(new Date(Date.now() - 5000).toUTCString())).toBeLessThan(200);
    expect(await timeOf("nonsense")).toBeGreaterThan(200);
    const { fetch, asked } = fetchOf(() => busy(429, { "retry-after": "3600" }), ok);
    expect(await failure(ask({ fetch }))).toMatchObject({ status: 429 });
    expect(asked.length).toBe(1);
  });

  test("follows when the server cannot be reached", async () => {
    const { fetch, asked } = fetchOf(() => Promise.reject(new TypeError("fetch failed")), ok);
    await ask({ fetch });
    expect(asked.length).toBe(2);
  });

  test("never follows once the answer has begun", async () => {
    const { fetch, asked } = fetchOf(() => new Response(bodyOf(["data: a\n\n"], new Error("gone"))), ok);
    const { error } = await drain(await ask({ fetch }));
    expect(error).toMatchObject({ code: "interrupted" });
    expect(asked.length).toBe(1);
  });

  test("is given up when the signal is aborted while waiting", async () => {
    const { fetch } = fetchOf(() => busy(503, { "retry-after": "50" }));
    const controller = new AbortController();
    const asked = ask({ fetch }, controller.signal);
    setTimeout(() => controller.abort("enough"), 20);
    await expect(asked).rejects.toBe("enough");
  });
});

describe("an abort", () => {
  test("throws the signal's reason at once, even with a fetch that knows nothing of signals", async () => {
    const reason = new Error("mine");
    const hanging = fetchOf(() => new Promise<Response>(() => {}));
    await expect(ask({ fetch: hanging.fetch }, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(hanging.asked.length).toBe(0);
    const controller = new AbortController();
    const asked = ask({ fetch: hanging.fetch }, controller.signal);
    setTimeout(() => controller.abort(reason), 5);
    await expect(asked).rejects.toBe(reason);
  });

  test("closes an answer that comes too late", async () => {
    let closed: unknown;
    let answer: (response: Response) => void = () => {};
    const { fetch } = fetchOf(
      () =>
        new Promise<Response>((resolve) => {
          answer = resolve;
        }),
    );
    const controller = new AbortController();
    const asked = ask({ fetch }, controller.signal);
    controller.abort("enough");
    await expect(asked).rejects.toBe("enough");
    const body = new ReadableStream({
      cancel() {
        closed = true;
      },
    });
    answer(new Response(body));
    await vi.waitFor(() => expect(closed).toBe(true));
  });

  test("closes the body in mid-stream, and leaves no listener on the signal", async () => {
    let closed = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: a\n\n")),
      cancel() {
        closed = true;
      },
    });
    const controller = new AbortController();
    const { signal } = controller;
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const answer = await ask({ fetch: fetchOf(() => new Response(body)).fetch }, signal);
    const reason = new Error("mine");
    const reading = drain(answer);
    setTimeout(() => controller.abort(reason), 5);
    const { values, error } = await reading;
    expect(values.length).toBe(1);
    expect(error).toBe(reason);
    expect(closed).toBe(true);
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  });
});

describe("a real server", () => {
  let server: Server | undefined;

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener);
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    closing.closeAllConnections();
    await new Promise((resolve) => closing.close(resolve));
  });

  test("that is not there is unreachable", async () => {
    const baseURL = await serve(() => {});
    const gone = server!;
    server = undefined;
    await new Promise((resolve) => gone.close(resolve));
    const begun = performance.now();
    const error = await failure(ask({ baseURL, maxRetries: 1 }));
    expect(error).toMatchObject({ code: "unreachable", url: `${baseURL}/completion` });
    expect(error.message).toMatch(/cannot be reached \(ECONNREFUSED\); is it running, and is baseURL right\?$/);
    expect(performance.now() - begun).toBeGreaterThan(200);
  });

  test("that comes up between two attempts answers", async () => {
    const baseURL = await serve(() => {});
    const { port } = server!.address() as AddressInfo;
    await new Promise((resolve) => server!.close(resolve));
    const asked = ask({ baseURL });
    server = createServer((_, response) => response.end("data: a\n\n"));
    setTimeout(() => server!.listen(port, "127.0.0.1"), 50);
    expect((await drain(await asked)).error).toBeUndefined();
  });

  test("that answers too late is unreachable, and is not asked again", async () => {
    let asked = 0;
    let gone = 0;
    const baseURL = await serve((request, response) => {
      asked++;
      request.socket.on("close", () => gone++);
      // The headers alone are not the beginning of an answer.
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    });
    const error = await failure(ask({ baseURL, timeout: 60 }));
    expect(error).toMatchObject({ code: "unreachable" });
    expect(error.message).toMatch(/did not begin to answer within 60 ms; a long prompt may need a longer timeout$/);
    expect(asked).toBe(1);
    await vi.waitFor(() => expect(gone).toBe(1));
  });

  test("may take its time once it has begun", async () => {
    const baseURL = await serve((_, response) => {
      response.write("data: a\n\n");
      setTimeout(() => response.end("data: b\n\n"), 150);
    });
    const { values, error } = await drain(await ask({ baseURL, timeout: 60 }));
    expect(error).toBeUndefined();
    expect(Buffer.concat(values).toString()).toBe("data: a\n\ndata: b\n\n");
  });

  test("that speaks HTML is recognised", async () => {
    const baseURL = await serve((_, response) => {
      response.writeHead(404, { "content-type": "text/html" }).end("<html><h1>It works!</h1></html>");
    });
    expect((await failure(ask({ baseURL }))).message).toContain("an HTML page: It works!");
  });

  test("that dies in mid-stream interrupts, after what came before", async () => {
    const baseURL = await serve((_, response) => {
      response.write("data: a\n\n");
      setTimeout(() => response.destroy(), 20);
    });
    const { values, error } = await drain(await ask({ baseURL }));
    expect(Buffer.concat(values).toString()).toBe("data: a\n\n");
    expect(error).toMatchObject({ code: "interrupted", url: `${baseURL}/completion`, status: 200 });
  });

  test("that closes the connection without an answer is asked again", async () => {
    let asked = 0;
    const baseURL = await serve((request, response) => {
      if (++asked === 1) request.socket.destroy();
      else response.end("data: a\n\n");
    });
    await drain(await ask({ baseURL }));
    expect(asked).toBe(2);
  });

  test("notices that the caller has left", async () => {
    let gone = false;
    const baseURL = await serve((_, response) => {
      response.on("close", () => {
        gone = true;
      });
      response.write("data: a\n\n");
    });
    for await (const _ of await ask({ baseURL })) break;
    await vi.waitFor(() => expect(gone).toBe(true));
  });

  test("notices an abort", async () => {
    let gone = false;
    const baseURL = await serve((_, response) => {
      response.on("close", () => {
        gone = true;
      });
      response.write("data: a\n\n");
    });
    const controller = new AbortController();
    const reading = drain(await ask({ baseURL }, controller.signal));
    controller.abort("enough");
    expect((await reading).error).toBe("enough");
    await vi.waitFor(() => expect(gone).toBe(true));
  });
});
