import { LRUCache } from "lru-cache";
import { KeyvState } from "./keyv-state.js";
import type { State, StateOptions } from "./state.js";

/**
 * A state in the memory of the process, within bounds: when there is no room, what was not used for the longest time is
 * forgotten.
 *
 * @throws RangeError for an option that is not a positive integer.
 */
export function memoryState(options: StateOptions = {}): State {
  const { maxEntries = 100_000, maxBytes = 512 * 2 ** 20 } = options;
  for (const [name, value] of Object.entries({ maxEntries, maxBytes })) {
    if (!(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(`openState: ${name} must be a positive integer, not ${String(value)}`);
    }
  }
  // A value that has no room alone would be forgotten at once, and without a word.
  const maxValueBytes = Math.min(options.maxValueBytes ?? 32 * 2 ** 20, Math.max(1, Math.floor(maxBytes / 2) - 1024));
  const cache = new LRUCache<string, string>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: (text, key) => 2 * (text.length + key.length),
  });
  const store = {
    get: async (key: string) => cache.get(key),
    getMany: async (keys: readonly string[]) => keys.map((key) => cache.get(key)),
    set: async (key: string, text: string, ttl?: number) => {
      cache.set(key, text, ttl === undefined ? {} : { ttl });
    },
    delete: async (key: string) => cache.delete(key),
    clear: async () => cache.clear(),
  };
  return new KeyvState({ name: "memory", store, close: () => cache.clear() }, { ...options, maxValueBytes });
}
