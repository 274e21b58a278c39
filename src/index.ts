/**
 * The whole package: everything that `harmony-format/text` has, and what needs the vocabulary. Begin with
 * {@link loadHarmonyEncoding}.
 * @packageDocumentation
 */
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
export { type CompletionUsage, type CountedCompletion, usageOf } from "./parse/usage.js";
export type { RenderForTrainingOptions, TrainOn } from "./render/training.js";
export * from "./text.js";
export type { RenderedMessageSpans, TokenizedPart } from "./token-sinks.js";
export type { StreamDecoder } from "./tokenizer/decode/stream-decoder.js";
export type { EncodeIntoResult, EncodeOptions, Tokenizer } from "./tokenizer/tokenizer.js";
export {
  type DroppedMessages,
  type FitOptions,
  type FittedConversation,
  fitConversation,
  type ShortenedResult,
} from "./turn/budget.js";
export { type ExtendedTokens, type ExtendOptions, extendTokens } from "./turn/extend-tokens.js";
export { type ChangeReason, commonPrefixLength, type SessionChange } from "./turn/sequence.js";
export {
  type CompletionOptions,
  HarmonySession,
  type PromptOptions,
  type SessionCompletion,
  type SessionOptions,
} from "./turn/session.js";
export type { SessionJSON } from "./turn/session-json.js";
