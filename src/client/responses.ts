import { EngineError } from "../engines/engine-error.js";
import { isRecord } from "../options.js";
import { newId } from "../shapes/reply.js";
import { readResponseRequest } from "../shapes/responses/read-request.js";
import type { ResponseObject } from "../shapes/responses/response-object.js";
import type { ResponseCreateBody, ResponseRequest } from "../shapes/responses/response-request.js";
import { ResponseWriter } from "../shapes/responses/response-writer.js";
import type { ResponseStreamEvent } from "../shapes/responses/stream-event.js";
import { PartialReplyError } from "./partial-reply-error.js";
import { ReplyStream } from "./reply-stream.js";
import { type RequestOptions, signalOf } from "./request-options.js";
import { eventsOf, replyTo } from "./run-reply.js";
import type { ClientSettings } from "./settings.js";

/** The Responses API. */
export interface Responses {
  /**
   * Lets the model respond: whole, or with `stream: true` as a stream of events.
   *
   * An engine that fails in the middle of a stream ends it with the event `response.failed`, and then the iteration throws
   * the engine's error.
   *
   * @throws ApiError for a request that is malformed or that cannot be carried out; the engine has not been asked then.
   * @throws EngineError for all that goes wrong with the engine; PartialReplyError if the model had begun.
   * @throws The reason of the signal.
   */
  create(
    body: ResponseCreateBody & { readonly stream?: false | null },
    options?: RequestOptions,
  ): Promise<ResponseObject>;
  create(
    body: ResponseCreateBody & { readonly stream: true },
    options?: RequestOptions,
  ): Promise<ReplyStream<ResponseStreamEvent>>;
  create(
    body: ResponseCreateBody,
    options?: RequestOptions,
  ): Promise<ResponseObject | ReplyStream<ResponseStreamEvent>>;
}

/** The Responses API of a client. */
export function responsesOf(settings: ClientSettings): Responses {
  async function create(
    body: ResponseCreateBody,
    options?: RequestOptions,
  ): Promise<ResponseObject | ReplyStream<ResponseStreamEvent>> {
    const signal = signalOf(options, "responses.create");
    const request = await read(body, settings);
    const isStored = body.store !== false;
    if (request.stream) return new ReplyStream((own) => new Run(request, settings, isStored, own).events(), signal);
    const run = new Run(request, settings, isStored, signal);
    try {
      for await (const _event of run.events());
    } catch (error) {
      if (!run.hasBegun || !(error instanceof EngineError)) throw error;
      throw new PartialReplyError(error, run.response);
    }
    return run.response;
  }
  return { create } as Responses;
}

/** Reads a request, and what it goes on from. */
async function read(body: unknown, settings: ClientSettings): Promise<ResponseRequest> {
  const { store } = settings;
  const id = isRecord(body) ? body.previous_response_id : undefined;
  const previous = typeof id === "string" ? await store?.get(id) : undefined;
  return readResponseRequest(settings.withModel(body), {
    ...settings.readOptions,
    resolvePrevious: () => previous?.items,
  });
}

/** A response while it is made. */
class Run {
  readonly #request: ResponseRequest;
  readonly #settings: ClientSettings;
  readonly #isStored: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #writer: ResponseWriter;
  /** Whether the model has begun. */
  hasBegun = false;

  constructor(request: ResponseRequest, settings: ClientSettings, isStored: boolean, signal: AbortSignal | undefined) {
    this.#request = request;
    this.#settings = settings;
    this.#isStored = isStored;
    this.#signal = signal;
    this.#writer = new ResponseWriter(request);
  }

  get response(): ResponseObject {
    return this.#writer.response;
  }

  async *events(): AsyncGenerator<ResponseStreamEvent, void, undefined> {
    const writer = this.#writer;
    const settings = this.#settings;
    const signal = this.#signal;
    const reply = replyTo(this.#request, settings, signal);
    try {
      for await (const event of eventsOf(reply, settings, signal)) {
        this.hasBegun = true;
        yield* writer.write(event);
      }
    } catch (error) {
      if (this.hasBegun && error instanceof EngineError) yield* writer.fail(error, reply);
      throw error;
    }
    const last = writer.end(reply);
    if (this.#isStored) await this.#store(reply.carriedTokens);
    yield* last;
  }

  /** Keeps what the next request can go on from, with the tokens that the model wrote even if the client did not want them. */
  async #store(carriedTokens: string | undefined): Promise<void> {
    const { store } = this.#settings;
    const { id, output, status } = this.#writer.response;
    if (store === undefined || status === "failed") return;
    const items: unknown[] = [...this.#request.items, ...output];
    if (carriedTokens !== undefined && !this.#request.includesTokens) {
      items.push({ type: "reasoning", id: newId("rs_"), summary: [], content: [], encrypted_content: carriedTokens });
    }
    await store.set(id, { items });
  }
}
