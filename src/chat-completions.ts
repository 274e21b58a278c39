/**
 * The entry for Chat Completions of OpenAI's API: requests into Harmony, and what the model writes into completions and chunks. Nothing here needs the
 * vocabulary.
 * @packageDocumentation
 */
export { ApiError, type ApiErrorDetails, type ApiErrorJSON } from "./shapes/api-error.js";
export { HarmonyReply, type ReplyFinish, type ReplyRunOptions } from "./shapes/harmony-reply.js";
export type { ReplyEvent, ReplyPart } from "./shapes/reply.js";
export type { HarmonyRequest, HistoryStep, ReadRequestOptions, RequestWarning } from "./shapes/request.js";
