import type { HarmonyEvent } from "../parse/event.js";

/** What a stream needs of a parser; `StreamableParser` and `HarmonyTextParser` have it. */
export interface EventParser<Chunk> {
  /** Processes a chunk, and tells what came of it. */
  push(chunk: Chunk): HarmonyEvent[];
  /** Processes the end of the input, and tells what came of it. */
  finish(): HarmonyEvent[];
  /** What {@link EventParser.push} could not tell, because it threw. */
  takeEvents(): HarmonyEvent[];
}

/** How to parse a stream. */
export interface ParseStreamOptions {
  /** Ends the iteration with the signal's reason, also while the source is being waited for. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Parses what a source gives, as it gives it: tokens or token arrays for a `StreamableParser`, text for a
 * `HarmonyTextParser`.
 *
 * The source is only asked for more when all events of what it gave have been taken. Whoever stops early (`break`,
 * `return()`) stops the source as well. An error of the source, or of a parser that is not resilient, ends the iteration
 * with that error, behind the events that came before it; the parser can be read then.
 */
export async function* parseStream<Chunk>(
  parser: EventParser<Chunk>,
  source: AsyncIterable<Chunk> | Iterable<Chunk>,
  options: ParseStreamOptions = {},
): AsyncGenerator<HarmonyEvent, void, undefined> {
  const { signal } = options;
  const iterator = iteratorOf(source);
  const abortion = new Abortion(signal);
  // A source that has ended or failed needs no telling that nobody wants more of it.
  let isOpen = true;
  try {
    for (;;) {
      signal?.throwIfAborted();
      isOpen = false;
      const result = await abortion.race(iterator.next());
      isOpen = result === ABORTED || result.done !== true;
      if (result === ABORTED) throw signal!.reason;
      if (result.done === true) break;
      yield* tell(() => parser.push(result.value), parser, signal);
    }
    yield* tell(() => parser.finish(), parser, signal);
  } finally {
    abortion.forget();
    if (isOpen) await stop(iterator, signal?.aborted === true);
  }
}

const ABORTED: unique symbol = Symbol("aborted");

/** Lets go of a wait when a signal says so. */
class Abortion {
  readonly #signal: AbortSignal | undefined;
  /** Ends the wait that is going on. */
  #letGo: (() => void) | undefined;
  readonly #listener = (): void => this.#letGo?.();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.addEventListener("abort", this.#listener, { once: true });
  }

  /**
   * What the promise gives, or `ABORTED`. Not `Promise.race` with one promise for the signal: that one would keep
   * something of every wait for as long as it lives.
   */
  race<T>(promise: Promise<T>): Promise<T | typeof ABORTED> {
    if (this.#signal === undefined) return promise;
    return new Promise((resolve, reject) => {
      this.#letGo = () => resolve(ABORTED);
      promise.then(resolve, reject);
    });
  }

  /** Takes the listener off the signal, which may live much longer. */
  forget(): void {
    this.#signal?.removeEventListener("abort", this.#listener);
  }
}

/** Gives the events of one step; where the step failed, those that came before the failure. */
function* tell<Chunk>(
  step: () => HarmonyEvent[],
  parser: EventParser<Chunk>,
  signal: AbortSignal | undefined,
): Generator<HarmonyEvent, void, undefined> {
  let events: HarmonyEvent[];
  let failure: { readonly error: unknown } | undefined;
  try {
    events = step();
  } catch (error) {
    failure = { error };
    events = parser.takeEvents();
  }
  for (const event of events) {
    signal?.throwIfAborted();
    yield event;
  }
  if (failure !== undefined) throw failure.error;
}

function iteratorOf<Chunk>(source: AsyncIterable<Chunk> | Iterable<Chunk>): AsyncIterator<Chunk> {
  if (Symbol.asyncIterator in Object(source)) return (source as AsyncIterable<Chunk>)[Symbol.asyncIterator]();
  if (Symbol.iterator in Object(source)) return asynchronous(source as Iterable<Chunk>);
  throw new TypeError("the source must be an iterable or async iterable of tokens, token arrays or text");
}

async function* asynchronous<Chunk>(source: Iterable<Chunk>): AsyncGenerator<Chunk, void, undefined> {
  yield* source;
}

/** Tells a source that nobody wants more of it. One that may be waiting for something is not waited for. */
async function stop(iterator: AsyncIterator<unknown>, mayBeWaiting: boolean): Promise<void> {
  const stopped = iterator.return?.();
  if (mayBeWaiting) stopped?.catch(() => {});
  else await stopped;
}
