import { apiErrorOf } from "./errors.js";
import { rememberEnd, type StreamEnd } from "./exchange.js";

/** What a stream of server-sent events is made from. */
export interface EventSource<Item> {
  readonly items: AsyncIterable<Item>;
  /** Ends the items, also while they are being waited for. */
  readonly stop: (reason?: unknown) => void;
  /** An item as it is written: with its `data:` and its empty line. */
  readonly textOf: (item: Item) => string;
  /** What is written behind the last item. */
  readonly end?: string;
  /** What is written of an error in mid-stream; the stream ends with it. */
  readonly failed: (error: unknown) => string;
  /** After how many milliseconds without an item a comment is written. Default: `Infinity`. */
  readonly heartbeat?: number | undefined;
}

/** How many UTF-16 units are gathered for one write at most: an engine that is always ahead must not fill the memory. */
const MOST_AT_ONCE = 16_384;

/** A comment, which no reader of events shows. */
const HEARTBEAT = ": still here\n\n";

/**
 * Server-sent events as an answer. It waits for the first item, so that an engine that is not there is an error with a
 * status of its own. From then on items are asked for when the reader takes something, one ahead of it and never more: a
 * slow reader slows the engine down, and one that leaves stops it. Items that come in the same turn are one write.
 *
 * @throws Whatever the items throw instead of a first one.
 */
export async function eventStream<Item>(source: EventSource<Item>): Promise<Response> {
  const items = source.items[Symbol.asyncIterator]();
  const stream = new Stream(source, items, await items.next());
  const body = new ReadableStream<Uint8Array>(stream, { highWaterMark: 0 });
  const response = new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
  });
  rememberEnd(response, body, stream.ended);
  return response;
}

/**
 * Chunks as Chat Completions and Completions have them: events without a name, and `[DONE]` behind the last.
 *
 * @throws Whatever the chunks throw instead of a first one.
 */
export function chunkStream({
  items,
  stop,
  heartbeat,
}: Pick<EventSource<object>, "items" | "stop" | "heartbeat">): Promise<Response> {
  const textOf = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
  const failed = (error: unknown): string => textOf(apiErrorOf(error));
  return eventStream({ items, stop, heartbeat, textOf, failed, end: "data: [DONE]\n\n" });
}

/** The bytes of a stream, as a web stream asks for them. */
class Stream<Item> implements UnderlyingDefaultSource<Uint8Array> {
  /** Is never rejected. */
  readonly ended: Promise<StreamEnd>;
  readonly #source: EventSource<Item>;
  readonly #items: AsyncIterator<Item>;
  readonly #encoder = new TextEncoder();
  /** The item that has been asked for and not been written yet. */
  #next: Promise<IteratorResult<Item>> | undefined;
  #end!: (end: StreamEnd) => void;

  constructor(source: EventSource<Item>, items: AsyncIterator<Item>, first: IteratorResult<Item>) {
    this.#source = source;
    this.#items = items;
    this.#next = Promise.resolve(first);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { textOf, end = "", failed } = this.#source;
    let text = "";
    let over: StreamEnd | undefined;
    try {
      let isThere = await this.#comes();
      if (!isThere) text = HEARTBEAT;
      let turn: Promise<false> | undefined;
      while (isThere) {
        const { done, value } = await this.#ask();
        this.#next = undefined;
        if (done === true) {
          text += end;
          over = { hasLeft: false };
          break;
        }
        text += textOf(value);
        if (text.length >= MOST_AT_ONCE) break;
        // What comes in this turn of the loop is written at once, and waits no longer than to its end.
        turn ??= endOfTurn();
        isThere = await Promise.race([this.#settled(), turn]);
      }
    } catch (error) {
      text += failed(error);
      over = { hasLeft: false, error };
    }
    // A reader that has left meanwhile takes nothing, and says so by an error of the controller.
    if (this.#hasLeft) return;
    if (text !== "") controller.enqueue(this.#encoder.encode(text));
    if (over === undefined) return;
    controller.close();
    this.#end(over);
  }

  #hasLeft = false;

  async cancel(reason: unknown): Promise<void> {
    this.#hasLeft = true;
    this.#end({ hasLeft: true });
    // An iterator that is waiting cannot be closed: what it waits for is ended first.
    this.#source.stop(reason);
    this.#next?.catch(() => {});
    await this.#items.return?.();
  }

  #ask(): Promise<IteratorResult<Item>> {
    this.#next ??= this.#items.next();
    return this.#next;
  }

  /** Waits for the next item, as long as a stream may be quiet. @returns Whether it is there. */
  async #comes(): Promise<boolean> {
    const { heartbeat = Infinity } = this.#source;
    if (heartbeat === Infinity) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quiet = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), heartbeat);
    });
    try {
      return await Promise.race([this.#settled(), quiet]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** An error is there as well; who asks for the item gets it. */
  #settled(): Promise<true> {
    return this.#ask().then(
      () => true,
      () => true,
    );
  }
}

/** Resolves when the runtime has done all that could be done at once. */
function endOfTurn(): Promise<false> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve, false);
    else setTimeout(resolve, 0, false);
  });
}
