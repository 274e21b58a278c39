import { type Engine, EngineError, type EngineOutput, type EngineRequest } from "harmony-format/engines";
import { aroundEngine } from "./around-engine.js";

/** How long an engine may take, in milliseconds. Default of each: no limit but that of the engine's own client. */
export interface EngineTimeouts {
  /** To the first token: it has to read the prompt, and perhaps to end other requests before. */
  readonly firstTokenTimeout?: number | undefined;
  /** From one token to the next. The time in which nobody asks for one does not count. */
  readonly tokenTimeout?: number | undefined;
}

/**
 * An engine has taken too long, and was stopped: `unreachable` before the first token, as for a server that does not answer in
 * time, and `interrupted` behind it.
 */
export class EngineTimeout extends EngineError {
  static {
    EngineTimeout.prototype.name = "EngineTimeout";
  }
}

/**
 * An engine that is stopped when it takes too long.
 * @throws EngineTimeout, while its output is iterated.
 */
export function withTimeouts(engine: Engine, timeouts: EngineTimeouts): Engine {
  const { firstTokenTimeout = Infinity, tokenTimeout = Infinity } = timeouts;
  if (firstTokenTimeout === Infinity && tokenTimeout === Infinity) return engine;
  async function* generate(
    request: EngineRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<EngineOutput, void, undefined> {
    const controller = new AbortController();
    const both = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
    const patience = new Patience((waited, hasBegun) => {
      const { name } = engine;
      const code = hasBegun ? "interrupted" : "unreachable";
      const option = hasBegun ? "tokenTimeout" : "firstTokenTimeout";
      const what = hasBegun ? "wrote nothing more for" : "wrote no token within";
      const remedy = hasBegun ? "it may be stuck" : "a long prompt may need a longer one";
      const error = new EngineTimeout(code, `${what} ${waited} ms (${option}); ${remedy}`, { engine: name });
      controller.abort(error);
      return error;
    });
    const iterator = engine.generate(request, both)[Symbol.asyncIterator]();
    let timeout = firstTokenTimeout;
    let isOver = false;
    try {
      while (true) {
        const { done, value } = await patience.wait(iterator.next(), timeout);
        if (done) break;
        timeout = tokenTimeout;
        patience.hasBegun = true;
        yield value;
      }
      isOver = true;
    } catch (error) {
      isOver = !controller.signal.aborted;
      throw error;
    } finally {
      patience.close();
      if (!isOver) await leave(iterator, controller.signal);
    }
  }
  return aroundEngine(engine, generate);
}

/** Ends an engine's iteration early. One that does not listen to its signal may never end: nobody waits for it. */
async function leave(iterator: AsyncIterator<EngineOutput>, timedOut: AbortSignal): Promise<void> {
  const ended = Promise.resolve(iterator.return?.());
  if (timedOut.aborted) ended.catch(() => {});
  else await ended;
}

/** The longest time that a timer takes, in milliseconds: 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Waits for one thing after another with a single timer: a new one for each token would cost more than the token. */
class Patience {
  hasBegun = false;
  readonly #giveUp: (waited: number, hasBegun: boolean) => unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timeout = Infinity;
  #deadline: number | undefined;
  /** When the timer goes off, which may be long before the deadline of what is waited for now. */
  #wakes = Infinity;
  #fail: ((error: unknown) => void) | undefined;

  /** @param giveUp Is told how long was waited, and returns the error that says so. */
  constructor(giveUp: (waited: number, hasBegun: boolean) => unknown) {
    this.#giveUp = giveUp;
  }

  async wait<Value>(next: Promise<Value>, timeout: number): Promise<Value> {
    this.#timeout = timeout;
    this.#deadline = performance.now() + timeout;
    if (this.#deadline < this.#wakes) this.#sleep(timeout);
    try {
      return await new Promise<Value>((resolve, reject) => {
        this.#fail = reject;
        next.then(resolve, reject);
      });
    } finally {
      this.#deadline = undefined;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#deadline = undefined;
  }

  #sleep(time: number): void {
    clearTimeout(this.#timer);
    // A longer time would make the timer go off at once.
    const given = Math.min(time, LONGEST_TIMER);
    this.#wakes = performance.now() + given;
    this.#timer = setTimeout(() => this.#wake(), given);
  }

  #wake(): void {
    this.#wakes = Infinity;
    if (this.#deadline === undefined) return;
    const left = this.#deadline - performance.now();
    if (left > 0) this.#sleep(left);
    else this.#fail?.(this.#giveUp(this.#timeout, this.hasBegun));
  }
}
