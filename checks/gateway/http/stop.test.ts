import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ScriptedLlamaServer, startScriptedLlamaServer } from "../scripted-llama-server.js";
import { type GatewayProcess, startGateway } from "../start-gateway.js";

const WORDS = Array.from({ length: 100 }, (_, index) => `word ${index}`).join(", ");

let upstream: ScriptedLlamaServer;
let gateway: GatewayProcess;
beforeEach(async () => {
  upstream = await startScriptedLlamaServer(() => `<|channel|>final<|message|>${WORDS}<|return|>`, { pace: 5 });
});
afterEach(async () => {
  await gateway?.kill();
  await upstream.close();
});

/** A stream that has begun. */
async function begun(): Promise<{ rest: () => Promise<string> }> {
  const response = await fetch(`${gateway.address}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "Count." }], stream: true }),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? "";
  return {
    rest: async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value;
      const events = text.split("\n\n").filter((event) => event.startsWith("data: {"));
      return events.map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? "").join("");
    },
  };
}

/** A request whose headers have begun. @returns What it is answered with when they end. */
async function halfRequest(path: string): Promise<() => Promise<string>> {
  const { hostname, port } = new URL(gateway.address);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n`);
  // The gateway must have seen it, or it would take the connection for one without a request.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return async () => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.write("\r\n");
    await once(socket, "close");
    return text;
  };
}

test("SIGTERM: nothing new is taken, it is not ready, what has begun is given whole, and it ends with 0", async () => {
  gateway = await startGateway(["--upstream", upstream.baseURL]);
  const stream = await begun();
  const ready = await halfRequest("/ready");
  const health = await halfRequest("/health");
  const models = await halfRequest("/v1/models");
  const ended = once(gateway.process, "exit");
  gateway.process.kill("SIGTERM");
  await expect.poll(() => gateway.output()).toContain("no more connections are accepted");
  await expect(fetch(`${gateway.address}/health`)).rejects.toThrow();
  expect(await ready()).toMatch(/^HTTP\/1\.1 503 .*"code":"not_ready"/s);
  expect(await health()).toMatch(/^HTTP\/1\.1 200 .*connection: close/is);
  expect(await models()).toMatch(/^HTTP\/1\.1 503 .*retry-after: 1.*"code":"shutting_down"/s);
  expect(await stream.rest()).toBe(WORDS);
  expect(await ended).toEqual([0, null]);
  expect(upstream.left).toBe(0);
});

test("a connection that is kept alive without a request does not hold it up", async () => {
  gateway = await startGateway(["--upstream", upstream.baseURL]);
  const { hostname, port } = new URL(gateway.address);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await once(socket, "data");
  expect(await gateway.stop()).toBe(0);
  socket.destroy();
});

test("what takes longer than --drain-timeout is broken off, the engine is told, and it ends with 1", async () => {
  gateway = await startGateway(["--upstream", upstream.baseURL, "--drain-timeout", "100"]);
  const stream = await begun();
  const rest = stream.rest();
  rest.catch(() => {});
  expect(await gateway.stop()).toBe(1);
  await expect(rest).rejects.toThrow();
  await expect.poll(() => upstream.left).toBe(1);
  expect(gateway.output()).toContain("answers were broken off");
});

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("a second %s ends it at once", async (signal, code) => {
  gateway = await startGateway(["--upstream", upstream.baseURL]);
  const stream = await begun();
  const rest = stream.rest();
  rest.catch(() => {});
  const ended = once(gateway.process, "exit");
  gateway.process.kill(signal);
  await expect.poll(() => gateway.output()).toContain(`${signal}: no more connections`);
  gateway.process.kill(signal);
  expect(await ended).toEqual([code, null]);
  await expect(rest).rejects.toThrow();
});
