import { ApiError } from "harmony-format/client";
import type { Logger } from "pino";
import { StateError } from "../../state/state.js";
import { abandoned, BackgroundRun, isAlive, type TakeTurn, wish } from "./background-run.js";
import { pause } from "./pause.js";
import { type GatewayEvent, type GatewayResponse, hasEnded } from "./response.js";
import type { ResponseRun } from "./response-run.js";
import { CHUNKS_AT_ONCE, eventsKey, type ResponseRecord, type ResponseStore } from "./response-store.js";

/** How often the state is asked what another gateway has written, in milliseconds. */
const LOOK = 200;

/** The responses that are made in the background, here or by another gateway with the same state. */
export class BackgroundRuns {
  readonly #store: ResponseStore;
  readonly #takeTurn: TakeTurn;
  readonly #logger: Logger;
  readonly #runs = new Map<string, BackgroundRun>();
  readonly #working = new Set<Promise<void>>();
  #isClosed = false;

  constructor(store: ResponseStore, takeTurn: TakeTurn, logger: Logger) {
    this.#store = store;
    this.#takeTurn = takeTurn;
    this.#logger = logger;
  }

  /**
   * Begins a response, when it has been kept.
   * @throws StateError if the state cannot be reached, or the gateway is about to end; nothing has begun then.
   */
  async start(run: ResponseRun): Promise<BackgroundRun> {
    if (this.#isClosed) {
      const message = "the gateway is about to end, and begins nothing in the background; try again";
      throw new StateError(message, { status: 503, code: "shutting_down", retryAfter: 1 });
    }
    const background = new BackgroundRun(run, this.#store, this.#logger);
    await background.accept();
    this.#runs.set(run.id, background);
    const working = background
      .work(this.#takeTurn)
      .catch((error) => this.#logger.error({ err: error, response: run.id }, "a response in the background was lost"))
      .finally(() => {
        this.#runs.delete(run.id);
        this.#working.delete(working);
      });
    this.#working.add(working);
    return background;
  }

  /** What is known of a response now; `undefined` for one that is not. */
  async find(id: string): Promise<ResponseRecord | undefined> {
    const run = this.#runs.get(id);
    if (run !== undefined) {
      if (hasEnded(run.response)) await run.end();
      return run.record;
    }
    const record = await this.#store.find(id);
    if (record === undefined || hasEnded(record.response) || (await isAlive(id, this.#store))) return record;
    // It may have ended between the two questions.
    const latest = await this.#store.find(id);
    if (latest === undefined || hasEnded(latest.response)) return latest;
    const failed = abandoned(latest);
    await this.#store.keep(failed);
    return failed;
  }

  /**
   * Ends a response, and waits until it has.
   * @throws ApiError for one that is not made in the background.
   */
  async cancel(record: ResponseRecord): Promise<GatewayResponse> {
    const { id, background } = record.response;
    if (!background) {
      const message = "only a response in the background can be cancelled; end the connection of any other one";
      throw new ApiError(message, { param: "response_id", code: "not_in_background" });
    }
    const run = this.#runs.get(id);
    if (run !== undefined) {
      run.stop();
      await run.end();
      return run.response;
    }
    if (hasEnded(record.response)) return record.response;
    await wish(id, "cancel", this.#store);
    for (;;) {
      await pause(LOOK);
      const now = await this.find(id);
      if (now === undefined) return { ...record.response, status: "cancelled" };
      if (hasEnded(now.response)) return now.response;
    }
  }

  /** Deletes a response; one that is being made is ended. @returns Whether there was one. */
  async delete(id: string): Promise<boolean> {
    const run = this.#runs.get(id);
    if (run !== undefined) {
      run.discard();
      await run.end();
      return true;
    }
    const record = await this.#store.find(id);
    if (record !== undefined && !hasEnded(record.response)) await wish(id, "delete", this.#store);
    return this.#store.delete(id);
  }

  /** The events of a response behind the one of a number: those that have been, and those that come. */
  async *follow(id: string, after: number, signal: AbortSignal): AsyncGenerator<GatewayEvent, void, undefined> {
    const run = this.#runs.get(id);
    if (run !== undefined) {
      yield* run.follow(after, signal);
      return;
    }
    let last = -1;
    for (let first = 0; !signal.aborted; ) {
      // Asked before the events are: a response that has ended has no events that come later.
      const record = await this.find(id);
      const keys = Array.from({ length: CHUNKS_AT_ONCE }, (_, index) => eventsKey(id, first + index));
      const chunks = (await this.#store.state.getMany(keys)) as (readonly GatewayEvent[] | undefined)[];
      for (const events of chunks) {
        if (events === undefined) break;
        first += 1;
        for (const event of events) {
          last = event.sequence_number;
          if (last > after) yield event;
          if ("response" in event && hasEnded(event.response)) return;
        }
      }
      if (chunks.at(-1) !== undefined) continue;
      if (record === undefined) return;
      if (hasEnded(record.response)) {
        // The gateway that made it has died before it could say so.
        const { response } = record;
        yield { type: "response.failed", sequence_number: last + 1, response } as GatewayEvent;
        return;
      }
      await pause(LOOK, signal);
    }
  }

  /**
   * Waits for all that is being made; what has not ended in time fails, and says why.
   * @param time In milliseconds.
   */
  async close(time: number): Promise<void> {
    this.#isClosed = true;
    // What waits no longer must not keep the process from ending.
    const over = new AbortController();
    const all = Promise.all(this.#working).finally(() => over.abort());
    await Promise.race([all, pause(time, over.signal)]);
    const reason = new ApiError("the gateway was ended before the response was complete; send the request again", {
      status: 503,
      type: "server_error",
      code: "shutting_down",
    });
    for (const run of this.#runs.values()) run.stop(reason);
    await Promise.race([all, pause(CLOSING, over.signal)]);
    over.abort();
  }
}

/** How long the last words of responses may take when the gateway ends, in milliseconds. */
const CLOSING = 5000;
