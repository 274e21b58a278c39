/** The whole package: everything that the entry for text has, and what needs the vocabulary. */
export {
  HarmonyEncoding,
  HarmonyEncodingName,
  loadHarmonyEncoding,
  type RenderOptions,
  type TokenizedParts,
  type TrainingBatch,
  type TrainingTokens,
} from "./encoding.js";
export { StreamableParser } from "./parse/streamable-parser.js";
export type { RenderForTrainingOptions, TrainOn } from "./render/training.js";
export * from "./text.js";
export type { RenderedMessageSpans, TokenizedPart } from "./token-sinks.js";
export type { StreamDecoder } from "./tokenizer/decode/stream-decoder.js";
export type { EncodeIntoResult, EncodeOptions, Tokenizer } from "./tokenizer/tokenizer.js";
