import type { HarmonyEvent } from "../parse/event.js";
import { checkParser } from "./checks.js";
import type { EventParser } from "./event-parser.js";
import { parseStream } from "./parse-stream.js";

/**
 * A web stream from tokens, token arrays or text to events: `tokens.pipeThrough(new HarmonyEventStream(parser))`. It does
 * what {@link parseStream} does, as a pair of streams.
 *
 * Nothing is read from the source before an event is asked for. Cancelling reaches the source with its reason. An error
 * of the source, or of a parser that is not resilient, errors both sides, after the events that came before it.
 */
export class HarmonyEventStream<Chunk> {
  /** The events. */
  readonly readable: ReadableStream<HarmonyEvent>;
  /** Takes the chunks. */
  readonly writable: WritableStream<Chunk>;

  /**
   * @param parser A `StreamableParser` for tokens, a `HarmonyTextParser` for text. It can be read at any time.
   * @throws TypeError for anything that is not such a parser.
   */
  constructor(parser: EventParser<Chunk>) {
    checkParser(parser, "HarmonyEventStream");
    const chunks = new TransformStream<Chunk, Chunk>();
    const reader = chunks.readable.getReader();
    const cancellation = new AbortController();
    const source: AsyncIterable<Chunk> = {
      [Symbol.asyncIterator]: () => ({ next: () => reader.read() as Promise<IteratorResult<Chunk>> }),
    };
    const events = parseStream(parser, source, { signal: cancellation.signal });
    this.writable = chunks.writable;
    // Not a transformer, which would throw away the events still queued when it throws: here an error is thrown only when
    // the events before it have been taken.
    this.readable = new ReadableStream<HarmonyEvent>(
      {
        async pull(controller): Promise<void> {
          try {
            const { done, value } = await events.next();
            if (done === true) controller.close();
            else controller.enqueue(value);
          } catch (error) {
            await reader.cancel(error).catch(() => {});
            throw error;
          }
        },
        cancel(reason): Promise<void> {
          cancellation.abort();
          return reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }
}
