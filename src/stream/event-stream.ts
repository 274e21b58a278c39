import type { HarmonyEvent } from "../parse/event.js";
import { checkParser, checkStreamOptions } from "./checks.js";
import { END, type EventParser, eventsOf } from "./event-parser.js";
import type { ParseStreamOptions } from "./parse-stream.js";

/** How to parse a web stream. */
export type EventStreamOptions = Pick<ParseStreamOptions, "finishReason">;

/**
 * A web stream from tokens, token arrays or text to events: `tokens.pipeThrough(new HarmonyEventStream(parser))`.
 *
 * A chunk is parsed only when an event is asked for. Cancelling reaches the source with its reason. An error of the
 * source, or of a parser that is not resilient, errors both sides, after the events that came before it.
 */
export class HarmonyEventStream<Chunk> {
  /** The events. */
  readonly readable: ReadableStream<HarmonyEvent>;
  /** Takes the chunks. */
  readonly writable: WritableStream<Chunk>;

  /**
   * @param parser A `StreamableParser` for tokens, a `HarmonyTextParser` for text. It can be read at any time.
   * @param options Why the engine stopped.
   * @throws TypeError for anything that is not such a parser, and for an unknown option.
   */
  constructor(parser: EventParser<Chunk>, options: EventStreamOptions = {}) {
    checkParser(parser, "HarmonyEventStream");
    checkStreamOptions(options, ["finishReason"] satisfies (keyof EventStreamOptions)[], "HarmonyEventStream");
    let input!: WritableStreamDefaultController;
    let parsing: Promise<void> | undefined;
    const output = new EventQueue((reason) => {
      input.error(reason);
      return parsing;
    });
    const parse = (chunk: Chunk | typeof END): Promise<void> | undefined => {
      try {
        for (const event of eventsOf(parser, chunk, options.finishReason)) output.add(event);
        return undefined;
      } catch (error) {
        return output.fail(error);
      }
    };
    const parseOnDemand = (chunk: Chunk | typeof END): Promise<void> | undefined => {
      parsing = output.demand()?.then(() => parse(chunk)) ?? parse(chunk);
      return parsing;
    };
    this.readable = output.readable;
    this.writable = new WritableStream<Chunk>({
      start: (controller) => {
        input = controller;
      },
      write: parseOnDemand,
      close: async () => {
        await parseOnDemand(END);
        output.controller.close();
      },
      abort: (reason) => {
        // Not waited for: the writer need not know when the events are taken.
        output.fail(reason).catch(() => {});
      },
    });
  }
}

/**
 * A readable stream that says when its events have been taken. A `TransformStream` does not, and throws away what is still
 * queued when its transformer throws.
 */
class EventQueue {
  readonly readable: ReadableStream<HarmonyEvent>;
  controller!: ReadableStreamDefaultController<HarmonyEvent>;
  /** Whether all events have been taken and the next one is asked for. */
  #isAwaited = false;
  /** Ends the wait that is going on. */
  #wait: { readonly end: () => void; readonly fail: (reason: unknown) => void } | undefined;

  /** @param onCancel Called when no more events are wanted; gives what is still going on then. */
  constructor(onCancel: (reason: unknown) => Promise<void> | undefined) {
    this.readable = new ReadableStream<HarmonyEvent>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        // Called only when the queue is empty and a read is waiting, since the stream is to hold nothing in store.
        pull: () => {
          this.#isAwaited = true;
          this.#wait?.end();
        },
        cancel: async (reason) => {
          this.#wait?.fail(reason);
          await onCancel(reason)?.catch(() => {});
        },
      },
      { highWaterMark: 0 },
    );
  }

  add(event: HarmonyEvent): void {
    this.#isAwaited = false;
    this.controller.enqueue(event);
  }

  /** Errors the stream when all events have been taken, and rejects with the error. */
  async fail(error: unknown): Promise<never> {
    await this.demand();
    this.controller.error(error);
    throw error;
  }

  /** Resolves when all events have been taken and the next one is asked for. Rejects when the stream is cancelled. */
  demand(): Promise<void> | undefined {
    if (this.#isAwaited) return undefined;
    return new Promise((end, fail) => {
      this.#wait = { end, fail };
    });
  }
}
