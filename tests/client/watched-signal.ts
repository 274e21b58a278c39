type Listen = AbortSignal["addEventListener"];

/** A signal that knows who listens to it. */
export class WatchedController extends AbortController {
  readonly #listeners = new Set<unknown>();

  constructor() {
    super();
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<Listen>) => {
      this.#listeners.add(args[1]);
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<Listen>) => {
      this.#listeners.delete(args[1]);
      removeEventListener.apply(signal, args);
    };
  }

  /** How many listeners have been added and not removed. */
  get listeners(): number {
    return this.#listeners.size;
  }
}
