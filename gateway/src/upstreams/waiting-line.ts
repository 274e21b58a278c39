/** Whoever waits for an upstream. */
interface Waiting<Ask, Got> {
  readonly ask: Ask;
  readonly resolve: (got: Got) => void;
  readonly reject: (error: unknown) => void;
}

/** Those that wait, in the order in which they came; each can leave, and none waits for longer than it may. */
export class WaitingLine<Ask, Got> {
  readonly #waiting = new Set<Waiting<Ask, Got>>();

  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until `serve` has something.
   * @param timeout How long, in milliseconds.
   * @throws The reason of the signal; what `isTooLate` gives; whatever {@link serve} says.
   */
  wait(ask: Ask, timeout: number, isTooLate: () => unknown, signal: AbortSignal | undefined): Promise<Got> {
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting<Ask, Got> = {
        ask,
        resolve: (got) => {
          leave();
          resolve(got);
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      const abort = (): void => waiting.reject(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      if (timeout !== Infinity) timer = setTimeout(() => waiting.reject(isTooLate()), timeout);
      this.#waiting.add(waiting);
    });
  }

  /** Asks for each, in order, whether there is something for it now, or never will be. */
  serve(answer: (ask: Ask) => { readonly got: Got } | { readonly error: unknown } | undefined): void {
    for (const waiting of [...this.#waiting]) {
      const found = answer(waiting.ask);
      if (found === undefined) continue;
      if ("got" in found) waiting.resolve(found.got);
      else waiting.reject(found.error);
    }
  }
}
