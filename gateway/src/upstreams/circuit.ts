/** Whether an upstream is sent requests: `closed` yes, `open` no, `half-open` one, to see whether it works again. */
export type CircuitState = "closed" | "open" | "half-open";

/** When a circuit opens, and for how long. */
export interface CircuitOptions {
  /** How many failures in a row open it. Default: 3. */
  readonly failures?: number | undefined;
  /** How long it stays open at first, in milliseconds; each failed trial doubles that. Default: 1,000. */
  readonly halfOpenAfter?: number | undefined;
  /** The longest time that it stays open, in milliseconds. Default: 30,000. */
  readonly longestOpen?: number | undefined;
}

/**
 * A circuit breaker for streams. It has no timer, so that looking at it is what moves it from `open` to `half-open`.
 *
 * The libraries for this (opossum, cockatiel) wrap a function that gives a promise. Here the verdict comes in two parts, with
 * the first token and with the last; a pool has to know before it chooses who would take a request; a client that leaves
 * during a trial has proved nothing; and a health check ends the wait early. None of that can be done to them from outside.
 */
export class Circuit {
  readonly #failures: number;
  readonly #halfOpenAfter: number;
  readonly #longestOpen: number;
  #state: CircuitState = "closed";
  #failuresInRow = 0;
  #wait: number;
  #openUntil = 0;
  /** The request that is to show whether a half-open upstream works again, while it is under way. */
  #trial: object | undefined;

  constructor({ failures = 3, halfOpenAfter = 1000, longestOpen = 30_000 }: CircuitOptions = {}) {
    this.#failures = failures;
    this.#halfOpenAfter = halfOpenAfter;
    this.#longestOpen = Math.max(longestOpen, halfOpenAfter);
    this.#wait = halfOpenAfter;
  }

  get state(): CircuitState {
    if (this.#state === "open" && performance.now() >= this.#openUntil) this.#halfOpen();
    return this.#state;
  }

  /** Whether a request may be sent now. */
  get isAdmitting(): boolean {
    const { state } = this;
    return state === "closed" || (state === "half-open" && this.#trial === undefined);
  }

  /** How long it stays open, in milliseconds; 0 if it is not open. */
  get openFor(): number {
    return this.state === "open" ? this.#openUntil - performance.now() : 0;
  }

  /**
   * A request is sent, which only an admitting circuit allows.
   * @returns What is to be called when it has ended, with or without a verdict: a client may have left before one.
   */
  begin(): () => void {
    if (this.state !== "half-open") return () => {};
    const trial = {};
    this.#trial = trial;
    return () => {
      // Another trial may have begun since.
      if (this.#trial === trial) this.#trial = undefined;
    };
  }

  /** The upstream has begun to answer a request. */
  succeeded(): void {
    // What was sent before the circuit opened, and is answered late, proves nothing.
    if (this.state === "open") return;
    this.#failuresInRow = 0;
    this.#state = "closed";
    this.#trial = undefined;
    this.#wait = this.#halfOpenAfter;
  }

  /** A request, or a health check, has failed by the upstream's fault. */
  failed(): void {
    const { state } = this;
    this.#failuresInRow += 1;
    if (state === "half-open") {
      this.#wait = Math.min(this.#wait * 2, this.#longestOpen);
      this.open();
    } else if (state === "closed" && this.#failuresInRow >= this.#failures) {
      this.open();
    }
  }

  /** Opens it, however few failures there were. */
  open(): void {
    this.#state = "open";
    this.#trial = undefined;
    this.#openUntil = performance.now() + this.#wait;
  }

  /** The upstream is there again, after it was not: there is nothing more to wait for. */
  recovered(): void {
    if (this.state === "open") this.#halfOpen();
  }

  #halfOpen(): void {
    this.#state = "half-open";
    this.#trial = undefined;
  }
}
