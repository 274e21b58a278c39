/**
 * The entry for OpenAI's Responses API: requests into Harmony, and what the model writes into responses and their events. Nothing here needs the
 * vocabulary.
 * @packageDocumentation
 */
export { ApiError, type ApiErrorDetails, type ApiErrorJSON } from "./shapes/api-error.js";
export { HarmonyReply, type ReplyFinish, type ReplyRunOptions } from "./shapes/harmony-reply.js";
export type { ReplyEvent, ReplyPart } from "./shapes/reply.js";
export type { HarmonyRequest, HistoryStep, ReadRequestOptions, RequestWarning } from "./shapes/request.js";
