import { ApiError } from "harmony-format/client";
import type { Context, Hono } from "hono";
import { readJson } from "../http/body.js";
import { brokenOff } from "../http/broken-off.js";
import { apiErrorOf } from "../http/errors.js";
import { eventStream } from "../http/event-stream.js";
import type { Settings } from "../settings/options.js";
import { BackgroundRuns } from "./responses/background-runs.js";
import { pageOf } from "./responses/input-items.js";
import { pause } from "./responses/pause.js";
import { readCreate } from "./responses/read-create.js";
import { type GatewayEvent, textOfEvent } from "./responses/response.js";
import { ResponseRun } from "./responses/response-run.js";
import { type ResponseRecord, ResponseStore } from "./responses/response-store.js";

/** What the responses of a gateway need when it ends. */
export interface ServedResponses {
  /**
   * Waits for what is made in the background; what has not ended in time is kept as failed.
   * @param time In milliseconds.
   */
  close(time: number): Promise<void>;
}

/** `POST /v1/responses`, and all that can be asked of a response that is kept. */
export function serveResponses(app: Hono, settings: Settings): ServedResponses {
  const store = new ResponseStore(settings.state);
  const runs = new BackgroundRuns(store, (signal) => settings.slots.take(signal), settings.logger);
  const found = async (context: Context): Promise<ResponseRecord> => {
    const id = context.req.param("id") ?? "";
    const record = await runs.find(id);
    if (record === undefined) throw notFound(id);
    return record;
  };

  app.post("/v1/responses", async (context) => {
    const { raw } = context.req;
    const create = await readCreate(await readJson(raw), settings, store);
    const run = new ResponseRun(create, settings);
    if (create.isBackground) {
      const background = await runs.start(run);
      if (!create.request.stream) return context.json(background.accepted);
      return followed(raw, (signal) => background.follow(-1, signal), settings);
    }
    const leave = (): void => run.controller.abort(raw.signal.reason);
    raw.signal.addEventListener("abort", leave);
    if (raw.signal.aborted) leave();
    const events = run.events((it) => keep(it, store, settings.logger));
    if (create.request.stream) {
      return eventStream({
        items: events,
        stop: (reason) => run.controller.abort(reason),
        textOf: textOfEvent,
        // The event response.failed has said it.
        failed: () => "",
        heartbeat: settings.heartbeat,
      });
    }
    try {
      for await (const _event of events);
    } catch (error) {
      if (!run.hasBegun || raw.signal.aborted) throw error;
      return brokenOff(error, run.response);
    } finally {
      raw.signal.removeEventListener("abort", leave);
    }
    return context.json(run.response);
  });

  app.get("/v1/responses/:id", async (context) => {
    const query = context.req.query();
    const isStream = flagIn(query, "stream");
    const after = numberIn(query, "starting_after");
    const { response, hasEvents } = await found(context);
    if (!isStream) return context.json(response);
    if (!hasEvents) {
      const message = "only a response that was created with `background` and `stream` can be read as a stream";
      throw new ApiError(message, { param: "stream", code: "invalid_value" });
    }
    return followed(context.req.raw, (signal) => runs.follow(response.id, after ?? -1, signal), settings);
  });

  app.delete("/v1/responses/:id", async (context) => {
    const id = context.req.param("id");
    if (!(await runs.delete(id))) throw notFound(id);
    return context.json({ id, object: "response", deleted: true });
  });

  app.post("/v1/responses/:id/cancel", async (context) => {
    return context.json(await runs.cancel(await found(context)));
  });

  app.get("/v1/responses/:id/input_items", async (context) => {
    return context.json(pageOf(await store.inputItems(await found(context)), context.req.query()));
  });

  return { close: (time) => runs.close(time) };
}

/** How often a response that has ended is offered to a state that cannot be reached. */
const TRIES = 3;

/** @returns Whether it could be kept. What the model wrote reaches the client all the same, with `store: false`. */
async function keep(run: ResponseRun, store: ResponseStore, logger: Settings["logger"]): Promise<boolean> {
  const { record } = run;
  for (let tries = 1; tries <= TRIES; tries++) {
    try {
      if (run.isStored) await store.keep(record);
      await run.keepCalls();
      return run.isStored;
    } catch (error) {
      if (apiErrorOf(error).status === 413 || tries === TRIES) {
        logger.warn({ err: error, response: run.id }, "what a response leaves behind could not be kept");
        break;
      }
      await pause(100 * 2 ** tries);
    }
  }
  return false;
}

/** Events that go on without their reader. */
function followed(
  request: Request,
  follow: (signal: AbortSignal) => AsyncIterable<GatewayEvent>,
  { heartbeat }: Settings,
): Promise<Response> {
  const controller = new AbortController();
  const signal = AbortSignal.any([request.signal, controller.signal]);
  return eventStream({
    items: follow(signal),
    stop: (reason) => controller.abort(reason),
    textOf: textOfEvent,
    failed: () => "",
    heartbeat,
  });
}

function notFound(id: string): ApiError {
  const message = `there is no response ${JSON.stringify(id)}: it was never stored, or was deleted or forgotten`;
  return new ApiError(message, { status: 404, param: "response_id", code: "response_not_found" });
}

/** @throws ApiError for what is neither `true` nor `false`. */
function flagIn(query: Readonly<Record<string, string>>, param: string): boolean {
  const value = query[param] ?? "false";
  if (value === "true" || value === "false") return value === "true";
  throw new ApiError(`${param} must be true or false, not ${JSON.stringify(value)}`, { param, code: "invalid_value" });
}

/** @throws ApiError for what is not a whole number from 0 on. */
function numberIn(query: Readonly<Record<string, string>>, param: string): number | undefined {
  const value = query[param];
  if (value === undefined) return undefined;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new ApiError(`${param} must be the number of an event, not ${JSON.stringify(value)}`, {
    param,
    code: "invalid_value",
  });
}
