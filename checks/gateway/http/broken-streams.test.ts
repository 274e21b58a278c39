import { expect, test } from "vitest";
import { EngineError } from "../../../dist/engines.js";
import { createGateway, openState, type State } from "../../../gateway/dist/index.js";
import { scriptedEngine, tokensOf } from "../scripted-engine.js";

const SHAPES = {
  "/v1/chat/completions": { messages: [{ role: "user", content: "Hi" }] },
  "/v1/responses": { input: "Hi" },
  "/v1/completions": { prompt: "<|start|>user<|message|>Hi<|end|><|start|>assistant" },
} as const;
type Path = keyof typeof SHAPES;

/** The events of a stream, each by its data. */
async function eventsOf(path: Path, error: Error, state?: State): Promise<unknown[]> {
  const engine = scriptedEngine([
    async function* () {
      yield { tokens: tokensOf("<|channel|>final<|message|>Hel") };
      if (state === undefined) throw error;
      yield { tokens: tokensOf("lo<|return|>") };
    },
  ]);
  const { fetch } = createGateway({ engine, state });
  const response = await fetch(
    new Request(`http://gateway${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...SHAPES[path], stream: true }),
    }),
  );
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text.endsWith("\n\n")).toBe(true);
  return text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => {
      const data = event.slice(event.indexOf("data: ") + 6);
      return data === "[DONE]" ? data : JSON.parse(data);
    });
}

const ENGINES = new EngineError("interrupted", "the answer broke off", { engine: "scripted" });

test.each(["/v1/chat/completions", "/v1/completions"] as const)("%s: an error is the last event", async (path) => {
  const events = await eventsOf(path, ENGINES);
  expect(events.length).toBeGreaterThan(1);
  expect(events.at(-1)).toEqual({
    error: {
      message: "scripted: the answer broke off",
      type: "server_error",
      param: null,
      code: "engine_interrupted",
    },
  });
  expect(events).not.toContain("[DONE]");
});

test("/v1/responses: an error is a response that has failed, with what came before", async () => {
  const events = await eventsOf("/v1/responses", ENGINES);
  expect(events.at(-1)).toMatchObject({
    type: "response.failed",
    response: { status: "failed", error: { message: expect.stringContaining("the answer broke off") } },
  });
  expect(events).toContainEqual(expect.objectContaining({ type: "response.output_text.delta", delta: "Hel" }));
});

test.each(Object.keys(SHAPES) as Path[])("%s: a defect is told, but not its words", async (path) => {
  const events = await eventsOf(path, new TypeError("secret of the code"));
  const last = JSON.stringify(events.at(-1));
  expect(last).toMatch(/"error":\{/);
  expect(last).not.toContain("secret of the code");
});

test("/v1/responses: a store that fails at the end does not leave the stream without one", async () => {
  const memory = await openState("memory");
  const failing = () => Promise.reject(new Error("no store"));
  const state = new Proxy(memory, {
    get: (target, name) => {
      if (name === "set" || name === "setMany") return failing;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const events = await eventsOf("/v1/responses", ENGINES, state);
  expect(events.at(-1)).toMatchObject({ type: expect.stringMatching(/^response\.(?:failed|completed)$|^error$/) });
});
