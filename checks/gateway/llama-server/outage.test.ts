// An engine that is killed and comes back, seen through the gateway as a process.
import OpenAI from "openai";
import { afterEach, describe, expect, test } from "vitest";
import { type LlamaServer, startLlamaServer } from "../../engines/llama-server.js";
import { type GatewayProcess, startGateway } from "../start-gateway.js";
import { ARGS, clientOf, ENDLESS, failures, PATIENCE, sent, usable } from "./real-engine.js";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function server(port?: number): Promise<LlamaServer> {
  const started = await startLlamaServer({ args: ARGS, ...(port === undefined ? {} : { port }) });
  ends.push(() => started.kill());
  return started;
}

async function gateway(servers: readonly LlamaServer[], ...flags: string[]): Promise<GatewayProcess> {
  const upstreams = servers.flatMap(({ baseURL }) => ["--upstream", baseURL]);
  const started = await startGateway([...upstreams, ...flags]);
  ends.push(() => started.kill());
  return started;
}

/** The same server again, at the same address. */
const again = ({ baseURL }: LlamaServer): Promise<LlamaServer> => server(Number(new URL(baseURL).port));

const MESSAGES = [{ role: "user" as const, content: "Is it raining?" }];
const SHORT = { model: "gpt-oss", messages: MESSAGES, max_completion_tokens: 5, seed: 1 };
const LONG = { model: "gpt-oss", messages: MESSAGES, seed: 1, ...ENDLESS };

describe("one engine, killed in mid-stream", () => {
  test("chat: what came is kept, an error ends the stream, and the next request works when it is back", async () => {
    const doomed = await server();
    const process = await gateway([doomed]);
    const openai = clientOf(process);
    let text = "";
    let chunks = 0;
    const read = (async () => {
      for await (const { choices } of await openai.chat.completions.create({ ...LONG, stream: true })) {
        const delta = choices[0]!.delta as { content?: string; reasoning_content?: string };
        text += (delta.reasoning_content ?? "") + (delta.content ?? "");
        chunks += 1;
        if (chunks === 50) await doomed.kill();
      }
    })();
    const error = await read.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ code: "engine_interrupted", type: "server_error" });
    expect(chunks).toBeGreaterThanOrEqual(50);
    expect(text.length).toBeGreaterThan(100);
    // While nobody is there, that is said at once.
    const gone = await openai.chat.completions.create(SHORT).catch((reason: unknown) => reason);
    expect(gone).toMatchObject({ status: expect.toSatisfy((status) => status === 502 || status === 503) });
    await again(doomed);
    // The official client tries again by itself while the circuit is open.
    const { usage } = await clientOf(process, 8).chat.completions.create(SHORT);
    expect(usage!.completion_tokens).toBeGreaterThan(0);
  });

  test("responses: the stream ends with response.failed, which has what came", async () => {
    const doomed = await server();
    const openai = clientOf(await gateway([doomed]));
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    const stream = await openai.responses.create({
      ...{ model: "gpt-oss", input: "Is it raining?", stream: true, seed: 1 },
      ...ENDLESS,
      extra_body: undefined,
    } as never);
    try {
      for await (const event of stream as AsyncIterable<OpenAI.Responses.ResponseStreamEvent>) {
        events.push(event);
        if (events.length === 30) await doomed.kill();
      }
    } catch {
      // The client may throw as well; what counts is what was written.
    }
    const failed = events.find((event) => event.type === "response.failed");
    expect(failed?.response.status).toBe("failed");
    expect(failed?.response.error?.message).toMatch(/llama\.cpp at .*(broke off|ended|interrupted)/i);
    expect(JSON.stringify(failed?.response.output).length).toBeGreaterThan(100);
  });

  test("not streamed: a 502 that has what came, and is not asked again", async () => {
    const doomed = await server();
    const openai = clientOf(await gateway([doomed]), 2);
    const asked = openai.chat.completions.create(LONG).catch((reason: unknown) => reason);
    await expect
      .poll(async () => {
        const slots = (await (await fetch(`${doomed.baseURL}/slots`)).json()) as {
          next_token?: { n_decoded?: number }[];
        }[];
        return slots[0]?.next_token?.[0]?.n_decoded ?? 0;
      }, PATIENCE)
      .toBeGreaterThan(50);
    await doomed.kill();
    const error = (await asked) as InstanceType<typeof OpenAI.APIError>;
    expect(error).toMatchObject({ status: 502, code: "engine_interrupted" });
    const { partial } = error.error as { partial: OpenAI.ChatCompletion };
    const message = partial.choices[0]!.message as { content: string | null; reasoning_content?: string };
    expect(`${message.reasoning_content ?? ""}${message.content ?? ""}`.length).toBeGreaterThan(50);
  });
});

describe("two engines", () => {
  test("one is killed: the other goes on, the circuit opens, and closes when it is back", async () => {
    const servers = [await server(), await server()];
    const process = await gateway(servers);
    const openai = clientOf(process);
    const ask = (question: string) =>
      openai.chat.completions.create({ ...SHORT, messages: [{ role: "user", content: question }] });
    for (let index = 0; index < 8; index++) await ask(`Question ${index}`);
    const before = await sent(process);
    expect(Object.keys(before).toSorted()).toEqual(servers.map(({ baseURL }) => baseURL).toSorted());
    for (const count of Object.values(before)) expect(count).toBeGreaterThan(0);
    const [doomed, other] = servers as [LlamaServer, LlamaServer];
    await doomed.kill();
    // No request is lost, before the circuit opens and after.
    for (let index = 0; index < 12; index++) expect((await ask(`And ${index}`)).choices).toHaveLength(1);
    await expect.poll(() => usable(process), PATIENCE).toEqual({ [doomed.baseURL]: 0, [other.baseURL]: 1 });
    // Once a health check has missed it, no request tries it any more: nobody asks now, so that it is a check that fails.
    const missed = (await failures(process))[doomed.baseURL]!;
    await expect.poll(async () => (await failures(process))[doomed.baseURL]!, PATIENCE).toBeGreaterThan(missed);
    const { [doomed.baseURL]: count } = await sent(process);
    for (let index = 0; index < 6; index++) await ask(`Then ${index}`);
    expect((await sent(process))[doomed.baseURL]).toBe(count);
    expect(process.output()).toContain("an upstream cannot be used");
    expect((await fetch(`${process.address}/ready`)).status).toBe(200);
    await again(doomed);
    await expect.poll(() => usable(process), PATIENCE).toEqual({ [doomed.baseURL]: 1, [other.baseURL]: 1 });
    await expect
      .poll(async () => {
        await ask(`New ${Math.random()}`);
        return (await sent(process))[doomed.baseURL]!;
      }, PATIENCE)
      .toBeGreaterThan(count!);
    await expect.poll(() => process.output(), PATIENCE).toMatch(/"state":"closed"/);
  });

  test("both are killed: the gateway is not ready, and says when to ask again", async () => {
    const servers = [await server(), await server()];
    const process = await gateway(servers);
    await expect.poll(async () => (await fetch(`${process.address}/ready`)).status, PATIENCE).toBe(200);
    for (const one of servers) await one.kill();
    await expect.poll(async () => (await fetch(`${process.address}/ready`)).status, PATIENCE).toBe(503);
    const response = await fetch(`${process.address}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(SHORT),
    });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining("cannot be reached") } });
  });
});

test("a gateway before an address where nobody is says so, and is not ready", async () => {
  const process = await startGateway(["--upstream", "http://ann:sesame@127.0.0.1:9"]);
  ends.push(() => process.kill());
  await expect.poll(async () => (await fetch(`${process.address}/ready`)).status, PATIENCE).toBe(503);
  const error = await clientOf(process)
    .chat.completions.create(SHORT)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ status: expect.toSatisfy((status) => status === 502 || status === 503) });
  expect(String(error)).toContain("http://127.0.0.1:9");
  expect(String(error) + process.output()).not.toContain("sesame");
});
