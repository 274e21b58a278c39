import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { upstreamsAt } from "../../../gateway/dist/index.js";
import { read, requestOf } from "./manual-engine.js";

test("an engine may take longer to its first byte, and from one to the next, than the fetch of Node waits", async () => {
  let answer: ServerResponse | undefined;
  const server = createServer((_, response) => {
    answer = response;
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [upstream] = upstreamsAt([address], { engine: "llama.cpp", timeout: Infinity });
  // The sockets are real, and only the timers are not.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  try {
    const asked = once(server, "request");
    const reading = read(upstream!.engine.generate(requestOf("Hi")));
    await asked;
    await vi.advanceTimersByTimeAsync(1_000_000);
    answer!.writeHead(200, { "content-type": "text/event-stream" });
    answer!.write('data: {"tokens":[64],"content":"a"}\n\n');
    while (reading.outputs.length === 0 && reading.state === "reading") await nextTurn();
    await vi.advanceTimersByTimeAsync(1_000_000);
    answer!.end('data: {"tokens":[65],"content":"b","stop":true,"stop_type":"eos","tokens_predicted":2}\n\n');
    while (reading.state === "reading") await nextTurn();
    expect(reading.error).toBeUndefined();
    expect(reading.outputs.flatMap((output) => ("tokens" in output ? output.tokens : []))).toEqual([64, 65]);
  } finally {
    vi.useRealTimers();
    server.closeAllConnections();
    server.close();
  }
});
