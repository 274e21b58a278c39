/**
 * The entry for Chat Completions of OpenAI's API: requests into Harmony, and what the model writes into completions and
 * chunks. Nothing here needs the vocabulary.
 * @packageDocumentation
 */
export { ApiError, type ApiErrorDetails, type ApiErrorJSON } from "./shapes/api-error.js";
export type { ChatCompletionRequest } from "./shapes/chat-completions/chat-request.js";
export type {
  ChatChoice,
  ChatChunkChoice,
  ChatCompletion,
  ChatCompletionChunk,
  ChatCustomCall,
  ChatDelta,
  ChatDiagnostic,
  ChatFinishReason,
  ChatFunctionCall,
  ChatMessage,
  ChatToolCall,
  ChatToolCallDelta,
  ChatUsage,
  HarmonyFields,
} from "./shapes/chat-completions/completion.js";
export {
  ChatCompletionWriter,
  type ChatCompletionWriterOptions,
  type WrittenCompletion,
} from "./shapes/chat-completions/completion-writer.js";
export type {
  ChatAssistantMessageParam,
  ChatCompletionCreateParams,
  ChatCustomFormatParam,
  ChatFunctionParam,
  ChatMessageParam,
  ChatPartParam,
  ChatResponseFormatParam,
  ChatTextPartParam,
  ChatToolCallParam,
  ChatToolChoiceParam,
  ChatToolParam,
} from "./shapes/chat-completions/create-params.js";
export { joinChatCompletions } from "./shapes/chat-completions/join-completions.js";
export { readChatCompletionRequest } from "./shapes/chat-completions/read-request.js";
export { type EndedReply, HarmonyReply, type ReplyFinish, type ReplyRunOptions } from "./shapes/harmony-reply.js";
export { type ReplyEvent, type ReplyOptions, type ReplyPart, ReplyReader } from "./shapes/reply.js";
export type {
  BuiltInTool,
  HarmonyRequest,
  HistoryStep,
  ReadRequestOptions,
  RequestedFormat,
  RequestWarning,
} from "./shapes/request.js";
export type { ClientTool, ToolNames } from "./shapes/tool-names.js";
