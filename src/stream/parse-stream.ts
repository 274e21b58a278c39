import type { HarmonyEvent } from "../parse/event.js";
import type { FinishReason } from "../parse/finish.js";
import { Abortable } from "./abortable.js";
import { checkParser, checkSource, checkStreamOptions } from "./checks.js";
import { END, type EventParser, eventsOf } from "./event-parser.js";
import { ChunkReader, type ChunkSource } from "./source.js";

/** How to parse a stream. */
export interface ParseStreamOptions {
  /** Ends the iteration with the signal's reason, even while it is waiting for the source. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Says why the engine stopped; it is called when the source has ended. The parser's `finish` gets what it returns as
   * its option `reason`. Default: nobody knows.
   */
  readonly finishReason?: (() => FinishReason | null | undefined) | undefined;
}

/**
 * Parses what a source delivers, as it arrives, and yields the events: tokens or token arrays for a `StreamableParser`,
 * text for a `HarmonyTextParser`.
 *
 * The source is opened when the first event is asked for, and is asked for more only when all events of the last chunk
 * have been taken. Stopping early (`break`, `return()`) closes the source, and waits for that.
 *
 * The iteration ends with the first error: of the source, of a parser that is not resilient, or the reason of the
 * signal. The events that came before the error are yielded first, except after an abort; the parser can still be read.
 * What a source throws while it is closed because of an error is dropped, as in a `for await` loop: the first error is
 * the one that says what happened. It is thrown when there was no other, that is, after stopping early.
 *
 * @param parser A `StreamableParser` or a `HarmonyTextParser`.
 * @param source An iterable, an async iterable, or a `ReadableStream`, also where those are not async iterable (Safari).
 * @throws TypeError at once, not at the first event, for an argument that cannot be used and for an unknown option.
 */
export function parseStream<Chunk>(
  parser: EventParser<Chunk>,
  source: ChunkSource<Chunk>,
  options: ParseStreamOptions = {},
): AsyncGenerator<HarmonyEvent, void, undefined> {
  checkParser(parser, "parseStream");
  checkSource(source);
  checkStreamOptions(options, ["signal", "finishReason"] satisfies (keyof ParseStreamOptions)[], "parseStream");
  return parse(parser, source, options);
}

async function* parse<Chunk>(
  parser: EventParser<Chunk>,
  source: ChunkSource<Chunk>,
  { signal, finishReason }: ParseStreamOptions,
): AsyncGenerator<HarmonyEvent, void, undefined> {
  const abortable = new Abortable(signal);
  let reader: ChunkReader<Chunk> | undefined;
  let hasFailed = false;
  try {
    reader = new ChunkReader(source);
    for (let isOver = false; !isOver; ) {
      abortable.throwIfAborted();
      const { done, value } = await abortable.wait(reader.next());
      isOver = done === true;
      for (const event of eventsOf(parser, isOver ? END : (value as Chunk), finishReason)) {
        abortable.throwIfAborted();
        yield event;
      }
    }
  } catch (error) {
    hasFailed = true;
    // A source that is given the same signal may have thrown something of its own.
    abortable.throwIfAborted();
    throw error;
  } finally {
    abortable.release();
    // After an abort the source may be waiting for something, and never answer.
    if (abortable.isAborted) void closeQuietly(reader);
    else if (hasFailed) await closeQuietly(reader);
    else await reader?.close();
  }
}

async function closeQuietly(reader: ChunkReader<unknown> | undefined): Promise<void> {
  try {
    await reader?.close();
  } catch {
    // There has been an error already, and that is the one to report.
  }
}
