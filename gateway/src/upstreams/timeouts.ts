import { type Engine, EngineError, type EngineOutput, type EngineRequest } from "harmony-format/engines";

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
  return {
    name: engine.name,
    constraints: engine.constraints,
    async *generate(request: EngineRequest, signal?: AbortSignal): AsyncGenerator<EngineOutput, void, undefined> {
      const controller = new AbortController();
      const outputs = engine.generate(
        request,
        signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
      );
      const patience = new Patience((waited, hasBegun) => {
        const { name } = engine;
        const code = hasBegun ? "interrupted" : "unreachable";
        const option = hasBegun ? "tokenTimeout" : "firstTokenTimeout";
        const what = hasBegun ? "wrote nothing more for" : "wrote no token within";
        const remedy = hasBegun ? "it may be stuck" : "a long prompt may need a longer one";
        controller.abort(new EngineTimeout(code, `${what} ${waited} ms (${option}); ${remedy}`, { engine: name }));
      });
      const iterator = outputs[Symbol.asyncIterator]();
      let timeout = firstTokenTimeout;
      let isOver = false;
      try {
        while (true) {
          patience.begin(timeout);
          const { done, value } = await iterator.next();
          patience.end();
          if (done) break;
          timeout = tokenTimeout;
          patience.hasBegun = true;
          yield value;
        }
        isOver = true;
      } catch (error) {
        isOver = true;
        throw error;
      } finally {
        patience.close();
        if (!isOver) await iterator.return?.();
      }
    },
  };
}

/** The longest time that a timer takes, in milliseconds: 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Waits for one thing after another with a single timer: a new one for each token would cost more than the token. */
class Patience {
  hasBegun = false;
  readonly #isOver: (waited: number, hasBegun: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timeout = Infinity;
  #deadline: number | undefined;
  /** When the timer goes off, which may be long before the deadline of what is waited for now. */
  #wakes = Infinity;

  constructor(isOver: (waited: number, hasBegun: boolean) => void) {
    this.#isOver = isOver;
  }

  begin(timeout: number): void {
    this.#timeout = timeout;
    this.#deadline = performance.now() + timeout;
    if (this.#deadline < this.#wakes) this.#sleep(timeout);
  }

  end(): void {
    this.#deadline = undefined;
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
    else this.#isOver(this.#timeout, this.hasBegun);
  }
}
