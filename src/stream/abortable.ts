/**
 * Waits that end when a signal is aborted.
 *
 * `Promise.race` with one promise for the signal would not do: that promise would hold on to something of every wait for
 * as long as the signal lives.
 */
export class Abortable {
  readonly #signal: AbortSignal | undefined;
  /** Ends the wait that is going on. */
  #interrupt: (() => void) | undefined;
  readonly #listener = (): void => this.#interrupt?.();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.addEventListener("abort", this.#listener, { once: true });
  }

  get isAborted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** Throws the signal's reason if the signal is aborted. */
  throwIfAborted(): void {
    if (this.isAborted) throw this.#signal!.reason;
  }

  /** What the promise resolves to; rejects with the signal's reason as soon as the signal is aborted. */
  wait<T>(promise: Promise<T>): Promise<T> {
    if (this.#signal === undefined) return promise;
    return new Promise((resolve, reject) => {
      this.#interrupt = () => reject(this.#signal!.reason);
      promise.then(resolve, reject);
      // The source may have aborted the signal itself, while it was asked.
      if (this.isAborted) this.#interrupt();
    });
  }

  /** Takes the listener off the signal, which may live much longer. */
  release(): void {
    this.#signal?.removeEventListener("abort", this.#listener);
  }
}
