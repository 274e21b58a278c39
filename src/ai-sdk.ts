/**
 * The entry for the AI SDK: a language model for `generateText` and `streamText`. Begin with {@link createHarmony}.
 * @packageDocumentation
 */

export type {
  AssistantContentPart,
  FilePart,
  LanguageModelCallOptions,
  ModelTool,
  ModelToolChoice,
  PromptMessage,
  ProviderData,
  ReasoningPart,
  ResponseFormat,
  TextPart,
  ToolApprovalResponsePart,
  ToolCallPart,
  ToolResultContent,
  ToolResultOutput,
  ToolResultPart,
} from "./shapes/ai-sdk/call-options.js";
export { createHarmony, type HarmonyProvider, type HarmonyProviderOptions } from "./shapes/ai-sdk/create-harmony.js";
export type {
  Content,
  EngineCall,
  FinishReason,
  GenerateResult,
  HarmonyLanguageModel,
  HarmonyMetadata,
  HarmonyProviderMetadata,
  JsonData,
  ResponseMetadata,
  Specification,
  StreamPart,
  StreamResult,
  ToolCall,
  Usage,
  Warning,
} from "./shapes/ai-sdk/language-model.js";
export { NoSuchModelError, UnsupportedInputError } from "./shapes/ai-sdk/sdk-errors.js";
export type { HarmonySettings } from "./shapes/ai-sdk/settings.js";
export { ApiError, type ApiErrorDetails, type ApiErrorJSON } from "./shapes/api-error.js";
