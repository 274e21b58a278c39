import { afterAll, beforeAll, expect } from "vitest";
import { type Script, type ScriptedLlamaServer, startScriptedLlamaServer } from "../scripted-llama-server.js";
import { type GatewayProcess, startGateway } from "../start-gateway.js";

/** What each test of a client stands on: a gateway with a key, before an engine that speaks as llama-server does. */
export interface Served {
  readonly baseURL: string;
  readonly engine: ScriptedLlamaServer;
  readonly gateway: GatewayProcess;
}

export const KEY = "sk-key-of-the-tests";
export const MODEL = "gpt-oss-20b";

/** Starts both before the tests of a file, and ends them behind the last. */
export function serveWeather(): () => Served {
  let served: Served | undefined;
  beforeAll(async () => {
    const engine = await startScriptedLlamaServer(weatherModel, { pace: 1 });
    const env = { HARMONY_GATEWAY_API_KEYS: KEY };
    const gateway = await startGateway(["--upstream", engine.baseURL, "--model", MODEL], env);
    served = { engine, gateway, baseURL: `${gateway.address}/v1` };
  });
  afterAll(async () => {
    await served?.gateway.stop();
    await served?.engine.close();
  });
  return () => served!;
}

/** Waits until so many callers of the engine have left before it came to an end. */
export async function untilLeft(engine: ScriptedLlamaServer, count: number): Promise<void> {
  await expect.poll(() => engine.left, { timeout: 30_000 }).toBe(count);
}

/** A script in place of a model that knows the weather, if it may look. */
const weatherModel: Script = ({ prompt }) => {
  const task = prompt.slice(prompt.lastIndexOf("<|start|>user<|message|>"));
  const asked = task.slice("<|start|>user<|message|>".length, task.indexOf("<|end|>"));
  const [, result] =
    /<\|start\|>functions\.get_weather to=assistant<\|channel\|>commentary<\|message\|>(.*?)<\|end\|>/s.exec(task) ??
    [];
  if (asked.startsWith("Too long")) {
    const message = "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it";
    return {
      status: 400,
      error: { code: 400, type: "exceed_context_size_error", message, n_prompt_tokens: 9000, n_ctx: 4096 },
    };
  }
  if (asked.startsWith("Tell a story")) return `${FINAL}${"and then, 🙂 ".repeat(5_000)}<|return|>`;
  if (asked.startsWith("As JSON"))
    return `${THOUGHT}<|channel|>final <|constrain|>json<|message|>{"city":"Lisbon","degrees":20}<|return|>`;
  if (result !== undefined) return `${THOUGHT}${FINAL}It is: ${result}<|return|>`;
  if (prompt.includes("\ntype get_weather = ")) {
    return `${THOUGHT}<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Lisbon"}<|call|>`;
  }
  return `${THOUGHT}${FINAL}Sunny 🙂, as “always”.<|return|>`;
};

const THOUGHT = "<|channel|>analysis<|message|>The user asks for the weather.<|end|><|start|>assistant";
const FINAL = "<|channel|>final<|message|>";

export const SUNNY = "Sunny 🙂, as “always”.";
export const THOUGHTS = "The user asks for the weather.";
