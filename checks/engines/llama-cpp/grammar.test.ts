// A model that knows nothing, held to a grammar: what it writes must follow all the same.
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConstraintOptions, constraintsFor } from "../../../src/constraints.js";
import { EngineTurn, llamaCpp } from "../../../src/engines.js";
import { loadHarmonyEncoding, toolCallOf } from "../../../src/index.js";
import { type LlamaServer, startLlamaServer } from "../llama-server.js";

const encoding = loadHarmonyEncoding();
const ajv = new Ajv({ strict: false });
const prompt = encoding.renderConversationForCompletion(
  { messages: [{ role: "user", content: "What is the weather in Paris?" }] },
  "assistant",
);
let server: LlamaServer;
beforeAll(async () => {
  server = await startLlamaServer();
});
afterAll(() => server.stop());

const SCHEMAS: Record<string, object> = {
  get_weather: {
    type: "object",
    properties: { city: { enum: ["Paris", "Zürich", "東京"] }, days: { type: "integer", minimum: 1, maximum: 14 } },
    required: ["city"],
    additionalProperties: false,
  },
  set_alarm: {
    type: "object",
    properties: { at: { type: "string", pattern: "^[0-2][0-9]:[0-5][0-9]$" }, repeat: { type: "boolean" } },
    required: ["at", "repeat"],
    additionalProperties: false,
  },
};
const tools = [
  {
    name: "functions",
    tools: Object.entries(SCHEMAS).map(([name, parameters]) => ({ name, description: "", parameters })),
  },
];
const ANSWER = {
  type: "object",
  properties: {
    sky: { enum: ["clear", "grey"] },
    high: { type: "integer", minimum: -50, maximum: 60 },
    hours: { type: "array", items: { type: "boolean" }, maxItems: 3 },
  },
  required: ["sky", "high", "hours"],
  additionalProperties: false,
};

async function complete(options: ConstraintOptions, seed: number, grammar?: "lazy"): Promise<EngineTurn> {
  const engine = llamaCpp({ baseURL: server.baseURL, ...(grammar === undefined ? {} : { grammar }) });
  const request = { tokens: prompt, encoding, maxTokens: 400, sampling: { seed }, constraint: constraintsFor(options) };
  const turn = new EngineTurn(engine, request, { tools: Object.keys(SCHEMAS).map((name) => `functions.${name}`) });
  for await (const _ of turn);
  return turn;
}

/** What the model has thought, in tokens of any kind, is as long as it likes; so some completions meet the limit. */
const LONG = 0.2;

const RUNS = 12;

describe("a grammar", () => {
  test("makes a call of one of the tools, with arguments that follow the schema", async () => {
    const called = new Set<string>();
    let cut = 0;
    for (let seed = 0; seed < RUNS; seed++) {
      const turn = await complete({ tools, toolChoice: "required" }, seed);
      if (turn.finish === "limit") {
        cut++;
        continue;
      }
      expect(turn.finish, `seed ${seed}`).toBe("eos");
      expect(turn.isApproximate && turn.messages.length === 0).toBe(false);
      const call = toolCallOf(turn.messages.at(-1)!);
      const name = call?.name ?? "none";
      expect(Object.keys(SCHEMAS), `seed ${seed}`).toContain(name);
      expect(ajv.compile(SCHEMAS[name]!)(call!.json), `seed ${seed}: ${call!.arguments}`).toBe(true);
      called.add(name);
    }
    expect([...called].sort()).toEqual(Object.keys(SCHEMAS).sort());
    expect(cut).toBeLessThan(RUNS * LONG);
  });

  test("makes an answer that follows a schema", async () => {
    const check = ajv.compile(ANSWER);
    let cut = 0;
    for (let seed = 0; seed < RUNS; seed++) {
      const turn = await complete({ responseFormat: { schema: ANSWER } }, seed);
      if (turn.finish === "limit") {
        cut++;
        continue;
      }
      const last = turn.messages.at(-1)!;
      expect(last.channel).toBe("final");
      expect(check(JSON.parse(last.text)), `seed ${seed}: ${last.text}`).toBe(true);
    }
    expect(cut).toBeLessThan(RUNS * LONG);
  });

  test("that sleeps until a call lets the model think as it likes, and holds the call", async () => {
    let calls = 0;
    for (let seed = 0; seed < 5 * RUNS; seed++) {
      const turn = await complete({ tools }, seed, "lazy");
      for (const message of turn.messages) {
        const call = toolCallOf(message);
        const schema = SCHEMAS[call?.name ?? ""];
        if (schema === undefined) continue;
        calls++;
        if (turn.finish === "limit" && message === turn.messages.at(-1)) continue;
        expect(ajv.compile(schema)(JSON.parse(message.text)), `seed ${seed}: ${message.text}`).toBe(true);
      }
    }
    expect(calls).toBeGreaterThan(5);
  });
});
