import type { EndedReply, HarmonyRequest, ReplyEvent } from "harmony-format/responses";
import { HarmonyReply } from "harmony-format/responses";
import type { Settings } from "../settings/options.js";

/**
 * The reply to a request, as it arrives: iterating over it, once, gives the events of its parts. The tools that the gateway
 * itself runs are run in between, so that a reply may be several completions of the engine.
 *
 * Iterating throws an EngineError for all that goes wrong with the engine, and the reason of the signal.
 */
export interface GatewayReply extends AsyncIterable<ReplyEvent>, EndedReply {}

/**
 * Begins the reply to a request.
 * @throws ApiError for what the engine cannot be held to.
 */
export function replyTo(request: HarmonyRequest, settings: Settings, signal: AbortSignal): GatewayReply {
  const { engine, encoding } = settings;
  const { unsupported } = settings.readOptions();
  return new HarmonyReply(request, { engine, encoding, signal, unsupported });
}
