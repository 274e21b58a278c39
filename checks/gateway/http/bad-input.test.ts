import { afterAll, beforeAll, expect, test } from "vitest";
import { type ScriptedLlamaServer, startScriptedLlamaServer } from "../scripted-llama-server.js";
import { type GatewayProcess, startGateway } from "../start-gateway.js";
import { BAD_REQUESTS, BODY_BYTES } from "./bad-requests.js";
import { askRaw, requestBytes } from "./raw-http.js";

const WORDS = Array.from({ length: 60 }, (_, index) => `word ${index}`).join(", ");
const ANSWER = `<|channel|>final<|message|>${WORDS}<|return|>`;

let upstream: ScriptedLlamaServer;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = await startScriptedLlamaServer(() => ANSWER, { pace: 2 });
  gateway = await startGateway(
    [
      ...["--upstream", upstream.baseURL, "--model", "gpt-oss", "--prompt-tokens", "20000"],
      ...["--body-bytes", String(BODY_BYTES), "--request-timeout", "1500"],
    ],
    { NODE_OPTIONS: "--max-old-space-size=96" },
  );
});
afterAll(async () => {
  await gateway?.kill();
  await upstream?.close();
});

/** A stream that nothing is wrong with, as text. */
async function goodStream(): Promise<string> {
  const response = await fetch(`${gateway.address}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "Count." }], stream: true }),
  });
  expect(response.status).toBe(200);
  const events = (await response.text()).split("\n\n").filter((event) => event !== "");
  expect(events.at(-1)).toBe("data: [DONE]");
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice("data: ".length)));
  return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
}

/** The figures of the gateway, by their names and labels. */
async function figures(): Promise<ReadonlyMap<string, number>> {
  const answer = await askRaw(gateway.address, [requestBytes("GET", "/metrics")]);
  const lines = answer!.body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

test("there are 200 kinds of bad input at least, and no two have one name", () => {
  expect(BAD_REQUESTS.length).toBeGreaterThanOrEqual(200);
  expect(new Set(BAD_REQUESTS.map(({ name }) => name)).size).toBe(BAD_REQUESTS.length);
});

test("each gets its status in OpenAI's shape, good streams beside it are whole, and nothing is left", async () => {
  expect(await goodStream()).toBe(WORDS);
  const before = await figures();
  let isOver = false;
  let streamCount = 0;
  const beside = (async () => {
    while (!isOver) {
      expect(await goodStream()).toBe(WORDS);
      streamCount += 1;
    }
  })();
  // Not all at once, but several: what one of them leaves behind must not show in another.
  const rest = [...BAD_REQUESTS];
  const problems: string[] = [];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const { name, pieces, status, param, code, header } = next;
      const answer = await askRaw(gateway.address, pieces);
      const wrong = (what: string): number => problems.push(`${name}: ${what}; it was ${JSON.stringify(answer)}`);
      if ((answer?.status ?? 0) !== status) wrong(`the status must be ${status}`);
      if (header !== undefined && !header[1].test(answer?.headers[header[0]] ?? ""))
        wrong(`${header[0]}: ${header[1]}`);
      if (answer === undefined || status < 400 || name.startsWith("HEAD")) continue;
      const error = errorIn(answer.body);
      if (error === undefined) wrong("the body must be an error of OpenAI's API");
      if (param !== undefined && error?.param !== param) wrong(`it must name ${param}`);
      if (code !== undefined && error?.code !== code) wrong(`its code must be ${code}`);
      if (!answer.headers["content-type"]?.startsWith("application/json")) wrong("the type must be application/json");
    }
  };
  await Promise.all(Array.from({ length: 6 }, lane));
  isOver = true;
  await beside;
  expect(problems).toEqual([]);
  expect(streamCount).toBeGreaterThan(3);
  expect(await goodStream()).toBe(WORDS);
  // No request of the table has failed the gateway itself.
  expect(gateway.output()).not.toMatch(/"level":50|UnhandledPromise|Warning/);
  await expect.poll(async () => leftIn(await figures())).toEqual(leftIn(before));
  expect(upstream.left).toBe(0);
});

test("1,500 refused bodies leave nothing in a process that could not hold them", async () => {
  const tooDeep = requestBytes("POST", "/v1/chat/completions", "[".repeat(90_000) + "]".repeat(90_000));
  const tooLong = requestBytes("POST", "/v1/responses", JSON.stringify({ input: 5, x: "y".repeat(190_000) }));
  let count = 0;
  const lane = async (): Promise<void> => {
    for (; count < 1_500; count++) {
      const answer = await askRaw(gateway.address, [count % 2 === 0 ? tooDeep : tooLong]);
      if (answer?.status !== 400) throw new Error(`${count}: ${JSON.stringify(answer)}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  expect(await goodStream()).toBe(WORDS);
  expect(gateway.process.exitCode).toBeNull();
});

/** What must be as before: sockets and files, what is being worked on, and what waits. */
function leftIn(all: ReadonlyMap<string, number>): Record<string, number | undefined> {
  const names = ["process_open_fds", "harmony_gateway_active_streams", "harmony_gateway_running_requests"];
  return Object.fromEntries([...names, "harmony_gateway_queued_requests"].map((name) => [name, all.get(name)]));
}

function errorIn(body: string): { param: unknown; code: unknown } | undefined {
  try {
    const { error } = JSON.parse(body);
    const isError = typeof error.message === "string" && error.message.length > 10 && typeof error.type === "string";
    return isError && "param" in error && "code" in error ? error : undefined;
  } catch {
    return undefined;
  }
}
