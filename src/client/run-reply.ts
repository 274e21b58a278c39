import { EngineError } from "../engines/engine-error.js";
import { HarmonyError } from "../errors.js";
import { ApiError } from "../shapes/api-error.js";
import { HarmonyReply } from "../shapes/harmony-reply.js";
import type { ReplyEvent } from "../shapes/reply.js";
import type { HarmonyRequest } from "../shapes/request.js";
import type { ClientSettings } from "./settings.js";

/**
 * Makes the reply to a request; the engine has not begun yet.
 * @throws ApiError for a request that the engine cannot be asked.
 */
export function replyTo(
  request: HarmonyRequest,
  settings: ClientSettings,
  signal: AbortSignal | undefined,
): HarmonyReply {
  try {
    return new HarmonyReply(request, { ...settings.runOptions, signal });
  } catch (error) {
    if (!(error instanceof HarmonyError)) throw error;
    throw new ApiError(error.message, { code: "invalid_value", cause: error });
  }
}

/**
 * What comes of a reply.
 * @throws EngineError for all that goes wrong with the engine, also for errors that it throws and has not made its own.
 * @throws The reason of the signal.
 */
export async function* eventsOf(
  reply: HarmonyReply,
  settings: ClientSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<ReplyEvent, void, undefined> {
  try {
    yield* reply;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof EngineError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new EngineError("failed", message, { engine: settings.engine.name, cause: error });
  } finally {
    settings.onReply?.(reply);
  }
}
