import { type ResponseRequest, type ResponseStreamEvent, ResponseWriter } from "harmony-format/responses";
import type { Hono } from "hono";
import { fieldsOf, readJson } from "../http/body.js";
import { eventStream } from "../http/event-stream.js";
import { type GatewayReply, replyTo } from "../reply/gateway-reply.js";
import { readResponse } from "../reply/read-response.js";
import { itemsToKeep, keepCalls } from "../reply/response-items.js";
import type { Settings } from "../settings/options.js";
import { withModel } from "./models.js";

/** `POST /v1/responses`. */
export function serveResponses(app: Hono, settings: Settings): void {
  app.post("/v1/responses", async (context) => {
    const body = withModel(await readJson(context.req.raw), settings);
    const { previous_response_id: id } = fieldsOf(body);
    const previous = typeof id === "string" ? fieldsOf(await settings.state.get(keyOf(id))).items : undefined;
    const { request, tools } = await readResponse(body, settings, {
      resolvePrevious: () => (Array.isArray(previous) ? previous : undefined),
    });
    const controller = new AbortController();
    const signal = AbortSignal.any([context.req.raw.signal, controller.signal]);
    const reply = replyTo(request, settings, signal, { tools });
    const writer = new ResponseWriter(request, { citation: reply.citation });
    const events = eventsOf(request, writer, reply, settings);
    if (request.stream) {
      return eventStream({
        items: events,
        stop: (reason) => controller.abort(reason),
        textOf: (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
        // The event response.failed has said it.
        failed: () => "",
      });
    }
    for await (const _event of events);
    return context.json(writer.response);
  });
}

async function* eventsOf(
  request: ResponseRequest,
  writer: ResponseWriter,
  reply: GatewayReply,
  { state }: Settings,
): AsyncGenerator<ResponseStreamEvent, void, undefined> {
  let hasBegun = false;
  try {
    for await (const event of reply) {
      hasBegun = true;
      yield* writer.write(event);
    }
  } catch (error) {
    if (hasBegun) yield* writer.fail(error, reply);
    throw error;
  }
  const last = writer.end(reply);
  const { id, output } = writer.response;
  await state.set(keyOf(id), { items: [...request.items, ...itemsToKeep(reply, output)] });
  await keepCalls(reply, output, state);
  yield* last;
}

function keyOf(id: string): string {
  return `response:${id}`;
}
