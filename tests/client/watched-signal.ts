/** A signal that knows how many listeners it has. */
export class WatchedController extends AbortController {
  /** How many listeners have been added and not removed. */
  listeners = 0;

  constructor() {
    super();
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      this.listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      this.listeners -= 1;
      removeEventListener.apply(signal, args);
    };
  }
}
