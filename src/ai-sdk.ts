/**
 * The entry for the AI SDK: a language model for `generateText` and `streamText`.
 * @packageDocumentation
 */
export { ApiError, type ApiErrorDetails, type ApiErrorJSON } from "./shapes/api-error.js";
