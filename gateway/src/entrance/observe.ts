import { ApiError } from "harmony-format/client";
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { apiErrorOf } from "../http/errors.js";
import { beginExchange, endOf } from "../http/exchange.js";
import type { Settings } from "../settings/options.js";

/** What every answer says to a browser that shows it, though nothing here is meant for one. */
const HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** The status in the log and the figures of a request whose client has left. */
const LEFT = 499;

/** Gives each request a name, and writes down how it ended. */
export function observe(settings: Settings): MiddlewareHandler {
  const { limits, logger, logPrompts, metrics } = settings;
  return async (context, next) => {
    const begun = performance.now();
    const { raw, method } = context.req;
    const id = idOf(raw);
    const seeBody = logPrompts ? (body: unknown) => logger.info({ id, body }, "body") : undefined;
    beginExchange(raw, { id, bodyBytes: limits.bodyBytes, seeBody });
    const record = (status: number, error?: unknown): void => {
      const seconds = (performance.now() - begun) / 1000;
      const route = routeOf(context);
      metrics.requests.inc({ route, status: String(status) });
      metrics.duration.observe({ route }, seconds);
      const entry = { id, method: methodOf(method), route, status, ms: Math.round(seconds * 1000) };
      if (error === undefined) logger[status < 500 ? "info" : "error"](entry, "request");
      else if (status < 500) logger.info({ ...entry, ...summaryOf(error) }, "request");
      else logger.error({ ...entry, ...summaryOf(error), err: causeOf(error) }, "request");
    };
    try {
      await next();
    } catch (error) {
      // Hono throws only what is not an error: the reason for which a request was given up.
      record(LEFT, error);
      throw error;
    }
    const { res } = context;
    res.headers.set("x-request-id", id);
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!res.headers.has(name)) res.headers.set(name, value);
    }
    const end = endOf(res);
    if (end === undefined) {
      record(context.error !== undefined && raw.signal.aborted ? LEFT : res.status, context.error);
      return;
    }
    metrics.streams.inc();
    void end.then(({ error, hasLeft }) => {
      metrics.streams.dec();
      record(hasLeft ? LEFT : error === undefined ? res.status : apiErrorOf(error).status, error);
    });
  };
}

/** The id that the client has given a request, if it is one; or a new one. */
function idOf(request: Request): string {
  const given = request.headers.get("x-request-id");
  return given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : crypto.randomUUID();
}

/** The pattern of a route: there are as many as the gateway has, whatever is asked for. */
function routeOf(context: Context): string {
  const route = routePath(context, -1);
  return route === "*" || route === "/*" ? "unknown" : route;
}

/** Anybody can make up a method. */
function methodOf(method: string): string {
  return /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method) ? method : "other";
}

/** What the log holds of an error that is about the request: not its words, which show some of the request. */
function summaryOf(error: unknown): object {
  const { code, param } = apiErrorOf(error);
  return { code, param };
}

/** What went wrong behind an error that is not about the request. */
function causeOf(error: unknown): unknown {
  return error instanceof ApiError && error.cause !== undefined ? error.cause : error;
}
