import { ApiError } from "harmony-format/client";
import { Hono } from "hono";
import { apiErrorOf } from "./http/errors.js";
import { serveChatCompletions } from "./routes/chat-completions.js";
import { serveModels } from "./routes/models.js";
import { serveResponses } from "./routes/responses.js";
import { type GatewayOptions, settingsOf } from "./settings/options.js";

/** A gateway: a function from a web `Request` to a `Response`, for any server that takes one. */
export interface Gateway {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Lets what has begun come to its end, and then lets go of everything. */
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
  const app = new Hono();
  serveChatCompletions(app, settings);
  const responses = serveResponses(app, settings);
  serveModels(app, settings);
  app.notFound((context) => {
    const { method, path } = context.req;
    const error = new ApiError(`nothing answers to ${method} ${path}`, { status: 404, code: "unknown_url" });
    return context.json(error, 404);
  });
  app.onError((error, context) => {
    const apiError = apiErrorOf(error);
    const { retryAfter } = apiError as { readonly retryAfter?: number };
    const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
    return context.json(apiError, apiError.status as 400, headers);
  });
  return {
    fetch: async (request) => app.fetch(request),
    close: async () => {
      await responses.close(5000);
      await settings.state.close();
    },
  };
}
