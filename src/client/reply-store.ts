import { showValue } from "../options.js";

/** What is kept of a reply, so that the next request can go on from it. Plain data, as JSON holds it. */
export interface StoredReply {
  /** Of a response: the items of the conversation, those of the request and those that the model answered. */
  readonly items?: readonly unknown[];
  /** Of a chat completion that calls a tool: the tokens that the model wrote. */
  readonly tokens?: string;
}

/**
 * Where replies are kept: responses by their ids, and chat completions by the id of their first call. In memory, which is
 * {@link ReplyMemory}, or wherever a program keeps such things.
 */
export interface ReplyStore {
  get(id: string): StoredReply | undefined | Promise<StoredReply | undefined>;
  /** What it returns is waited for, if it is a promise. */
  set(id: string, reply: StoredReply): unknown;
}

/**
 * The latest replies, in memory. What is kept of a response is the whole conversation, whose items it shares with the
 * responses before it.
 */
export class ReplyMemory implements ReplyStore {
  readonly #capacity: number;
  readonly #replies = new Map<string, StoredReply>();

  /**
   * @param capacity How many replies are kept; those that have not been asked for or added for the longest time are
   *   forgotten.
   * @throws RangeError unless it is a positive integer.
   */
  constructor(capacity = 1000) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new RangeError(`ReplyMemory: the capacity must be a positive integer, not ${showValue(capacity)}`);
    }
    this.#capacity = capacity;
  }

  get(id: string): StoredReply | undefined {
    const reply = this.#replies.get(id);
    if (reply !== undefined) this.set(id, reply);
    return reply;
  }

  set(id: string, reply: StoredReply): void {
    // A map keeps the order in which its keys came: the one that is set now becomes the last.
    this.#replies.delete(id);
    this.#replies.set(id, reply);
    if (this.#replies.size <= this.#capacity) return;
    const [oldest] = this.#replies.keys();
    this.#replies.delete(oldest!);
  }
}
