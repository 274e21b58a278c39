import { isRecord } from "../../../options.js";
import { EngineError, type EngineErrorCode } from "../../engine-error.js";
import { type ServerMessage, serverMessage } from "./server-message.js";
import type { HttpSettings } from "./settings.js";

/**
 * The body of a server's answer, as it arrives: iterating over it gives its bytes. It throws an EngineError `interrupted` if
 * the connection breaks, and the signal's reason if the signal is aborted. Leaving the iteration early closes the
 * connection, at which the engines of this package stop the model.
 */
export class HttpAnswer implements AsyncIterable<Uint8Array> {
  readonly status: number;
  readonly #settings: HttpSettings;
  readonly #url: URL;
  readonly #exchange: Exchange;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #first: Uint8Array | undefined;

  constructor(settings: HttpSettings, url: URL, response: Response, exchange: Exchange) {
    this.#settings = settings;
    this.#url = url;
    this.#exchange = exchange;
    this.status = response.status;
    this.#reader = response.body?.getReader();
  }

  /** Reads up to the first byte, which is given again by the iteration. Undefined for a body without any. */
  async begin(): Promise<Uint8Array | undefined> {
    this.#first = await this.#read();
    return this.#first;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    let hasEnded = false;
    try {
      const first = this.#first;
      this.#first = undefined;
      if (first !== undefined) yield first;
      for (;;) {
        const bytes = await this.#read();
        if (bytes === undefined) break;
        yield bytes;
      }
      hasEnded = true;
    } finally {
      this.close(hasEnded);
    }
  }

  /** Closes the connection, unless the answer has come to its end. */
  close(hasEnded = false): void {
    this.#exchange.release();
    if (hasEnded) return;
    // A body that fails while it is given up is given up all the same.
    this.#reader?.cancel().catch(() => {});
    this.#exchange.stop();
  }

  /** An error of this exchange. What the server says is not shown with keys in it. */
  error(code: EngineErrorCode, message: string, details: { answer?: string; cause?: unknown } = {}): EngineError {
    const { engine } = this.#settings;
    const answer = details.answer === undefined ? undefined : this.#withoutSecrets(details.answer);
    const { cause } = details;
    const text = this.#withoutSecrets(message);
    return new EngineError(code, text, { engine, url: this.#url, status: this.status, answer, cause });
  }

  /** The error for an answer that breaks off: its end has come without the event that says so. */
  brokenOff(cause?: unknown): EngineError {
    const message = "the answer broke off before its end; the server may have crashed, or a proxy may have cut it";
    return this.error("interrupted", message, { cause });
  }

  /** The error for an event in mid-stream that is an error of the engine: `{ error: … }`. */
  failed(event: unknown): EngineError {
    const { text } = this.serverMessage(typeof event === "string" ? event : JSON.stringify(event));
    return this.error("failed", `the engine failed while the model was writing: ${text}`, { answer: text });
  }

  /** What the server says in an error, without keys. */
  serverMessage(answer: string): ServerMessage {
    return serverMessage(this.#withoutSecrets(answer));
  }

  /**
   * Reads an object of an answer's JSON.
   * @throws EngineError `not-understood` for anything else.
   */
  object(text: string): Readonly<Record<string, unknown>> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // Said below.
    }
    if (isRecord(value)) return value;
    const said = this.serverMessage(text).text;
    throw this.error("not-understood", `the answer holds something that is not a JSON object: ${said}`, {
      answer: said,
    });
  }

  async #read(): Promise<Uint8Array | undefined> {
    const reader = this.#reader;
    if (reader === undefined) return undefined;
    for (;;) {
      let result: ReadableStreamReadResult<Uint8Array>;
      try {
        result = await this.#exchange.wait(reader.read());
      } catch (error) {
        this.#exchange.throwIfAborted();
        throw this.brokenOff(error);
      }
      if (result.done) return undefined;
      // An injected `fetch` may give empty chunks.
      if (result.value.length > 0) return result.value;
    }
  }

  #withoutSecrets(text: string): string {
    return this.#settings.secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  }
}

/** One request and its answer: what can stop it, the caller's signal or the clock. */
export class Exchange {
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #interrupt: ((reason: unknown) => void) | undefined;
  #isLate = false;

  /** @param timeout Milliseconds until the clock stops it, unless it is told that the answer has begun. */
  constructor(signal: AbortSignal | undefined, timeout: number) {
    this.#signal = signal;
    signal?.addEventListener("abort", this.#abort, { once: true });
    // Timers take no more than 31 bits, and would ring at once.
    if (timeout <= 0x7fffffff) {
      this.#timer = setTimeout(() => {
        this.#isLate = true;
        this.#stop(new DOMException("The answer did not begin in time", "TimeoutError"));
      }, timeout);
    }
  }

  /** For `fetch`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the clock has stopped it. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** The answer has begun: from now on it may take its time. */
  begun(): void {
    clearTimeout(this.#timer);
  }

  /** Takes the listener off the caller's signal, which may live much longer. */
  release(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  /** Closes the connection. */
  stop(): void {
    this.#controller.abort();
  }

  /** Throws the reason of the caller's signal if that is aborted. */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  /** Waits for a promise, but not longer than until it is stopped: an injected `fetch` may not know of signals. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      promise.then(resolve, reject);
      if (this.#controller.signal.aborted) reject(this.#controller.signal.reason);
    });
  }

  readonly #abort = (): void => this.#stop(this.#signal?.reason);

  #stop(reason: unknown): void {
    this.#interrupt?.(reason);
    this.#controller.abort(reason);
  }
}
