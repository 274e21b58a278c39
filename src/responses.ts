/**
 * The entry for OpenAI's Responses API: requests into Harmony, and what the model writes into responses and their events. Nothing here needs the
 * vocabulary.
 * @packageDocumentation
 */
export { ApiError, type ApiErrorDetails, type ApiErrorJSON } from "./shapes/api-error.js";
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
export type { Citation, CitationResolver } from "./shapes/responses/citations.js";
export type * from "./shapes/responses/output-item.js";
export { readResponseRequest } from "./shapes/responses/read-request.js";
export type * from "./shapes/responses/response-object.js";
export type { ReadResponseOptions, ResponseCreateBody, ResponseRequest } from "./shapes/responses/response-request.js";
export type * from "./shapes/responses/response-tool.js";
export { ResponseWriter, type ResponseWriterOptions } from "./shapes/responses/response-writer.js";
export type * from "./shapes/responses/stream-event.js";
export type { ClientTool, ToolNames } from "./shapes/tool-names.js";
