/** Where the items of a byte stream come from, and how they are written. */
export interface ByteStreamSource<Item> {
  readonly items: AsyncIterator<Item>;
  /** What has been read of the items already: it is written first. */
  readonly first?: IteratorResult<Item> | undefined;
  /** Ends the items, also while they are being waited for. */
  readonly stop: () => void;
  /** Fails the stream with its reason, also while nobody reads it. It is left alone when the stream is over. */
  readonly signal?: AbortSignal | undefined;
  readonly textOf: (item: Item) => string;
  /** The text behind the last item. */
  readonly end?: string | undefined;
  /** The text that says what went wrong, with which the stream ends; by default it fails with the error. */
  readonly failed?: ((error: unknown) => string) | undefined;
}

/**
 * Items as a stream of bytes, in UTF-8. Each time something is asked of the stream, one item is asked of the source, and
 * never before, so that a slow reader slows the engine down; cancelling it stops the engine.
 */
export function byteStreamOf<Item>(source: ByteStreamSource<Item>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { items, stop, signal, textOf, end = "", failed } = source;
  const encoder = new TextEncoder();
  let { first } = source;
  let abort: (() => void) | undefined;
  const release = (): void => signal?.removeEventListener("abort", abort!);
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        abort = () => {
          release();
          controller.error(signal?.reason);
        };
        signal?.addEventListener("abort", abort, { once: true });
      },
      async pull(controller) {
        let text: string;
        let isOver = true;
        try {
          const { done, value } = first ?? (await items.next());
          first = undefined;
          isOver = done === true;
          text = isOver ? end : textOf(value);
        } catch (error) {
          if (failed === undefined || signal?.aborted === true) {
            release();
            throw error;
          }
          text = failed(error);
        }
        if (isOver) release();
        if (signal?.aborted === true) return;
        if (text !== "") controller.enqueue(encoder.encode(text));
        if (isOver) controller.close();
      },
      async cancel() {
        release();
        // An iterator that is waiting cannot be closed: what it waits for is ended first.
        stop();
        await items.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
