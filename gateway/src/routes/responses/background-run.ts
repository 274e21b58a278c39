import { EngineError } from "harmony-format/engines";
import type { Logger } from "pino";
import { BusyError } from "../../http/errors.js";
import { StateError } from "../../state/state.js";
import { pause } from "./pause.js";
import { type GatewayEvent, type GatewayResponse, hasEnded } from "./response.js";
import type { ResponseRun } from "./response-run.js";
import { eventsKey, type ResponseRecord, type ResponseStore } from "./response-store.js";

/** How often what is new is kept, and other gateways' wishes are looked for, in milliseconds. */
const BEAT = 500;

/** How many beats pass between two copies of the whole response. */
const BEATS_PER_COPY = 4;

/** For how long the others believe that this gateway lives when they hear nothing, in milliseconds. */
const LEASE = 10_000;

/** How often the end of a response is offered to a state that cannot be reached. */
const TRIES = 8;

/** What another gateway wants of a response that is made here. */
export type Wish = "cancel" | "delete";

/** Waits until the engine has a place for one more; the result gives the place back. */
export type TakeTurn = (signal: AbortSignal) => Promise<() => void>;

/**
 * A response that is made while nobody waits for it. Other gateways see it through the state: its events, a copy now and
 * then, and a lease that runs out when this process dies.
 */
export class BackgroundRun {
  /** The response as it was accepted: queued. */
  readonly accepted: GatewayResponse;
  readonly #logger: Logger;
  readonly #run: ResponseRun;
  readonly #store: ResponseStore;
  readonly #events: GatewayEvent[] = [];
  /** How many of the events followers may see: the last one only when the response can be retrieved everywhere. */
  #shown = 0;
  /** How many of the events are in the state, and in how many pieces. */
  #keptEvents = 0;
  #chunks = 0;
  #isOver = false;
  /** What is kept in place of a response that is too large. */
  #failed: ResponseRecord | undefined;
  #isDeleted = false;
  #followers = new Set<() => void>();

  constructor(run: ResponseRun, store: ResponseStore, logger: Logger) {
    this.#logger = logger;
    this.#run = run;
    this.#store = store;
    for (const event of run.queue()) this.#tell(event);
    this.accepted = run.response;
  }

  get response(): GatewayResponse {
    return this.#failed?.response ?? this.#run.response;
  }

  get record(): ResponseRecord {
    return this.#failed ?? this.#run.record;
  }

  /** Keeps it as queued. @throws StateError */
  accept(): Promise<void> {
    return this.#keep(this.record);
  }

  /**
   * Makes the response, and keeps it.
   * @returns When all is done; it is never rejected.
   */
  async work(takeTurn: TakeTurn): Promise<void> {
    const over = new AbortController();
    const beating = this.#beat(over.signal);
    const keep = async (): Promise<boolean> => true;
    let giveBack: (() => void) | undefined;
    try {
      giveBack = await takeTurn(this.#run.controller.signal);
      for await (const event of this.#run.events(keep)) this.#tell(event);
    } catch (error) {
      // What went wrong once it had begun, the events say.
      if (giveBack === undefined) for (const event of await this.#run.giveUp(tooBusy(error), keep)) this.#tell(event);
    } finally {
      giveBack?.();
      over.abort();
      await beating;
    }
    await this.#finish();
  }

  /** Ends it: as cancelled, or as failed if the reason is an error that a client can be shown. */
  stop(reason?: unknown): void {
    this.#run.controller.abort(reason);
  }

  /** Ends it, and leaves nothing of it in the state. */
  discard(): void {
    this.#isDeleted = true;
    this.stop();
  }

  /** Waits until it is over, and is kept where the state can be reached. */
  async end(): Promise<void> {
    while (!this.#isOver) await this.#news();
  }

  /** The events behind the one of a number, as they come. */
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<GatewayEvent, void, undefined> {
    for (let index = after + 1; !signal.aborted; ) {
      const event = index < this.#shown ? this.#events[index] : undefined;
      if (event !== undefined) {
        index += 1;
        yield event;
      } else if (this.#isOver) return;
      else await this.#news(signal);
    }
  }

  /** Keeps the end. A state that cannot be reached is asked again for a while; followers do not wait for that. */
  async #finish(): Promise<void> {
    const { id } = this.#run;
    for (let tries = 1; tries <= TRIES; tries++) {
      try {
        if (this.#isDeleted) await this.#store.delete(id);
        else await this.#keepLast();
        await this.#store.state.deleteMany([leaseKey(id), wishKey(id)]);
        break;
      } catch (error) {
        this.#show();
        if (tries < TRIES) await pause(Math.min(5000, 100 * 2 ** tries));
        else this.#logger.error({ err: error, response: id }, "a response in the background could not be kept");
      }
    }
    this.#show();
  }

  async #keepLast(): Promise<void> {
    const { record } = this;
    try {
      await this.#keep(record);
      await this.#run.keepCalls();
    } catch (error) {
      if (!(error instanceof StateError && error.status === 413)) throw error;
      const failure = { code: "server_error", message: error.message } as const;
      const response: GatewayResponse = { ...record.response, status: "failed", error: failure, output: [] };
      response.output_text = "";
      this.#failed = { ...record, response, turn: [], hasEvents: false };
      const { sequence_number } = this.#events.pop()!;
      this.#events.push({ type: "response.failed", sequence_number, response });
      await this.#store.keep(this.#failed);
    }
  }

  async #beat(over: AbortSignal): Promise<void> {
    const { id } = this.#run;
    for (let beats = 1; !over.aborted; beats++) {
      await pause(BEAT, over);
      if (over.aborted) return;
      try {
        const wished = (await this.#store.state.get(wishKey(id))) as Wish | undefined;
        if (wished === "delete") this.#isDeleted = true;
        if (wished !== undefined) this.stop();
        if (!this.#isDeleted) await this.#keep(beats % BEATS_PER_COPY === 1 ? this.record : undefined);
      } catch {
        // What could not be kept now is kept with the next beat, or at the end.
      }
    }
  }

  /** Keeps the events that are new, perhaps a copy of the response, and says that this gateway lives. */
  async #keep(record: ResponseRecord | undefined): Promise<void> {
    const { id, hasEvents } = this.#run;
    const { state } = this.#store;
    await state.set(leaseKey(id), 1, { ttl: LEASE });
    const news = hasEvents ? this.#events.slice(this.#keptEvents) : [];
    const chunk = new Map(news.length === 0 ? [] : [[eventsKey(id, this.#chunks), news]]);
    if (record === undefined) await state.setMany(chunk);
    else await this.#store.keep(record, chunk);
    this.#keptEvents += news.length;
    this.#chunks += chunk.size;
  }

  #tell(event: GatewayEvent): void {
    this.#events.push(event);
    if ("response" in event && hasEnded(event.response)) return;
    this.#shown = this.#events.length;
    this.#wake();
  }

  #show(): void {
    this.#shown = this.#events.length;
    this.#isOver = true;
    this.#wake();
  }

  #wake(): void {
    const followers = this.#followers;
    this.#followers = new Set();
    for (const wake of followers) wake();
  }

  #news(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener("abort", wake);
        this.#followers.delete(wake);
        resolve();
      };
      this.#followers.add(wake);
      signal?.addEventListener("abort", wake);
    });
  }
}

/** A queue that is full or slow, in words that a response knows. */
function tooBusy(error: unknown): unknown {
  if (!(error instanceof BusyError)) return error;
  return new EngineError("refused", error.message, { engine: "the gateway", status: 429, cause: error });
}

/** Whether the gateway that makes a response still lives, as far as the state knows. */
export async function isAlive(id: string, { state }: ResponseStore): Promise<boolean> {
  return (await state.get(leaseKey(id))) !== undefined;
}

/** Tells the gateway that makes a response what is wanted of it. */
export async function wish(id: string, what: Wish, { state }: ResponseStore): Promise<void> {
  await state.set(wishKey(id), what, { ttl: 600_000 });
}

/** The record of a response whose gateway has died. */
export function abandoned(record: ResponseRecord): ResponseRecord {
  const { response } = record;
  if (hasEnded(response)) return record;
  const message =
    "the gateway that made this response ended before it was complete; what it had written by then may be in `output`. Send the request again";
  const error = { code: "server_error", message } as const;
  const output = response.output.map((item) =>
    item.status === "in_progress"
      ? { ...item, status: item.type === "web_search_call" ? ("failed" as const) : ("incomplete" as const) }
      : item,
  ) as typeof response.output;
  return { ...record, response: { ...response, status: "failed", error, output }, keptAt: Date.now() };
}

function leaseKey(id: string): string {
  return `lease:${id}`;
}

function wishKey(id: string): string {
  return `wish:${id}`;
}
