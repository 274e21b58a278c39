import { showValue } from "../options.js";
import { hasMethod } from "./checks.js";

/** Where a stream takes its chunks from. */
export type ChunkSource<Chunk> = AsyncIterable<Chunk> | Iterable<Chunk> | ReadableStream<Chunk>;

/** Reads a source to its end, or closes it before. A source that has ended or failed by itself is not closed. */
export class ChunkReader<Chunk> {
  readonly #iterator: AsyncIterator<Chunk>;
  #isOver = false;

  /** Opens the source. Throws what the source throws. */
  constructor(source: ChunkSource<Chunk>) {
    this.#iterator = open(source);
  }

  /** The next chunk, or `{ done: true }` at the end. Rejects with what the source throws. */
  async next(): Promise<IteratorResult<Chunk, unknown>> {
    try {
      // A plain result will do, as it does for `for await`.
      const result: unknown = await this.#iterator.next();
      if (typeof result !== "object" || result === null) {
        throw new TypeError(`parseStream: next() of the source must give { done, value }, not ${showValue(result)}`);
      }
      const { done } = result as IteratorResult<Chunk>;
      if (done === true) this.#isOver = true;
      return result as IteratorResult<Chunk>;
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  /** Tells the source that nothing more will be read from it, and waits for that. Rejects with what the source throws. */
  async close(): Promise<void> {
    if (!this.#isOver) await this.#iterator.return?.();
  }
}

function open<Chunk>(source: ChunkSource<Chunk>): AsyncIterator<Chunk> {
  if (hasMethod(source, Symbol.asyncIterator)) {
    const iterator = (source as AsyncIterable<Chunk>)[Symbol.asyncIterator]();
    if (hasMethod(iterator, "next")) return iterator;
    throw new TypeError(
      `parseStream: [Symbol.asyncIterator]() of the source must give an iterator, not ${showValue(iterator)}`,
    );
  }
  if (hasMethod(source, Symbol.iterator)) return asynchronous(source as Iterable<Chunk>);
  return chunksOf((source as ReadableStream<Chunk>).getReader());
}

async function* asynchronous<Chunk>(source: Iterable<Chunk>): AsyncGenerator<Chunk, void, undefined> {
  yield* source;
}

/** Iterates over a web stream where the runtime does not: Safari has streams without `Symbol.asyncIterator`. */
function chunksOf<Chunk>(reader: ReadableStreamDefaultReader<Chunk>): AsyncIterator<Chunk> {
  return {
    async next() {
      let isOver = true;
      try {
        const result = await reader.read();
        isOver = result.done;
        return result as IteratorResult<Chunk>;
      } finally {
        if (isOver) reader.releaseLock();
      }
    },
    async return() {
      const cancelled = reader.cancel();
      reader.releaseLock();
      await cancelled;
      return { done: true, value: undefined };
    },
  };
}
