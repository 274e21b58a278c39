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
export type { HttpEngineOptions } from "./engines/http/settings.js";
export { type LlamaCppOptions, llamaCpp } from "./engines/llama-cpp.js";
