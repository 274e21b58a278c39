import type { HarmonyEvent } from "../parse/event.js";
import type { EventParser } from "./parse-stream.js";

/**
 * A web stream from tokens, token arrays or text to events: `tokens.pipeThrough(new HarmonyEventStream(parser))`.
 *
 * Backpressure, cancellation and errors are those of every `TransformStream`; an error of a parser that is not
 * resilient errors both sides.
 */
export class HarmonyEventStream<Chunk> extends TransformStream<Chunk, HarmonyEvent> {
  /** @param parser A `StreamableParser` for tokens, a `HarmonyTextParser` for text; it can be read meanwhile. */
  constructor(parser: EventParser<Chunk>) {
    super({
      transform(chunk, controller): void {
        for (const event of parser.push(chunk)) controller.enqueue(event);
      },
      flush(controller): void {
        for (const event of parser.finish()) controller.enqueue(event);
      },
    });
  }
}
