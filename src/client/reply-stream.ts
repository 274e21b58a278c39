import { byteStreamOf } from "./byte-stream.js";

/**
 * A reply as it arrives: iterating over it, once, gives its chunks or events. The engine begins when the first one is asked
 * for, and writes no faster than they are taken; leaving the loop early stops it.
 *
 * Aborting the {@link ReplyStream.controller} ends the iteration quietly, since that is what its reader wanted; aborting
 * the signal that was passed with the request makes it throw the signal's reason.
 */
export class ReplyStream<Item> implements AsyncIterable<Item> {
  /** Stops the engine. */
  readonly controller: AbortController = new AbortController();
  readonly #begin: (signal: AbortSignal) => AsyncIterable<Item>;
  readonly #signal: AbortSignal | undefined;
  #hasBegun = false;

  /**
   * @param begin Begins the reply; the signal that it is given is the controller's, which follows the other one.
   * @param signal Ends the iteration with its reason. Nothing is left on it when the iteration is over.
   */
  constructor(begin: (signal: AbortSignal) => AsyncIterable<Item>, signal?: AbortSignal | undefined) {
    this.#begin = begin;
    this.#signal = signal;
  }

  /**
   * @throws EngineError for all that goes wrong with the engine; what came before has been yielded.
   * @throws The signal's reason.
   * @throws TypeError if it is iterated over again.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    if (this.#hasBegun)
      throw new TypeError("a reply can be iterated over once; send the request again for another one");
    this.#hasBegun = true;
    const { controller } = this;
    const signal = this.#signal;
    signal?.throwIfAborted();
    if (controller.signal.aborted) return;
    const items = this.#begin(controller.signal)[Symbol.asyncIterator]();
    const follow = (): void => controller.abort(signal?.reason);
    // An abort reaches the engine even if its reader never asks for anything again.
    const close = (): void => {
      signal?.removeEventListener("abort", follow);
      void Promise.resolve(items.return?.()).catch(() => {});
    };
    signal?.addEventListener("abort", follow, { once: true });
    controller.signal.addEventListener("abort", close, { once: true });
    try {
      for (let next = await items.next(); next.done !== true; next = await items.next()) yield next.value;
    } catch (error) {
      signal?.throwIfAborted();
      if (!controller.signal.aborted) throw error;
    } finally {
      signal?.removeEventListener("abort", follow);
      controller.signal.removeEventListener("abort", close);
      await items.return?.();
    }
    signal?.throwIfAborted();
  }

  /**
   * The same as bytes: JSON, a line for each item, as the official client's `ChatCompletionStream.fromReadableStream` reads
   * it in a browser. It is read no faster than it is written to the browser, and cancelling it stops the engine.
   */
  toReadableStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return byteStreamOf({
      items: this[Symbol.asyncIterator](),
      stop: () => this.controller.abort(),
      textOf: (item) => `${JSON.stringify(item)}\n`,
    });
  }
}
