/**
 * The entry for programs that were written for OpenAI's API: a client with the calls of the official one, and a `fetch`
 * that can stand in for a server.
 * @packageDocumentation
 */
export { ApiError, type ApiErrorDetails, type ApiErrorJSON } from "./shapes/api-error.js";
