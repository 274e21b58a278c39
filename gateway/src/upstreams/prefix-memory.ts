import type { Conversation } from "./conversation.js";

/**
 * What an upstream has been sent lately, and so has in its cache: the marks of the prompts. The oldest are forgotten, as the
 * engine forgets; its own cache may hold less.
 */
export class PrefixMemory {
  readonly #capacity: number;
  readonly #marks = new Set<number>();

  /** @param capacity How many marks are kept; each stands for 64 tokens. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#marks.size;
  }

  /** How many marks of a conversation it has seen; 0 if it does not know even how that begins. */
  matched({ marks }: Conversation): number {
    return marks.findLastIndex((mark) => this.#marks.has(mark)) + 1;
  }

  remember({ marks }: Conversation): void {
    // A set keeps the order in which things came. The longest prefixes go first, then shorter ones of the same prompt.
    for (const mark of marks.slice(0, this.#capacity).reverse()) {
      this.#marks.delete(mark);
      this.#marks.add(mark);
    }
    for (const oldest of this.#marks) {
      if (this.#marks.size <= this.#capacity) break;
      this.#marks.delete(oldest);
    }
  }

  /** The upstream has been started again, and has an empty cache. */
  forget(): void {
    this.#marks.clear();
  }
}
