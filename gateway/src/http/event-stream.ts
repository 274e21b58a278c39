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
}

/**
 * Server-sent events as an answer. It waits for the first item, so that an engine that is not there is an error with a
 * status of its own. From then on an item is asked for when the reader wants one, and never before: a slow reader slows the
 * engine down, and one that leaves stops it.
 *
 * @throws Whatever the items throw instead of a first one.
 */
export async function eventStream<Item>(source: EventSource<Item>): Promise<Response> {
  const { stop, textOf, end = "", failed } = source;
  const items = source.items[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let first: IteratorResult<Item> | undefined = await items.next();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let text: string;
        let isOver = true;
        try {
          const { done, value } = first ?? (await items.next());
          first = undefined;
          isOver = done === true;
          text = isOver ? end : textOf(value);
        } catch (error) {
          text = failed(error);
        }
        if (text !== "") controller.enqueue(encoder.encode(text));
        if (isOver) controller.close();
      },
      async cancel(reason) {
        // An iterator that is waiting cannot be closed: what it waits for is ended first.
        stop(reason);
        await items.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
  });
}
