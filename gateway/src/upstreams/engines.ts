import { type Engine, llamaCpp, ollama, sglang, vllm, vllmGenerate } from "harmony-format/engines";

/** The engines that a gateway can be told to stand before, by the names that the command line has for them. */
export const ENGINES = {
  "llama.cpp": (baseURL, _model, apiKey) => llamaCpp({ baseURL, apiKey }),
  vllm: (baseURL, model, apiKey) => vllm({ baseURL, model, apiKey }),
  "vllm-generate": (baseURL, _model, apiKey) => vllmGenerate({ baseURL, apiKey }),
  sglang: (baseURL, _model, apiKey) => sglang({ baseURL, apiKey }),
  ollama: (baseURL, model, apiKey) => ollama({ baseURL, model, apiKey }),
} as const satisfies Record<string, (baseURL: string, model: string, apiKey: string | undefined) => Engine>;

/** The name of an engine, as the command line has it. */
export type EngineName = keyof typeof ENGINES;
