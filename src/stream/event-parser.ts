import type { HarmonyEvent } from "../parse/event.js";
import type { FinishOptions, FinishReason } from "../parse/finish.js";

/** What a stream needs of a parser. `StreamableParser` and `HarmonyTextParser` are such parsers. */
export interface EventParser<Chunk> {
  /** Processes a chunk and returns the events that it caused. */
  push(chunk: Chunk): HarmonyEvent[];
  /** Processes the end of the input and returns the events that it caused. */
  finish(options?: FinishOptions): HarmonyEvent[];
  /** Returns the events that {@link EventParser.push} could not return because it threw. */
  takeEvents(): HarmonyEvent[];
}

/** Stands for the end of the input where a chunk might be. */
export const END: unique symbol = Symbol("end");

/**
 * Feeds a parser with a chunk, or with the end of the input, and yields the events. If the parser throws, the events that
 * came before the error are yielded, and then the error is thrown.
 * @param finishReason Is called at the end of the input.
 */
export function* eventsOf<Chunk>(
  parser: EventParser<Chunk>,
  input: Chunk | typeof END,
  finishReason?: () => FinishReason | null | undefined,
): Generator<HarmonyEvent, void, undefined> {
  let events: HarmonyEvent[];
  try {
    events = input === END ? parser.finish({ reason: finishReason?.() }) : parser.push(input);
  } catch (error) {
    yield* parser.takeEvents();
    throw error;
  }
  yield* events;
}
