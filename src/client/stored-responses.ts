import { showValue } from "../options.js";

/** What is kept of a response, so that the next request can go on from it. */
export interface StoredResponse {
  /** The items of the conversation: what the request held, and what the model answered. Plain data, as JSON holds it. */
  readonly items: readonly unknown[];
}

/**
 * Where responses are kept for `previous_response_id`, by their ids: in memory ({@link ResponseMemory}), or wherever a
 * program keeps such things.
 */
export interface ResponseStore {
  get(id: string): StoredResponse | undefined | Promise<StoredResponse | undefined>;
  /** What it returns is waited for, if it is a promise. */
  set(id: string, response: StoredResponse): unknown;
}

/**
 * The latest responses, in memory. What is kept of each is the whole conversation, whose items it shares with the responses
 * before it.
 */
export class ResponseMemory implements ResponseStore {
  readonly #capacity: number;
  readonly #responses = new Map<string, StoredResponse>();

  /**
   * @param capacity How many responses are kept; those that have not been asked for or added for the longest time are
   *   forgotten.
   * @throws RangeError unless it is a positive integer.
   */
  constructor(capacity = 1000) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new RangeError(`ResponseMemory: the capacity must be a positive integer, not ${showValue(capacity)}`);
    }
    this.#capacity = capacity;
  }

  get(id: string): StoredResponse | undefined {
    const response = this.#responses.get(id);
    if (response !== undefined) this.set(id, response);
    return response;
  }

  set(id: string, response: StoredResponse): void {
    // A map keeps the order in which its keys came: the one that is set now becomes the last.
    this.#responses.delete(id);
    this.#responses.set(id, response);
    if (this.#responses.size <= this.#capacity) return;
    const [oldest] = this.#responses.keys();
    this.#responses.delete(oldest!);
  }
}
