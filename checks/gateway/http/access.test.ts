import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGateway } from "../../../gateway/dist/index.js";
import { scriptedEngine } from "../scripted-engine.js";
import { type ScriptedLlamaServer, startScriptedLlamaServer } from "../scripted-llama-server.js";
import { startGateway } from "../start-gateway.js";

const HELLO = "<|channel|>final<|message|>Hello!<|return|>";
const KEY = "sk-the-first-key";
type Options = Parameters<typeof createGateway>[0];

function gatewayOf(options: Partial<Options>) {
  const { fetch } = createGateway({ engine: scriptedEngine([HELLO]), ...options });
  return (path: string, init: RequestInit = {}, host = "gateway") => fetch(new Request(`http://${host}${path}`, init));
}

describe("keys", () => {
  const ask = gatewayOf({ apiKeys: [KEY, "another"] });

  test.each([
    ["none", undefined],
    ["a wrong one", "Bearer wrong"],
    ["the beginning of one", `Bearer ${KEY.slice(0, -1)}`],
    ["more than one", `Bearer ${KEY}x`],
    ["two at once", `Bearer ${KEY}, another`],
    ["an empty one", "Bearer "],
    ["another scheme", `Basic ${btoa(`user:${KEY}`)}`],
    ["no scheme", KEY],
  ])("%s: a 401 that does not say which there are", async (_name, authorization) => {
    const response = await ask("/v1/models", authorization === undefined ? {} : { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    const text = await response.text();
    expect(JSON.parse(text).error).toMatchObject({
      code: "invalid_api_key",
      type: "invalid_request_error",
      param: null,
    });
    expect(text).not.toContain("the-first");
  });

  test.each([`Bearer ${KEY}`, "Bearer another", `bearer  ${KEY}`])("%s is let in", async (authorization) => {
    expect((await ask("/v1/models", { headers: { authorization } })).status).toBe(200);
  });

  test("what watches the service needs none; the figures do", async () => {
    expect((await ask("/health")).status).toBe(200);
    expect((await ask("/ready")).status).toBe(200);
    expect((await ask("/metrics")).status).toBe(401);
    expect((await ask("/v1/nothing")).status).toBe(401);
  });

  test("a body is not read for one who has none", async () => {
    let isRead = false;
    const body = new ReadableStream(
      {
        pull() {
          isRead = true;
        },
      },
      { highWaterMark: 0 },
    );
    const init = {
      method: "POST",
      body,
      duplex: "half",
      headers: { "content-type": "application/json" },
    } as RequestInit;
    expect((await ask("/v1/responses", init)).status).toBe(401);
    expect(isRead).toBe(false);
  });
});

describe("pages of the web", () => {
  const origin = "https://chat.example";
  const preflight = { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } };

  test("are told nothing, unless their origin is named", async () => {
    for (const options of [{}, { cors: ["https://other.example"] }]) {
      const ask = gatewayOf(options);
      const response = await ask("/v1/models", { headers: { origin } });
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      const asked = await ask("/v1/chat/completions", preflight);
      expect(asked.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  test("of a named origin may ask, and keys are still asked for", async () => {
    const ask = gatewayOf({ cors: [origin], apiKeys: [KEY] });
    const asked = await ask("/v1/chat/completions", preflight);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe(origin);
    const refused = await ask("/v1/models", { headers: { origin } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe(origin);
    expect(refused.headers.get("access-control-expose-headers")).toContain("x-request-id");
    const headers = { origin, authorization: `Bearer ${KEY}`, "content-type": "application/json" };
    const body = JSON.stringify({ messages: [{ role: "user", content: "Hi" }], stream: true });
    const stream = await ask("/v1/chat/completions", { method: "POST", headers, body });
    expect(stream.headers.get("access-control-allow-origin")).toBe(origin);
    expect(await stream.text()).toContain("[DONE]");
  });

  test("cannot reach this machine by a name that they point at it", async () => {
    const ask = gatewayOf({ hosts: ["localhost"] });
    for (const host of ["localhost:8787", "127.0.0.1:8787", "[::1]:8787", "gateway.localhost"]) {
      expect((await ask("/v1/models", {}, host)).status, host).toBe(200);
    }
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"]) {
      expect((await ask("/v1/models", {}, host)).status, host).toBe(403);
    }
  });
});

describe("what is written down", () => {
  const SECRET = "a-prompt-that-nobody-may-see";
  let upstream: ScriptedLlamaServer;
  let folder: string;
  beforeAll(async () => {
    upstream = await startScriptedLlamaServer(({ prompt }) =>
      prompt.includes("fail")
        ? { status: 500, error: { code: 500, message: "no memory", type: "server_error" } }
        : HELLO,
    );
    folder = mkdtempSync(join(tmpdir(), "harmony-gateway-"));
  });
  afterAll(async () => {
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function talk(flags: readonly string[]): Promise<string> {
    const file = join(folder, "keys");
    writeFileSync(file, `# for the tests\n${KEY}\n`);
    const address = upstream.baseURL.replace("//", "//name:pass-of-upstream@");
    const gateway = await startGateway(
      ["--upstream", address, "--api-keys-file", file, "--log-level", "trace", ...flags],
      { HARMONY_GATEWAY_UPSTREAM_KEY: "sk-upstream" },
    );
    const post = async (path: string, body: string, key = KEY): Promise<number> => {
      const headers = {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "x-request-id": "from-the-test",
      };
      const response = await fetch(`${gateway.address}${path}`, { method: "POST", headers, body });
      await response.text();
      expect(response.headers.get("x-request-id")).toBe("from-the-test");
      return response.status;
    };
    const messages = [{ role: "user", content: SECRET }];
    expect(await post(`/v1/chat/completions?key=${SECRET}`, JSON.stringify({ messages, stream: true }))).toBe(200);
    expect(await post("/v1/chat/completions", JSON.stringify({ messages, tools: SECRET }))).toBe(400);
    expect(await post("/v1/chat/completions", `{"messages": ${SECRET}`)).toBe(400);
    expect(await post("/v1/chat/completions", JSON.stringify({ messages: [{ role: SECRET, content: "" }] }))).toBe(400);
    expect(await post(`/v1/${SECRET}`, "{}")).toBe(404);
    expect(await post("/v1/responses", JSON.stringify({ input: SECRET }), "sk-not-a-key")).toBe(401);
    expect(await post("/v1/responses", JSON.stringify({ input: `fail ${SECRET}` }))).toBeGreaterThanOrEqual(500);
    await gateway.stop();
    return gateway.output();
  }

  test("is neither a prompt nor a key, whatever goes wrong", async () => {
    const log = await talk([]);
    for (const secret of [SECRET, KEY, "sk-upstream", "pass-of-upstream", "sk-not-a-key"])
      expect(log).not.toContain(secret);
    expect(log).toContain('"id":"from-the-test"');
    expect(log).toContain('"code":"invalid_json"');
    expect(log).toContain("no memory");
  });

  test("is a prompt if that is asked for, and never a key", async () => {
    const log = await talk(["--log-prompts"]);
    expect(log).toContain(SECRET);
    for (const secret of [KEY, "sk-upstream", "pass-of-upstream", "sk-not-a-key"]) expect(log).not.toContain(secret);
  });

  test("an id that is none is replaced", async () => {
    const ask = gatewayOf({});
    for (const id of ["a b", "x".repeat(200), "<script>"]) {
      const response = await ask("/health", { headers: { "x-request-id": id } });
      expect(response.headers.get("x-request-id")).toMatch(/^[\da-f-]{36}$/);
    }
  });
});

test("options that cannot be used are named, with what they must be", () => {
  const engine = scriptedEngine([HELLO]);
  const wrong: readonly [options: object, message: RegExp][] = [
    [{}, /^createGateway: engine must be an engine: one of those of harmony-format\/engines/],
    [{ engine, model: "x" }, /^createGateway: there is no option model; there are engine, models/],
    [{ engine, models: "x" }, /^createGateway: models must be a list of names/],
    [{ engine, unsupported: "ignore" }, /^createGateway: unsupported must be "error" or "drop"/],
    [{ engine, limits: { bodyByte: 1 } }, /^createGateway: there is no option limits\.bodyByte; there are bodyBytes/],
    [{ engine, limits: { bodyBytes: 0 } }, /^createGateway: limits\.bodyBytes must be a whole number of bytes from 1/],
    [{ engine, limits: { tokenTimeout: 2 ** 31 } }, /^createGateway: limits\.tokenTimeout must be .* to 2147483647/],
    [{ engine, apiKeys: [] }, /^createGateway: apiKeys must have a key in it/],
    [{ engine, apiKeys: [""] }, /^createGateway: apiKeys\.0 /],
    [{ engine, cors: ["chat.example"] }, /^createGateway: cors\.0 must be an origin/],
    [{ engine, state: {} }, /^createGateway: state must be a State, such as openState gives/],
    [{ engine, logger: console.log }, /^createGateway: logger must be a logger of pino/],
  ];
  for (const [options, message] of wrong) expect(() => createGateway(options as Options)).toThrow(message);
});
