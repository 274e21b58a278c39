/**
 * The entry for programs that were written for OpenAI's API: a client with the calls of the official one, and a `fetch`
 * that can stand in for a server.
 * @packageDocumentation
 */
export type { ChatCompletionCreateBody, ChatCompletions } from "./client/chat-completions.js";
export { createHarmonyClient, type HarmonyClient } from "./client/client.js";
export type { Model, ModelList, Models } from "./client/models.js";
export { PartialReplyError } from "./client/partial-reply-error.js";
export { ReplyMemory, type ReplyStore, type StoredReply } from "./client/reply-store.js";
export { ReplyStream } from "./client/reply-stream.js";
export type { RequestOptions } from "./client/request-options.js";
export type { Responses } from "./client/responses.js";
export type { HarmonyClientOptions } from "./client/settings.js";
export { ApiError, type ApiErrorDetails, type ApiErrorJSON } from "./shapes/api-error.js";
