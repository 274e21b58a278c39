import { ApiError } from "harmony-format/client";
import type { Hono } from "hono";
import type { Status } from "../entrance/guard.js";
import { errorResponse } from "../http/errors.js";
import type { Settings } from "../settings/options.js";
import { isUsable } from "../upstreams/upstream.js";

/**
 * `GET /health`: the process lives. `GET /ready`: it can answer requests; a load balancer sends it none while it says that it
 * cannot.
 */
export function serveHealth(app: Hono, settings: Settings, status: Status): void {
  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/ready", async (context) => {
    const why = await whyNotReady(settings, status);
    if (why === undefined) return context.json({ status: "ready" });
    return errorResponse(new ApiError(why, { status: 503, type: "server_error", code: "not_ready" }));
  });
}

async function whyNotReady(
  { state, logger, upstreams }: Settings,
  { isDraining }: Status,
): Promise<string | undefined> {
  if (isDraining) return "this gateway is being stopped";
  const all = upstreams();
  if (all.length > 0 && !all.some(isUsable)) return "no upstream can be used now";
  try {
    await state.check();
  } catch (error) {
    logger.warn({ err: error }, "the state cannot be reached");
    return "the state cannot be reached";
  }
  return undefined;
}
