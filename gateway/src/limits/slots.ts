import { BusyError } from "../http/errors.js";
import type { CheckedLimits } from "./limits.js";

/** Gives a slot back; a second time does nothing. */
export type Release = () => void;

/** A request that waits for its turn. */
interface Waiting {
  readonly begin: () => void;
}

/** The requests that are worked on at once, and those that wait for their turn: first come, first served. */
export class Slots {
  readonly #limits: Pick<CheckedLimits, "concurrentRequests" | "queuedRequests" | "queueTimeout">;
  /** A set keeps the order in which they came, and lets go of any of them at once. */
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  /** How long requests have taken lately, in seconds. */
  #duration = 1;

  constructor(limits: Pick<CheckedLimits, "concurrentRequests" | "queuedRequests" | "queueTimeout">) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for a slot.
   * @throws BusyError if too many wait already, or it takes too long; the reason of the signal.
   */
  async take(signal?: AbortSignal): Promise<Release> {
    signal?.throwIfAborted();
    const { concurrentRequests, queuedRequests } = this.#limits;
    if (this.#running < concurrentRequests) {
      this.#running += 1;
      return this.#slot();
    }
    if (this.#waiting.size >= queuedRequests) {
      const message = `${this.#running} requests are being worked on and ${this.#waiting.size} are waiting; try again later`;
      throw new BusyError(message, { status: 429, code: "too_many_requests", retryAfter: this.#expectedWait });
    }
    await this.#wait(signal);
    return this.#slot();
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const { queueTimeout } = this.#limits;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let leave: (() => void) | undefined;
    let waiting: Waiting | undefined;
    try {
      await new Promise<void>((begin, fail) => {
        waiting = { begin };
        this.#waiting.add(waiting);
        leave = () => fail(signal?.reason);
        signal?.addEventListener("abort", leave);
        if (queueTimeout === Infinity) return;
        const message = `the request has waited for ${queueTimeout} ms for its turn; try again later`;
        const tooLate = () =>
          fail(new BusyError(message, { status: 503, code: "queue_timeout", retryAfter: this.#expectedWait }));
        timer = setTimeout(tooLate, queueTimeout);
      });
    } finally {
      clearTimeout(timer);
      if (leave !== undefined) signal?.removeEventListener("abort", leave);
      if (waiting !== undefined) this.#waiting.delete(waiting);
    }
  }

  #slot(): Release {
    const begun = performance.now();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#duration += 0.2 * ((performance.now() - begun) / 1000 - this.#duration);
      const [next] = this.#waiting;
      if (next === undefined) {
        this.#running -= 1;
        return;
      }
      // The slot is handed on, so that nobody who comes now is before those who wait.
      this.#waiting.delete(next);
      next.begin();
    };
  }

  /** How long the next one would wait, in whole seconds: a guess from what the last ones took. */
  get #expectedWait(): number {
    const rounds = (this.#waiting.size + 1) / this.#limits.concurrentRequests;
    return Math.min(60, Math.max(1, Math.ceil(rounds * this.#duration)));
  }
}
