/** Where the items of a byte stream come from, and how they are written. */
export interface ByteStreamSource<Item> {
  readonly items: AsyncIterator<Item>;
  /** What has been read of the items already: it is written first. */
  readonly first?: IteratorResult<Item> | undefined;
  /** Ends the items, also while they are being waited for. */
  readonly stop: () => void;
  readonly textOf: (item: Item) => string;
  /** The text behind the last item. */
  readonly end?: string | undefined;
  /** The text that says what went wrong, with which the stream ends, perhaps `""`; `undefined` lets it fail with the error. */
  readonly failed?: ((error: unknown) => string | undefined) | undefined;
}

/**
 * Items as a stream of bytes, in UTF-8. Each time something is asked of the stream, one item is asked of the source, and
 * never before, so that a slow reader slows the engine down; cancelling it stops the engine.
 */
export function byteStreamOf<Item>(source: ByteStreamSource<Item>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { items, stop, textOf, end, failed } = source;
  const encoder = new TextEncoder();
  let { first } = source;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        let result: IteratorResult<Item>;
        try {
          result = first ?? (await items.next());
          first = undefined;
        } catch (error) {
          const text = failed?.(error);
          if (text === undefined) throw error;
          if (text !== "") controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        if (result.done !== true) {
          controller.enqueue(encoder.encode(textOf(result.value)));
          return;
        }
        if (end !== undefined) controller.enqueue(encoder.encode(end));
        controller.close();
      },
      async cancel() {
        // An iterator that is waiting cannot be closed: what it waits for is ended first.
        stop();
        await items.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
