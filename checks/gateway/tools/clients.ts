import OpenAI from "openai";
import { createGateway, type GatewayOptions } from "../../../gateway/dist/index.js";
import { encoding, type ScriptedEngine } from "../scripted-engine.js";

/** The official client before a gateway in this process. */
export function clientOf(engine: ScriptedEngine, options: Omit<GatewayOptions, "engine"> = {}): OpenAI {
  const { fetch } = createGateway({ engine, ...options });
  return new OpenAI({
    apiKey: "-",
    baseURL: "http://gateway/v1",
    maxRetries: 0,
    fetch: (input, init) => fetch(new Request(input, init)),
  });
}

/** The prompts that an engine was asked to go on with, as text. */
export function promptsOf({ requests }: ScriptedEngine): string[] {
  return requests.map(({ tokens }) => encoding.decode(tokens));
}

/** A call of a tool as gpt-oss writes it, behind a thought. */
export function call(recipient: string, text: string, channel = "analysis"): string {
  const isBuiltIn = channel === "analysis";
  const type = isBuiltIn ? "code" : "<|constrain|>json";
  return `<|channel|>analysis<|message|>I call ${recipient}.<|end|><|start|>assistant<|channel|>${channel} to=${recipient} ${type}<|message|>${text}<|call|>`;
}

/** An answer as gpt-oss writes it. */
export function answer(text: string): string {
  return `<|channel|>final<|message|>${text}<|return|>`;
}
