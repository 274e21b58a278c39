/**
 * The entry for programs that run the model: clients for inference engines, by token ids, with one face. Nothing here
 * needs the vocabulary; the caller brings the encoding.
 * @packageDocumentation
 */
export type {
  Engine,
  EngineFinish,
  EngineOutput,
  EngineRequest,
  EngineText,
  EngineTokens,
  EngineUsage,
  Sampling,
} from "./engines/engine.js";
export {
  ENGINE_ERROR_CODES,
  EngineError,
  type EngineErrorCode,
  type EngineErrorDetails,
} from "./engines/engine-error.js";
export { EngineTurn, type EngineTurnOptions, type EngineTurnUsage } from "./engines/engine-turn.js";
export {
  type NodeLlamaCppEvaluateOptions,
  type NodeLlamaCppOptions,
  type NodeLlamaCppSequence,
  type NodeLlamaCppTokenBias,
  nodeLlamaCpp,
} from "./engines/in-process/node-llama-cpp.js";
export {
  type TransformersJsEngine,
  type TransformersJsModel,
  type TransformersJsOptions,
  transformersJs,
} from "./engines/in-process/transformers-js.js";
export { type WllamaCompletionOptions, type WllamaModel, wllama } from "./engines/in-process/wllama.js";
export type { HttpEngineOptions } from "./engines/servers/http/settings.js";
export { type LlamaCppOptions, llamaCpp } from "./engines/servers/llama-cpp.js";
export { type OllamaOptions, ollama } from "./engines/servers/ollama.js";
export { type SglangOptions, sglang } from "./engines/servers/sglang.js";
export { type VllmOptions, vllm } from "./engines/servers/vllm.js";
export { type VllmGenerateOptions, vllmGenerate } from "./engines/servers/vllm-generate.js";
