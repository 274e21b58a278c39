import { ApiError } from "harmony-format/client";
import { EngineError } from "harmony-format/engines";
import { type ResponseStreamEvent, ResponseWriter } from "harmony-format/responses";
import { apiErrorOf } from "../../http/errors.js";
import { type GatewayReply, replyTo } from "../../reply/gateway-reply.js";
import { itemsToKeep, keepCalls } from "../../reply/response-items.js";
import type { Settings } from "../../settings/options.js";
import type { State } from "../../state/state.js";
import { callTokens } from "./call-tokens.js";
import type { CreateRequest } from "./read-create.js";
import { type GatewayEvent, type GatewayResponse, newId, type ResponseStatus } from "./response.js";
import { type ResponseRecord, turnOf } from "./response-store.js";

/**
 * A response while it is made. Aborting the controller ends it: as failed if the reason is an error that a client can be
 * shown, and as cancelled otherwise.
 */
export class ResponseRun {
  readonly id: string = newId("resp_");
  readonly controller: AbortController = new AbortController();
  /** Whether the model has begun. */
  hasBegun = false;
  readonly #create: CreateRequest;
  readonly #state: State;
  readonly #reply: GatewayReply;
  readonly #writer: ResponseWriter;
  #isStored: boolean;
  /** The status where it is another one than the writer's. */
  #status: ResponseStatus | undefined;
  /** How many events there have been that the writer knows nothing of. */
  #ownEvents = 0;
  /** What the writer has said that is not due yet. */
  #held: readonly ResponseStreamEvent[] = [];
  #hasEnded = false;
  /** Whether it has ended, and nothing has broken it off. */
  #isWhole = false;

  /** @throws ApiError for what the engine cannot be held to. */
  constructor(create: CreateRequest, settings: Settings) {
    const { request, tools, isBackground: background, isStored } = create;
    this.#create = create;
    this.#state = settings.state;
    this.#isStored = isStored;
    this.#reply = replyTo(request, settings, this.controller.signal, { tools });
    const own = { ...request, settings: { ...request.settings, background } };
    this.#writer = new ResponseWriter(own, { id: this.id, citation: this.#reply.citation });
  }

  /** The response as it is by now. */
  get response(): GatewayResponse {
    return this.#served(this.#writer.response);
  }

  /** Whether it is to be stored. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** Whether its events are kept: of a response in the background that was asked for as a stream. */
  get hasEvents(): boolean {
    return this.#create.isBackground && this.#create.request.stream;
  }

  /** What is kept of the response as it is by now. */
  get record(): ResponseRecord {
    const { input, given, ancestors } = this.#create;
    const { response, hasEvents } = this;
    const { output } = response;
    // With the very tokens that the model wrote, even if the client did not want them.
    const turn = turnOf(this.#isWhole ? itemsToKeep(this.#reply, output) : output, output);
    return { response, input, given, ancestors, turn, hasEvents, keptAt: Date.now() };
  }

  /** Keeps what the gateway has answered to the calls of the response, and the tokens of those that the client answers. */
  async keepCalls(): Promise<void> {
    if (!this.#isWhole) return;
    const { output } = this.response;
    await keepCalls(this.#reply, output, this.#state);
    if (this.#isStored) await this.#state.setMany(callTokens(output, this.#reply.carriedTokens));
  }

  /** The first events of a response that does not begin at once. */
  queue(): GatewayEvent[] {
    this.#status = "queued";
    const [created, ...held] = this.#writer.begin();
    this.#held = held;
    const first = this.#numbered(created === undefined ? [] : [created]);
    const queued: GatewayEvent = { type: "response.queued", sequence_number: first.length, response: this.response };
    this.#ownEvents += 1;
    return [...first, queued];
  }

  /**
   * The events, once. The last ones come when `keep` has kept the response: what has ended for the client can be retrieved.
   *
   * @param keep Keeps the response if it is to be stored, and what else the next request may need. Returns whether it is.
   * @throws EngineError for all that goes wrong with the engine; the reason of the signal. If the model had begun, the events
   *   say it before.
   */
  async *events(keep: (run: ResponseRun) => Promise<boolean>): AsyncGenerator<GatewayEvent, void, undefined> {
    const writer = this.#writer;
    this.#status = undefined;
    yield* this.#numbered(this.#held);
    try {
      for await (const event of this.#reply) {
        this.hasBegun = true;
        yield* this.#numbered(writer.write(event));
      }
      this.#hasEnded = true;
      this.#isWhole = true;
      yield* await this.#last(writer.end(this.#reply), keep);
    } catch (error) {
      if (this.#hasEnded) throw error;
      this.#hasEnded = true;
      if (this.hasBegun || this.#create.isBackground) yield* await this.#last(this.#broken(error), keep);
      throw error;
    } finally {
      // Whoever stops reading has left.
      if (!this.#hasEnded) {
        this.#hasEnded = true;
        this.controller.abort();
        if (this.hasBegun) await this.#last(this.#broken(undefined), keep);
      }
    }
  }

  /** Ends a response that has not begun. */
  async giveUp(error: unknown, keep: (run: ResponseRun) => Promise<boolean>): Promise<GatewayEvent[]> {
    this.#status = undefined;
    const held = this.#numbered(this.#held);
    this.#hasEnded = true;
    return [...held, ...(await this.#last(this.#broken(error), keep))];
  }

  /** The last events of a response that was stopped, or has failed. */
  #broken(error: unknown): ResponseStreamEvent[] {
    const isFailure = error instanceof ApiError || error instanceof EngineError;
    if (this.controller.signal.aborted && !isFailure) {
      const last = this.#writer.end({ finish: undefined, usage: this.#reply.usage });
      this.#status = "cancelled";
      return last;
    }
    // The words of a defect are for the log.
    return this.#writer.fail(isFailure ? error : apiErrorOf(error), this.#reply);
  }

  async #last(
    events: readonly ResponseStreamEvent[],
    keep: (run: ResponseRun) => Promise<boolean>,
  ): Promise<GatewayEvent[]> {
    this.#isStored = await keep(this);
    return this.#numbered(events);
  }

  #numbered(events: readonly ResponseStreamEvent[]): GatewayEvent[] {
    return events.map((event) => {
      const sequence_number = event.sequence_number + this.#ownEvents;
      if (!("response" in event)) return { ...event, sequence_number };
      return { ...event, sequence_number, response: this.#served(event.response) };
    });
  }

  #served(response: ReturnType<() => ResponseWriter["response"]>): GatewayResponse {
    const status = this.#status ?? response.status;
    const incomplete_details = status === "cancelled" ? null : response.incomplete_details;
    return { ...response, status, incomplete_details, store: this.#isStored };
  }
}
