import type { Chunk } from "../input/chunks.js";
import type { BatchResult } from "./batch.js";
import type { Workers } from "./workers.js";

/** Has chunks worked on, several at a time, and passes on the results one after the other. */
export async function inOrder(
  chunks: AsyncGenerator<Chunk>,
  workers: Workers,
  isStrict: boolean,
  signal: AbortSignal,
  isStopped: () => boolean,
  accept: (chunk: Chunk, result: BatchResult) => Promise<void>,
): Promise<void> {
  let waiting = 0;
  let wake: (() => void) | undefined;
  let failure: { readonly error: unknown } | undefined;
  let onFailure: ((error: unknown) => void) | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    onFailure?.(error);
  };
  // While nothing arrives to be read, a reader that has gone must still end everything. (Promise.race with one promise for
  // all rounds would do so, too, but that promise would keep whatever the rounds came to.)
  const unlessFailed = <Value>(start: (resolve: (value: Value) => void, reject: (error: unknown) => void) => void) =>
    new Promise<Value>((resolve, reject) => {
      if (failure !== undefined) throw failure.error;
      onFailure = reject;
      start(resolve, reject);
    });
  let tail: Promise<unknown> = Promise.resolve();
  for (;;) {
    const { done, value: chunk } = await unlessFailed<IteratorResult<Chunk, void>>((resolve, reject) => {
      chunks.next().then(resolve, reject);
    });
    if (done === true || isStopped() || signal.aborted) break;
    const result = workers.work(chunk, isStrict);
    waiting += 1;
    tail = Promise.all([result, tail])
      .then(async ([value]) => {
        await accept(chunk, value);
        workers.recycle(value);
      })
      .finally(() => {
        waiting -= 1;
        wake?.();
      });
    tail.catch(fail);
    while (waiting >= workers.places) {
      await unlessFailed<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  await tail;
}
