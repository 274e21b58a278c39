// The way in which Open WebUI asks: the list of models, then chats as streams of server-sent events, and short ones that are
// not streamed for titles. Its fields and headers, by plain HTTP.
import { request } from "node:http";
import { expect, test } from "vitest";
import { KEY, MODEL, SUNNY, serveWeather, THOUGHTS, untilLeft } from "./weather-model.js";

const served = serveWeather();

const HEADERS = {
  authorization: `Bearer ${KEY}`,
  "content-type": "application/json",
  "x-openwebui-user-name": "Somebody",
  "x-openwebui-user-id": "5f0c",
  "x-openwebui-chat-id": "c1",
};

const messages = [
  { role: "system", content: "You are helpful." },
  { role: "user", content: [{ type: "text", text: "How is the weather?" }] },
];

test("the models", async () => {
  const answer = await fetch(`${served().baseURL}/models`, { headers: HEADERS });
  expect(answer.headers.get("content-type")).toContain("application/json");
  expect(await answer.json()).toMatchObject({ object: "list", data: [{ id: MODEL, object: "model" }] });
  expect((await fetch(`${served().baseURL}/models`)).status).toBe(401);
});

test("a chat, line by line", async () => {
  const body = { model: MODEL, messages, stream: true, stream_options: { include_usage: true }, temperature: 0.7 };
  const answer = await fetch(`${served().baseURL}/chat/completions`, {
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify(body),
  });
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const lines = (await answer.text()).split("\n").filter((line) => line !== "");
  expect(lines.every((line) => line.startsWith("data: "))).toBe(true);
  expect(lines.at(-1)).toBe("data: [DONE]");
  const chunks = lines.slice(0, -1).map((line) => JSON.parse(line.slice("data: ".length)));
  expect(chunks.length).toBeGreaterThan(10);
  const joined = (field: string) => chunks.map(({ choices }) => choices[0]?.delta[field] ?? "").join("");
  expect(joined("content")).toBe(SUNNY);
  expect(joined("reasoning_content")).toBe(THOUGHTS);
  expect(chunks.at(-1).usage.completion_tokens).toBeGreaterThan(10);
  expect(chunks.findLast(({ choices }) => choices.length > 0).choices[0].finish_reason).toBe("stop");
});

test("a title, not streamed", async () => {
  const body = { model: MODEL, messages, stream: false, max_completion_tokens: 1000 };
  const answer = await fetch(`${served().baseURL}/chat/completions`, {
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify(body),
  });
  expect(await answer.json()).toMatchObject({ choices: [{ message: { content: SUNNY } }] });
  expect(served().engine.asked.at(-1)!.body.n_predict).toBe(1000);
});

test("its stop button, which closes the connection", async () => {
  const { engine, baseURL } = served();
  const left = engine.left;
  const body = { model: MODEL, messages: [{ role: "user", content: "Tell a story." }], stream: true };
  await new Promise<void>((resolve, reject) => {
    const asking = request(`${baseURL}/chat/completions`, { method: "POST", headers: HEADERS }, (answer) => {
      answer.once("data", () => {
        asking.destroy();
        resolve();
      });
    });
    asking.once("error", reject);
    asking.end(JSON.stringify(body));
  });
  await untilLeft(engine, left + 1);
});
