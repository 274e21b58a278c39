import { Abortable } from "../../stream/abortable.js";

/** For each thing in use: when the last of those who wait for it will have left it. */
const queues = new WeakMap<object, Promise<void>>();

/**
 * Waits until nobody else uses a thing that serves one completion at a time, such as a context sequence; those who wait
 * get it in the order in which they asked.
 *
 * @returns What to call when the thing may go to the next.
 * @throws The reason of the signal, if that is aborted before.
 */
export async function takeTurn(thing: object, signal: AbortSignal | undefined): Promise<() => void> {
  const before = queues.get(thing) ?? Promise.resolve();
  let leave!: () => void;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  queues.set(
    thing,
    before.then(() => left),
  );
  const abortable = new Abortable(signal);
  try {
    abortable.throwIfAborted();
    await abortable.wait(before);
  } catch (error) {
    leave();
    throw error;
  } finally {
    abortable.release();
  }
  return leave;
}
