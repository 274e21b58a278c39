import { Keyv } from "keyv";
import { type KeepOptions, type State, StateError, type StateOptions } from "./state.js";

const DAY = 86_400_000;

/** A store of Keyv, and how to let go of it. */
export interface OpenStore {
  /** What errors call it, such as `Redis at redis://localhost:6379`. */
  readonly name: string;
  /** Anything that `new Keyv({ store })` takes. */
  readonly store: object;
  close(): Promise<void> | void;
}

/** A state over any store that Keyv has an adapter for. */
export class KeyvState implements State {
  readonly ttl: number;
  readonly #open: OpenStore;
  readonly #keyv: Keyv;
  readonly #timeout: number;
  /** What has been asked of the store and not been answered. */
  readonly #pending = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(open: OpenStore, options: StateOptions) {
    const { ttl = 30 * DAY, maxValueBytes = 32 * 2 ** 20, prefix = "harmony-gateway", timeout = 5000 } = options;
    for (const [name, value] of Object.entries({ ttl, maxValueBytes, timeout })) {
      if (!(Number.isSafeInteger(value) && value > 0)) {
        throw new RangeError(`openState: ${name} must be a positive integer, not ${String(value)}`);
      }
    }
    this.ttl = ttl;
    this.#open = open;
    this.#timeout = timeout;
    this.#keyv = new Keyv({
      store: open.store,
      ttl,
      namespace: prefix,
      // A store that others use, too, puts the namespace before the keys itself.
      useKeyPrefix: false,
      throwOnErrors: true,
      // Keyv's own serializer writes some texts in a way of its own.
      serialize: (data) => jsonOf(data, maxValueBytes),
      deserialize: (text) => JSON.parse(text),
    });
    // An error is thrown where it happens; an event that nobody listens to would end the process.
    this.#keyv.on("error", () => {});
  }

  get(key: string): Promise<unknown> {
    return this.#ask(() => this.#keyv.get<unknown>(key));
  }

  async getMany(keys: readonly string[]): Promise<unknown[]> {
    if (keys.length === 0) return [];
    return this.#ask(() => this.#keyv.getMany<unknown>([...keys]));
  }

  async set(key: string, value: unknown, { ttl }: KeepOptions = {}): Promise<void> {
    await this.#ask(() => this.#keyv.set(key, value, ttl));
  }

  async setMany(values: ReadonlyMap<string, unknown>, { ttl }: KeepOptions = {}): Promise<void> {
    if (values.size === 0) return;
    const entries = Array.from(values, ([key, value]) => ({ key, value, ...(ttl === undefined ? {} : { ttl }) }));
    await this.#ask(() => this.#keyv.setMany(entries));
  }

  delete(key: string): Promise<boolean> {
    return this.#ask(() => this.#keyv.delete(key));
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#ask(() => this.#keyv.delete([...keys]));
  }

  async check(): Promise<void> {
    await this.get("check");
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#pending);
    await this.#open.close();
  }

  /** Asks the store, and makes every error one that a client can be shown. */
  async #ask<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const { name } = this.#open;
    if (this.#isClosed) throw unavailable(`the state (${name}) has been closed`);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answer = ask();
    this.#pending.add(answer);
    // Also where the answer comes when nobody waits for it any more.
    const forget = (): unknown => this.#pending.delete(answer);
    answer.then(forget, forget);
    try {
      const late = new Promise<never>((_, reject) => {
        const message = `the state (${name}) did not answer within ${this.#timeout} ms; try again`;
        timer = setTimeout(() => reject(unavailable(message)), this.#timeout);
      });
      return await Promise.race([answer, late]);
    } catch (error) {
      if (error instanceof StateError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw unavailable(`the state (${name}) cannot be reached: ${why}; try again`, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function unavailable(message: string, cause?: unknown): StateError {
  return new StateError(message, { status: 503, code: "state_unavailable", retryAfter: 2, cause });
}

/** @throws StateError for what is too large. */
function jsonOf(data: unknown, maxBytes: number): string {
  const text = JSON.stringify(data);
  // A UTF-16 unit takes one to three bytes.
  const isLarge = text.length > maxBytes || (text.length * 3 > maxBytes && bytesOf(text) > maxBytes);
  if (!isLarge) return text;
  const message = `a value of ${bytesOf(text)} bytes is too large for the state, which keeps at most ${maxBytes}; send less, or keep it yourself with \`store: false\``;
  throw new StateError(message, { status: 413, code: "state_value_too_large" });
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
