import { type Engine, llamaCpp, ollama, sglang, vllm, vllmGenerate } from "harmony-format/engines";

/** How the client of an engine is made. */
interface EngineSettings {
  readonly fetch?: typeof fetch | undefined;
  /** How often a request is sent again to the same server before it is given up. */
  readonly maxRetries?: number | undefined;
  /** How many milliseconds the first byte of an answer may take. */
  readonly timeout?: number | undefined;
}

/** The name of an engine, as the command line has it. */
export type EngineName = "llama.cpp" | "vllm" | "vllm-generate" | "sglang" | "ollama";

type MakeEngine = (baseURL: string, model: string, apiKey: string | undefined, settings: EngineSettings) => Engine;

/** The engines that a gateway can be told to stand before, by the names that the command line has for them. */
export const ENGINES: Readonly<Record<EngineName, MakeEngine>> = {
  "llama.cpp": (baseURL, _model, apiKey, settings) => llamaCpp({ ...settings, baseURL, apiKey }),
  vllm: (baseURL, model, apiKey, settings) => vllm({ ...settings, baseURL, model, apiKey }),
  "vllm-generate": (baseURL, _model, apiKey, settings) => vllmGenerate({ ...settings, baseURL, apiKey }),
  sglang: (baseURL, _model, apiKey, settings) => sglang({ ...settings, baseURL, apiKey }),
  ollama: (baseURL, model, apiKey, settings) => ollama({ ...settings, baseURL, model, apiKey }),
};

/** Where each engine says whether it can be used. */
export const HEALTH_PATHS: Readonly<Record<EngineName, string>> = {
  "llama.cpp": "/health",
  vllm: "/health",
  "vllm-generate": "/health",
  sglang: "/health",
  ollama: "/api/version",
};

/**
 * The name of an engine, checked.
 * @throws TypeError for one that there is not, with those that there are.
 */
export function engineName(name: string): EngineName {
  if (Object.hasOwn(ENGINES, name)) return name as EngineName;
  const known = Object.keys(ENGINES).join(", ");
  throw new TypeError(`there is no engine ${JSON.stringify(name)}; the engines are ${known}`);
}
