import type { State } from "./state.js";

/** The latest values, in memory: those that have not been read or written for the longest time are forgotten. */
export class MemoryState implements State {
  readonly #capacity: number;
  readonly #values = new Map<string, unknown>();

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  async get(key: string): Promise<unknown> {
    const value = this.#values.get(key);
    if (value !== undefined) await this.set(key, value);
    return value;
  }

  async set(key: string, value: unknown): Promise<void> {
    // A map keeps the order in which its keys came: the one that is set now becomes the last.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#capacity) return;
    const [oldest] = this.#values.keys();
    this.#values.delete(oldest!);
  }

  async delete(key: string): Promise<boolean> {
    return this.#values.delete(key);
  }

  async close(): Promise<void> {
    this.#values.clear();
  }
}
