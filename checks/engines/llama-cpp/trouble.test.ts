// What goes wrong with a real server, and what is left then.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineError, type EngineRequest, EngineTurn, type LlamaCppOptions, llamaCpp } from "../../../src/engines.js";
import { loadHarmonyEncoding } from "../../../src/index.js";
import { type LlamaServer, startLlamaServer } from "../llama-server.js";
import { isBusy, untilIdle } from "./requests.js";

const encoding = loadHarmonyEncoding();
const tokens = encoding.renderConversationForCompletion(
  { messages: [{ role: "user", content: "Hello" }] },
  "assistant",
);

let server: LlamaServer;
beforeAll(async () => {
  server = await startLlamaServer();
});
afterAll(() => server.stop());

/** A completion that does not end by itself: its stop tokens are ruled out. */
const ENDLESS: Partial<EngineRequest> = {
  sampling: { seed: 1, logitBias: { 200002: -Infinity, 200012: -Infinity, 199999: -Infinity } },
};

function turnOf(
  options: Partial<LlamaCppOptions> = {},
  request: Partial<EngineRequest> = {},
  signal?: AbortSignal,
): EngineTurn {
  const engine = llamaCpp({ baseURL: server.baseURL, ...options });
  return new EngineTurn(engine, { tokens, encoding, ...request }, { signal });
}

async function failureOf(turn: EngineTurn): Promise<EngineError> {
  try {
    for await (const _ of turn);
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    return error as EngineError;
  }
  throw new Error("nothing has failed");
}

/** How many milliseconds a server may take to notice that nobody listens any more. */
const NOTICE = 5000;

describe("stopping", () => {
  test("an abort in mid-stream stops the model", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const turn = turnOf({}, ENDLESS, controller.signal);
    let events = 0;
    await expect(async () => {
      for await (const _ of turn) {
        if (++events !== 20) continue;
        expect(await isBusy(server)).toBe(true);
        controller.abort(reason);
      }
    }).rejects.toBe(reason);
    expect(turn.tokens.length).toBeGreaterThan(3);
    await untilIdle(server, NOTICE);
  });

  test("an abort before the answer has begun is one at once", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    // This version of the server does not notice that nobody waits for an answer that is not streamed.
    const turn = turnOf({ exactTokens: true }, { ...ENDLESS, maxTokens: 600 }, controller.signal);
    let aborted = 0;
    setTimeout(() => {
      expect(turn.tokens).toEqual([]);
      aborted = performance.now();
      controller.abort(reason);
    }, 300);
    await expect(async () => {
      for await (const _ of turn);
    }).rejects.toBe(reason);
    expect(performance.now() - aborted).toBeLessThan(200);
    await untilIdle(server, 30_000);
  });

  test("leaving the loop stops the model", async () => {
    let events = 0;
    for await (const _ of turnOf({}, ENDLESS)) {
      if (++events === 20) break;
    }
    await untilIdle(server, NOTICE);
  });

  test("a limit is kept to the token, also none", async () => {
    for (const maxTokens of [0, 1, 17]) {
      for (const exactTokens of [false, true]) {
        const turn = turnOf({ exactTokens }, { ...ENDLESS, maxTokens });
        for await (const _ of turn);
        expect(turn.tokens.length).toBe(maxTokens);
        expect(turn.finish).toBe("limit");
        expect(turn.usage).toMatchObject({ promptTokens: tokens.length, completionTokens: maxTokens });
      }
    }
  });

  test("any token can be one at which to stop", async () => {
    for (const exactTokens of [false, true]) {
      for (let seed = 0; seed < 3; seed++) {
        const request = { stopTokens: [200007], maxTokens: 300, sampling: { ...ENDLESS.sampling, seed } };
        const turn = turnOf({ exactTokens }, request);
        for await (const _ of turn);
        expect(turn.finish).toBe("stop");
        expect(turn.tokens.indexOf(200007)).toBe(turn.tokens.length - 1);
        expect(turn.usage.completionTokens).toBe(turn.tokens.length);
        if (!exactTokens) await untilIdle(server, NOTICE);
      }
    }
  });

  test("the model can go on behind a token at which the server always stops", async () => {
    for (const exactTokens of [false, true]) {
      let calls = 0;
      for (let seed = 0; seed < 30; seed++) {
        const logitBias = { 200012: 2 };
        const turn = turnOf({ exactTokens }, { stopTokens: [200002], maxTokens: 120, sampling: { seed, logitBias } });
        for await (const _ of turn);
        const ends = turn.tokens.filter((token) => token === 200012).length;
        calls += ends;
        if (turn.finish === "eos") expect(turn.tokens.at(-1)).toBe(200002);
        else expect([turn.finish, turn.usage.completionTokens]).toEqual(["limit", 120]);
        if (!turn.isApproximate) expect(turn.usage.completionTokens).toBe(turn.tokens.length);
        expect(turn.usage.promptTokens).toBe(tokens.length);
      }
      expect(calls).toBeGreaterThan(30);
    }
  });
});

describe("refusals", () => {
  test("a prompt longer than the context says how long both are", async () => {
    const small = await startLlamaServer({ args: ["--ctx-size", "512"] });
    try {
      const long = Array.from({ length: 600 }, (_, index) => index + 1000);
      const error = await failureOf(turnOf({ baseURL: small.baseURL }, { tokens: long }));
      expect(error).toMatchObject({ code: "refused", status: 400, engine: "llama.cpp" });
      expect(error.message).toMatch(/the prompt has 600 tokens, and the context of the server only 512; shorten/);
      // One that grows too long while it is written is cut.
      const turn = turnOf({ baseURL: small.baseURL }, ENDLESS);
      for await (const _ of turn);
      expect(turn.finish).toBe("limit");
      expect(tokens.length + turn.tokens.length).toBeGreaterThan(505);
    } finally {
      await small.stop();
    }
  });

  test("a wrong key is shown nowhere", async () => {
    const locked = await startLlamaServer({ args: ["--api-key", "sesame"] });
    try {
      for (const apiKey of [undefined, "open-please"]) {
        const error = await failureOf(turnOf({ baseURL: locked.baseURL, apiKey }));
        expect(error).toMatchObject({ code: "refused", status: 401 });
        expect(error.message).toMatch(/Invalid API Key; check apiKey$/);
        expect(error.message + JSON.stringify(error)).not.toContain("open-please");
      }
      const turn = turnOf({ baseURL: locked.baseURL, apiKey: "sesame" }, { maxTokens: 2 });
      for await (const _ of turn);
      expect(turn.tokens.length).toBe(2);
    } finally {
      await locked.stop();
    }
  });

  test("what the server does not take is said in its own words", async () => {
    const empty = await failureOf(turnOf({}, { tokens: [300_000] }));
    expect(empty).toMatchObject({ code: "refused", status: 400, answer: expect.stringMatching(/token/i) });
    const slot = await failureOf(turnOf({ extraBody: { temperature: "warm" } }));
    expect(slot).toMatchObject({ code: "refused", answer: expect.stringMatching(/temperature|type/i) });
  });

  test("a grammar that cannot be parsed is a refusal", async () => {
    const strict = { grammar: "root ::= (", grammar_lazy: false, grammar_triggers: [], preserved_tokens: [] };
    const constraint = { gbnf: { strict, text: "" } } as never;
    expect(await failureOf(turnOf({}, { constraint }))).toMatchObject({ code: "refused", status: 400 });
  });

  test("an error while the model writes keeps what came before", async () => {
    // The server lets the model write a stop token within a grammar, and fails when it does.
    const grammar = 'root ::= <[200005]> "final" <[200008]> "x" <[200012]>';
    const strict = { grammar, grammar_lazy: false, grammar_triggers: [], preserved_tokens: [] };
    const turn = turnOf({}, { constraint: { gbnf: { strict, text: "" } } as never });
    expect(await failureOf(turn)).toMatchObject({ code: "failed", status: 200 });
    expect(encoding.decode(turn.tokens)).toMatch(/^<\|channel\|>final/);
  });
});

describe("a server that is gone", () => {
  test("in mid-stream: an interruption, and what came before is kept", async () => {
    const doomed = await startLlamaServer();
    const turn = turnOf({ baseURL: doomed.baseURL }, ENDLESS);
    let before = 0;
    const killed = (async () => {
      for await (const _ of turn) {
        if (++before === 40) await doomed.kill();
      }
    })();
    await expect(killed).rejects.toMatchObject({ code: "interrupted", engine: "llama.cpp", status: 200 });
    expect(turn.tokens.length).toBeGreaterThan(10);
    expect(turn.finish).toBeUndefined();
    const again = await failureOf(turnOf({ baseURL: doomed.baseURL, maxRetries: 1 }));
    expect(again).toMatchObject({ code: "unreachable", url: `${doomed.baseURL}/completion` });
  });

  test("and was never there: it says why", async () => {
    await expect(startLlamaServer({ args: ["--no-such-option"] })).rejects.toThrow(/has ended.*no-such-option/s);
  });

  test("and another program in its place", async () => {
    const other = createServer((_, response) => {
      response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><title>Printer</title>");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const error = await failureOf(turnOf({ baseURL: `http://127.0.0.1:${port}` }));
    expect(error).toMatchObject({ code: "refused", status: 404, answer: "Printer" });
    expect(error.message).toContain("an HTML page: Printer; baseURL leads to something else");
    await new Promise((resolve) => other.close(resolve));
  });
});
