import { ApiError } from "harmony-format/client";
import type { Engine, EngineOutput, EngineRequest } from "harmony-format/engines";
import type { CheckedLimits } from "../settings/limits.js";

/** An engine that takes no more, writes no more and takes no longer than the limits say. */
export function limitEngine(engine: Engine, limits: CheckedLimits): Engine {
  return {
    // An engine may be an object of a class, whose members a spread would leave behind.
    get name() {
      return engine.name;
    },
    get constraints() {
      return engine.constraints;
    },
    generate: (request, signal) => generate(engine, request, limits, signal),
  };
}

async function* generate(
  engine: Engine,
  request: EngineRequest,
  limits: CheckedLimits,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const { length } = request.tokens;
  if (length > limits.promptTokens) {
    throw new ApiError(
      `the prompt has ${length} tokens, and at most ${limits.promptTokens} are taken here; send less of the conversation`,
      { code: "context_length_exceeded" },
    );
  }
  const most = Math.min(request.maxTokens ?? Infinity, limits.outputTokens);
  const controller = new AbortController();
  const both = signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]);
  const maxTokens = most === Infinity ? undefined : most;
  const outputs = engine.generate({ ...request, maxTokens }, both)[Symbol.asyncIterator]();
  const patience = new Patience(engine.name, limits, controller);
  let hasEnded = false;
  try {
    for (;;) {
      const next = await patience.wait(outputs.next());
      if (next.done === true) break;
      yield next.value;
    }
    hasEnded = true;
  } catch (error) {
    hasEnded = !controller.signal.aborted;
    throw error;
  } finally {
    patience.release();
    // One that does not listen to its signal may never end: nobody waits for it.
    if (!hasEnded) void Promise.resolve(outputs.return?.()).catch(() => {});
  }
}

/** Waits for an engine, only so long. One timer does for all tokens: it looks how long the last one is ago. */
class Patience {
  readonly #engine: string;
  readonly #limits: CheckedLimits;
  readonly #controller: AbortController;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = performance.now();
  #hasBegun = false;
  #fail: ((error: unknown) => void) | undefined;

  constructor(engine: string, limits: CheckedLimits, controller: AbortController) {
    this.#engine = engine;
    this.#limits = limits;
    this.#controller = controller;
    this.#watch(limits.firstTokenTimeout);
  }

  async wait<Value>(next: Promise<Value>): Promise<Value> {
    this.#since = performance.now();
    try {
      return await new Promise<Value>((resolve, reject) => {
        this.#fail = reject;
        next.then(resolve, reject);
      });
    } finally {
      this.#fail = undefined;
      if (!this.#hasBegun) {
        this.#hasBegun = true;
        this.#watch(this.#limits.tokenTimeout);
      }
    }
  }

  release(): void {
    clearTimeout(this.#timer);
  }

  #watch(timeout: number, left = timeout): void {
    clearTimeout(this.#timer);
    if (timeout === Infinity) return;
    this.#timer = setTimeout(() => {
      // While nobody waits, it is the reader that is slow.
      const since = this.#fail === undefined ? performance.now() : this.#since;
      const left = since + timeout - performance.now();
      if (left >= 1) this.#watch(timeout, left);
      else this.#giveUp(timeout);
    }, left);
  }

  #giveUp(timeout: number): void {
    const what = this.#hasBegun ? "nothing more" : "nothing";
    const error = new ApiError(`${this.#engine} wrote ${what} for ${timeout} ms, and was stopped`, {
      status: 504,
      type: "server_error",
      code: "engine_timeout",
    });
    this.#fail?.(error);
    this.#controller.abort(error);
  }
}
