import { ApiError } from "harmony-format/client";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { methodNotAllowed } from "hono/method-not-allowed";
import { guard, type Status } from "./entrance/guard.js";
import { observe } from "./entrance/observe.js";
import { turnstile } from "./entrance/turnstile.js";
import { apiErrorOf, errorResponse } from "./http/errors.js";
import { serveChatCompletions } from "./routes/chat-completions.js";
import { serveCompletions } from "./routes/completions.js";
import { serveHealth } from "./routes/health.js";
import { serveMetrics } from "./routes/metrics.js";
import { serveModels } from "./routes/models.js";
import { serveParse } from "./routes/parse.js";
import { servePlayground } from "./routes/playground.js";
import { serveRender } from "./routes/render.js";
import { serveResponses } from "./routes/responses.js";
import { type GatewayOptions, type Settings, settingsOf } from "./settings/options.js";

/** A gateway: a function from a web `Request` to a `Response`, for any server that takes one. */
export interface Gateway {
  readonly fetch: (request: Request) => Promise<Response>;
  /** From now on it refuses what comes, so that it can be ended: `/ready` says so, and what has begun goes on. */
  drain(): void;
  /** Lets go of everything. */
  close(): Promise<void>;
}

/**
 * Makes a gateway.
 *
 *     const gateway = createGateway({ engine: llamaCpp({ baseURL: "http://127.0.0.1:8080" }) });
 *     Deno.serve(gateway.fetch);
 *
 * @throws TypeError for options that cannot be used.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const settings = settingsOf(options);
  const status: Status = { isDraining: false };
  const app = new Hono();
  standBefore(app, settings, status);
  serveChatCompletions(app, settings);
  const responses = serveResponses(app, settings);
  serveCompletions(app, settings);
  serveRender(app, settings);
  serveParse(app, settings);
  serveModels(app, settings);
  serveHealth(app, settings, status);
  serveMetrics(app, settings);
  servePlayground(app, settings);
  app.notFound((context) => {
    const { method, path } = context.req;
    return errorResponse(new ApiError(`nothing answers to ${method} ${path}`, { status: 404, code: "unknown_url" }));
  });
  app.onError((error) => {
    const apiError = apiErrorOf(error);
    return errorResponse(apiError, apiError.status === 401 ? { "www-authenticate": "Bearer" } : {});
  });
  return {
    fetch: async (request) => app.fetch(request),
    drain: () => {
      status.isDraining = true;
    },
    close: async () => {
      await responses.close(5000);
      await settings.state.close();
    },
  };
}

/** What stands before all routes. */
function standBefore(app: Hono, settings: Settings, status: Status): void {
  app.use(observe(settings));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: ({ req }, methods) =>
        errorResponse(
          new ApiError(`${req.path} is asked with ${methods.join(" or ")}, not with ${req.method}`, {
            status: 405,
            code: "method_not_supported",
          }),
          { allow: methods.join(", ") },
        ),
    }),
  );
  if (settings.cors.length > 0) {
    const origin = settings.cors.includes("*") ? "*" : [...settings.cors];
    app.use(cors({ origin, exposeHeaders: ["x-request-id", "retry-after"], maxAge: 600 }));
  }
  app.use(guard(settings, status));
  for (const path of ASKS_THE_MODEL) app.post(path, turnstile(settings.slots));
}

/** The routes that keep an engine busy. */
const ASKS_THE_MODEL: readonly string[] = ["/v1/chat/completions", "/v1/responses", "/v1/completions"];
