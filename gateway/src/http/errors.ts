import { HarmonyError } from "harmony-format";
import { ApiError } from "harmony-format/client";
import { EngineError } from "harmony-format/engines";
import { EngineTimeout } from "../upstreams/timeouts.js";

/** The gateway has no place for a request now: it can be sent again, after a while. */
export class BusyError extends ApiError {
  /** In seconds. */
  readonly retryAfter: number;

  constructor(message: string, details: { status: 429 | 503; code: string; retryAfter: number }) {
    const { status, code, retryAfter } = details;
    super(message, { status, code, type: status === 429 ? "rate_limit_error" : "server_error" });
    this.retryAfter = retryAfter;
  }
}

/** An error as the answer to a request. */
export function errorResponse(error: ApiError, headers: Readonly<Record<string, string>> = {}): Response {
  const { status } = error;
  const mayTryAgain = status === 429 || status === 503;
  const again = mayTryAgain ? { "retry-after": String(secondsUntil(error)) } : {};
  return Response.json(error, { status, headers: { ...again, ...headers } });
}

/** After how many seconds a request can be sent again: what the error says, in seconds, or what the engine's says. */
function secondsUntil(error: ApiError): number {
  const said = "retryAfter" in error ? Number(error.retryAfter) : undefined;
  const { cause } = error;
  const engines = cause instanceof EngineError && "retryAfter" in cause ? Number(cause.retryAfter) / 1000 : undefined;
  return Math.max(1, Math.ceil(said ?? engines ?? 1));
}

/**
 * Any error as one of OpenAI's API. An engine's own status is passed on where it is about the request (400, 413, 422), or
 * says that the engine is busy (429, 503): clients try those again. Everything else that an engine does is a 502.
 */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof EngineError) return ofEngine(error);
  if (error instanceof HarmonyError) return new ApiError(error.message, { code: "invalid_value", cause: error });
  return new ApiError("the gateway failed; its log says why", { status: 500, type: "server_error", cause: error });
}

function ofEngine(error: EngineError): ApiError {
  const { code, message, status, answer } = error;
  if (error instanceof EngineTimeout) {
    return new ApiError(message, { status: 504, type: "server_error", code: "engine_timeout", cause: error });
  }
  if (code === "unsupported") return new ApiError(message, { code: "unsupported_value", cause: error });
  if (code === "refused" && status !== undefined) {
    if (REQUESTS_FAULT.includes(status)) {
      const isTooLong = TOO_LONG.test(answer ?? message);
      return new ApiError(message, { code: isTooLong ? "context_length_exceeded" : "engine_refused", cause: error });
    }
    if (status === 429) {
      return new ApiError(message, { status, type: "rate_limit_error", code: "engine_busy", cause: error });
    }
    if (status === 503)
      return new ApiError(message, { status, type: "server_error", code: "engine_busy", cause: error });
  }
  return new ApiError(message, { status: 502, type: "server_error", code: `engine_${code}`, cause: error });
}

/** The statuses of an engine that say that the request is at fault. */
const REQUESTS_FAULT: readonly number[] = [400, 413, 422];

/** How engines say that a prompt is longer than their context; OpenAI has a code for it, which programs look for. */
const TOO_LONG = /exceed_context_size|context[ _](?:length|size|window)|maximum (?:model|context) length/i;
