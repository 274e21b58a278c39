import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { upstreamsAt } from "../../../gateway/dist/index.js";
import { read, requestOf } from "./manual-engine.js";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

/** A server that answers each path with a status. */
async function serverOf(statuses: Readonly<Record<string, number>>) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(statuses[request.url!] ?? 404).end("{}");
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

describe("an address", () => {
  test("is shown without what is secret in it, and as the engine reads it", () => {
    const given = ["http://ann:s%40same@host:8080/v1/", "https://host/engine/", " http://host:80 "];
    const addresses = upstreamsAt(given, { engine: "vllm" }).map(({ address }) => address);
    expect(addresses).toEqual(["http://host:8080", "https://host/engine", "http://host"]);
  });

  test.each([
    [["localhost:8080"], "the first upstream must begin with http:// or https://"],
    [["http://a", "ftp://sesame@host"], "the 2. upstream must begin with http:// or https://"],
    [["http://ann:sesame@host:99999"], "the first upstream is no address that can be read"],
    [["http://ann:sesame%@host"], "the first upstream, on host, has a % in its name or password"],
    [["http://ann:x@host/?key=sesame"], "the first upstream, on host, has a query or a fragment"],
    [[], "there is no upstream; name one, such as --upstream http://127.0.0.1:8080"],
  ])("%j is refused, and shows no secret", (addresses, message) => {
    const said = messageOf(() => upstreamsAt(addresses, { engine: "llama.cpp" }));
    expect(said).toContain(message);
    expect(said).not.toContain("sesame");
  });

  test("goes with an engine that there is", () => {
    for (const engine of ["llama.cpp", "vllm", "vllm-generate", "sglang", "ollama"]) {
      expect(upstreamsAt(["http://host"], { engine })[0]!.engine.name).toMatch(/llama\.cpp|vLLM|SGLang|Ollama/i);
    }
    for (const engine of ["llamacpp", "toString", "__proto__"]) {
      expect(messageOf(() => upstreamsAt(["http://host"], { engine }))).toBe(
        `there is no engine "${engine}"; the engines are llama.cpp, vllm, vllm-generate, sglang, ollama`,
      );
    }
  });
});

describe("a health check", () => {
  const check = (address: string, settings = {}) =>
    upstreamsAt([address], { engine: "llama.cpp", ...settings })[0]!.check!(AbortSignal.timeout(10_000));

  test("passes where the engine says so, or has a list of models", async () => {
    const own = await serverOf({ "/health": 200 });
    await check(`http://${own.host}`);
    const proxy = await serverOf({ "/v1/models": 200 });
    await check(`http://${proxy.host}/v1`);
    expect(proxy.requests.map(({ url }) => url)).toEqual(["/health", "/v1/models"]);
    const below = await serverOf({ "/a/api/version": 200 });
    await check(`http://${below.host}/a/`, { engine: "ollama" });
  });

  test("sends the key, or the name and the password", async () => {
    const { host, requests } = await serverOf({ "/health": 200 });
    await check(`http://ann:s%C3%A9same@${host}`);
    await check(`http://${host}`, { apiKey: "key" });
    await check(`http://${host}`);
    const basic = `Basic ${Buffer.from("ann:sésame").toString("base64")}`;
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([basic, "Bearer key", undefined]);
  });

  test("fails with what the server says", async () => {
    const loading = await serverOf({ "/health": 503, "/v1/models": 200 });
    await expect(check(`http://ann:sesame@${loading.host}`)).rejects.toThrow(
      `http://${loading.host}/health answers with status 503`,
    );
    const other = await serverOf({});
    await expect(check(`http://${other.host}`)).rejects.toThrow(
      "answers to neither /health nor /v1/models; is llama.cpp",
    );
    const { host } = await serverOf({});
    servers.at(-1)!.close();
    await expect(check(`http://ann:sesame@${host}`)).rejects.toThrow(`http://${host}/health cannot be reached (ECONN`);
  });

  test("can be stopped", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    servers.push(silent);
    await once(silent, "listening");
    const controller = new AbortController();
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const checking = upstreamsAt([address], { engine: "vllm" })[0]!.check!(controller.signal);
    await once(silent, "request");
    controller.abort(new Error("enough"));
    await expect(checking).rejects.toThrow("enough");
  });
});

test("an engine of several is not asked twice, the only one is", async () => {
  const { host, requests } = await serverOf({ "/completion": 503 });
  for (const [others, count] of [
    [["http://127.0.0.1:9"], 1],
    [[], 3],
  ] as const) {
    requests.length = 0;
    const [first] = upstreamsAt([`http://${host}`, ...others], { engine: "llama.cpp" });
    const reading = read(first!.engine.generate(requestOf("Hi")));
    await reading.done;
    expect(reading.error).toMatchObject({ code: "refused", status: 503 });
    expect(requests).toHaveLength(count);
  }
});
