import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { constraintsFor } from "../../src/constraints.js";
import { EngineError, type EngineOutput, EngineTurn } from "../../src/engines.js";
import { exchangesIn, readExchange } from "./exchange.js";
import { bodyOf, drain, fetchOf } from "./http/answers.js";
import { encoding, HTTP_ENGINES, joined, PROMPT, replay } from "./http-engines.js";

// What every engine behind HTTP does, whatever its server is called.

const REQUEST = { tokens: PROMPT, encoding };

describe.each(HTTP_ENGINES)("$factory", (each) => {
  const { name, make, path, contentType, exchange, tokens, stream, errorEvent } = each;
  const isText = name === "Ollama";
  const expected = isText ? { tokens: [], text: encoding.decode(tokens) } : { tokens, text: "" };
  const answer = (chunks: readonly (string | Uint8Array)[], failure?: Error) => () =>
    new Response(bodyOf(chunks, failure), { headers: { "content-type": contentType } });

  /** What the engine makes of an answer. */
  async function read(...answers: (() => Response | Promise<Response>)[]) {
    const { fetch, asked } = fetchOf(...answers);
    const { values, error } = await drain(make({ fetch, maxRetries: 0 }).generate(REQUEST));
    return { ...joined(values), error, asked };
  }

  test("asks its endpoint, and reads a whole completion", async () => {
    const { engine, asked } = replay(make, exchange);
    const { values, error } = await drain(engine.generate(REQUEST));
    expect(error).toBeUndefined();
    expect(asked.map(({ url, init }) => `${init.method} ${url}`)).toEqual([`POST http://engine:1${path}`]);
    expect(path).toBe(readExchange(exchange).request.path);
    const { end, ...written } = joined(values);
    expect(written).toEqual(expected);
    expect(end).toMatchObject([{ finish: "stop" }]);
    expect(values.at(-1)).toBe(end[0]);
  });

  test("gives the messages and the counts by an EngineTurn", async () => {
    const { fetch } = fetchOf(answer(stream(tokens, "stop")));
    const turn = new EngineTurn(make({ fetch }), REQUEST);
    for await (const _ of turn) void _;
    expect(turn.finish).toBe("stop");
    expect(turn.messages.length).toBeGreaterThan(0);
    expect(turn.tokens).toEqual(tokens);
    expect(turn.isApproximate).toBe(isText);
    expect(turn.usage).toMatchObject({
      promptTokens: 7,
      cachedTokens: isText ? 0 : 5,
      completionTokens: tokens.length,
    });
  });

  test("reads the same wherever the bytes are cut", async () => {
    const bytes = new TextEncoder().encode(stream([...tokens, 26192, 4103, 16380], "stop").join(""));
    const { asked: _, ...same } = await read(answer([bytes]));
    expect(same.end).toHaveLength(1);
    const cuts = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 40 }).map((places) => places.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const chunks = [0, ...places].map((start, index) => bytes.slice(start, places[index] ?? bytes.length));
        const { asked: _, ...again } = await read(answer(chunks));
        expect(again).toEqual(same);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("says length when the completion is cut", async () => {
    const { end, error } = await read(answer(stream(tokens.slice(0, 4), "length")));
    expect(error).toBeUndefined();
    expect(end).toMatchObject([{ finish: "length", usage: { promptTokens: 7, completionTokens: 4 } }]);
  });

  test("says that nobody is there", async () => {
    // Port 9 is that of a service which nobody runs.
    const { error } = await drain(make({ baseURL: "http://me:secret@127.0.0.1:9", maxRetries: 0 }).generate(REQUEST));
    expect(error).toMatchObject({ code: "unreachable", engine: name, url: `http://127.0.0.1:9${path}` });
    expect(String(error)).not.toContain("secret");
  });

  test("says what the server refuses, with its status", async () => {
    const { error, asked } = await read(() => new Response('{"error":{"message":"no such thing"}}', { status: 422 }));
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: "refused", engine: name, status: 422, answer: "no such thing" });
    expect(asked).toHaveLength(1);
  });

  test("tells a page from an answer", async () => {
    const page = "<!doctype html><html><title>Welcome to nginx!</title></html>";
    for (const status of [200, 404]) {
      const { error } = await read(() => new Response(page, { status, headers: { "content-type": "text/html" } }));
      const code = status === 200 ? "not-understood" : "refused";
      expect(error).toMatchObject({ code, status, message: expect.stringContaining("Welcome to nginx!") });
    }
  });

  test("keeps what came before the connection broke", async () => {
    const begun = stream(tokens.slice(0, 5));
    for (const failure of [undefined, new TypeError("terminated")]) {
      const { error, asked, ...written } = await read(answer(begun, failure));
      expect(error).toMatchObject({ code: "interrupted", engine: name });
      expect(written.end).toEqual([]);
      expect(encoding.decode(written.tokens) + written.text).toBe(encoding.decode(tokens.slice(0, 5)));
      // Nothing is asked again once something has come.
      expect(asked).toHaveLength(1);
    }
  });

  test("reports an error in the stream, and keeps what came before", async () => {
    const { error, ...written } = await read(answer([...stream(tokens.slice(0, 5)), errorEvent]));
    expect(error).toMatchObject({ code: "failed", engine: name, answer: "EngineCore died" });
    expect(encoding.decode(written.tokens) + written.text).toBe(encoding.decode(tokens.slice(0, 5)));
  });

  test("stops the server after an abort, and when nobody wants more", async () => {
    for (const how of ["abort", "return"] as const) {
      const cancel = vi.fn();
      const chunks = stream(tokens.slice(0, 3)).map((chunk) => new TextEncoder().encode(chunk));
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          const chunk = chunks.shift();
          // Then it is silent for ever.
          if (chunk === undefined) return new Promise<void>(() => {});
          controller.enqueue(chunk);
          return undefined;
        },
        cancel,
      });
      const { fetch } = fetchOf(() => new Response(body, { headers: { "content-type": contentType } }));
      const controller = new AbortController();
      const iterator = make({ fetch }).generate(REQUEST, controller.signal)[Symbol.asyncIterator]();
      expect((await iterator.next()).done).toBe(false);
      if (how === "return") await iterator.return?.();
      else {
        setTimeout(() => controller.abort(new Error("enough")), 5);
        await expect(drain({ [Symbol.asyncIterator]: () => iterator })).resolves.toMatchObject({
          error: { message: "enough" },
        });
      }
      expect(cancel).toHaveBeenCalledOnce();
    }
  });

  test("asks nothing after an abort", async () => {
    const { fetch, asked } = fetchOf(answer(stream(tokens, "stop")));
    const reason = new Error("enough");
    const { values, error } = await drain(make({ fetch }).generate(REQUEST, AbortSignal.abort(reason)));
    expect({ values, error, asked }).toEqual({ values: [], error: reason, asked: [] });
  });

  test("throws nothing but an EngineError, whatever the server says", async () => {
    const fields = ["choices", "token_ids", "text", "finish_reason", "usage", "error", "output_ids", "meta_info"];
    const more = ["response", "done", "done_reason", "thinking", "code", "message", "status_code", "type"];
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 40, 200002, "", "stop", "a", "abort", 400),
        fc.array(fc.nat(201_087), { maxLength: 3 }),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...fields, ...more), tie("any"), { maxKeys: 6 }),
      ),
    })).any;
    const write = (event: unknown) => (isText ? `${JSON.stringify(event)}\n` : `data: ${JSON.stringify(event)}\n\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 4 }), async (said) => {
        const { error, end, tokens } = await read(answer(said.map(write)));
        if (error !== undefined) expect(error).toBeInstanceOf(EngineError);
        expect(end.length).toBe(error === undefined ? 1 : 0);
        expect(tokens.every((token) => Number.isInteger(token) && token >= 0 && token <= 0xffffffff)).toBe(true);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test.skipIf(isText)("goes on behind a token that is not to stop the model, though it stops the server", async () => {
    const [RETURN, CALL, END_OF_TEXT] = [200002, 200012, 199999];
    const answers = [answer(stream([5, CALL], "stop")), answer(stream([6, 7, RETURN], "stop"))];
    const ask = async (request: object) => {
      const { fetch, asked } = fetchOf(...answers);
      const { values, error } = await drain(make({ fetch }).generate({ ...REQUEST, ...request }));
      expect(error).toBeUndefined();
      return { ...joined(values), bodies: asked.map(({ init }) => JSON.stringify(init.body)) };
    };
    const stopTokens = [RETURN, END_OF_TEXT];
    const whole = await ask({ stopTokens, sampling: { seed: 1 } });
    expect(whole.tokens).toEqual([5, CALL, 6, 7, RETURN]);
    const usage = { promptTokens: 7, cachedTokens: 5, completionTokens: 5 };
    expect(whole.end).toEqual([{ finish: "stop", usage }]);
    expect(whole.bodies).toHaveLength(2);
    expect(whole.bodies[1]).toContain([...PROMPT, 5, CALL].join(","));
    expect(whole.bodies.map((body) => /seed\\":(\d+)/.exec(body)?.[1])).toEqual(["1", "3"]);
    // Not where nothing more may be written, where a constraint has ended, or where the token is to stop it.
    const cut = await ask({ stopTokens, maxTokens: 2 });
    expect(cut).toMatchObject({ tokens: [5, CALL], end: [{ finish: "length" }] });
    const constraint = constraintsFor({ responseFormat: { choice: ["a"] } });
    for (const request of [{ stopTokens, constraint }, {}]) {
      expect(await ask(request)).toMatchObject({ tokens: [5, CALL], end: [{ finish: "stop" }] });
    }
  });

  test("names itself in what a wrong option throws", () => {
    expect(() => make({ baseURL: "engine:1" })).toThrow(new RegExp(`^${each.factory}: baseURL`));
    expect(() => make({ port: 1 } as never)).toThrow(/unknown option "port"/);
    expect(() => make({ extraBody: { stream: false } })).toThrow(/extraBody must not set "stream"/);
  });

  test("counts what the server counts", async () => {
    const { end } = await read(answer(stream(tokens, "stop")));
    const cached = isText ? {} : { cachedTokens: 5 };
    const counts = { promptTokens: 7, ...cached, completionTokens: tokens.length };
    expect(end).toEqual<EngineOutput[]>([{ finish: "stop", usage: counts }]);
  });
});

test("every exchange is that of an engine", () => {
  const names = [...exchangesIn("vllm"), ...exchangesIn("from-source")];
  const paths = [...HTTP_ENGINES.map(({ path }) => path), "/v1/models"];
  for (const name of names) expect(paths, name).toContain(readExchange(name).request.path);
});
