import { expect, test } from "vitest";
import { createGateway } from "../../../gateway/dist/index.js";
import { scriptedEngine, tokensOf } from "../scripted-engine.js";

const MESSY =
  "<|channel|>analysis<|message|>Hm.<|end|><|start|><|start|>assistant<|channel|>final<|message|>Hello!<|return|>";

function gatewayOf(answer = MESSY) {
  const usage = { promptTokens: 70, cachedTokens: 64, completionTokens: 12 };
  const engine = scriptedEngine([
    [...tokensOf(answer).map((token) => ({ tokens: [token] })), { finish: "stop", usage }],
  ]);
  const { fetch } = createGateway({ engine });
  const ask = (path: string, body?: object, method = body === undefined ? "GET" : "POST") =>
    fetch(
      new Request(`http://gateway${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      }),
    );
  const figures = async (): Promise<string> => (await ask("/metrics")).text();
  return { ask, figures };
}

const HI = { messages: [{ role: "user", content: "Hi" }] };

test("requests, tokens, times and what the model got wrong are counted", async () => {
  const { ask, figures } = gatewayOf();
  await ask("/v1/chat/completions", HI);
  await (await ask("/v1/chat/completions", { ...HI, stream: true })).text();
  await ask("/v1/responses", { input: 5 });
  const text = await figures();
  for (const line of [
    'harmony_gateway_requests_total{route="/v1/chat/completions",status="200"} 2',
    'harmony_gateway_requests_total{route="/v1/responses",status="400"} 1',
    'harmony_gateway_request_seconds_count{route="/v1/chat/completions"} 2',
    "harmony_gateway_first_token_seconds_count 2",
    'harmony_gateway_tokens_total{kind="prompt"} 140',
    'harmony_gateway_tokens_total{kind="cached"} 128',
    'harmony_gateway_tokens_total{kind="completion"} 24',
    'harmony_gateway_diagnostics_total{code="repeated-start"} 2',
    "harmony_gateway_active_streams 0",
    "harmony_gateway_running_requests 0",
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});

test("a stream that is left counts as such, and is active no more", async () => {
  const { ask, figures } = gatewayOf(`<|channel|>final<|message|>${"word ".repeat(20_000)}`);
  const stream = await ask("/v1/chat/completions", { ...HI, stream: true });
  expect(await figures()).toContain("harmony_gateway_active_streams 1\n");
  await stream.body?.cancel();
  const text = await figures();
  expect(text).toContain("harmony_gateway_active_streams 0\n");
  expect(text).toContain('harmony_gateway_requests_total{route="/v1/chat/completions",status="499"} 1\n');
});

test("nobody can make a new value of a label", async () => {
  const { ask, figures } = gatewayOf();
  for (let index = 0; index < 50; index++) {
    await ask(`/v1/models/name-${index}`);
    await ask(`/v1/responses/resp_${index}`);
    await ask(`/nothing/${index}`);
    await ask("/v1/models", undefined, `METHOD${index}`);
    await ask("/v1/chat/completions", { ...HI, model: `name-${index}`, user: `user-${index}` });
  }
  const text = await figures();
  expect(text).not.toMatch(/name-|resp_\d|nothing|METHOD|user-/);
  expect(text).toContain('route="unknown",status="404"} 50\n');
  expect(text.split("\n").length).toBeLessThan(300);
});
