import { expect, test } from "vitest";
import { ReplyMemory } from "../../src/client/reply-store.js";

test("the memory forgets what has not been used for the longest time", () => {
  const memory = new ReplyMemory(2);
  memory.set("a", { items: ["A"] });
  memory.set("b", { items: ["B"] });
  expect(memory.get("a")).toEqual({ items: ["A"] });
  memory.set("c", { items: ["C"] });
  expect(memory.get("b")).toBeUndefined();
  expect(memory.get("a")).toEqual({ items: ["A"] });
  expect(memory.get("c")).toEqual({ items: ["C"] });
  memory.set("a", { items: ["A2"] });
  expect(memory.get("c")).toEqual({ items: ["C"] });
  expect(memory.get("a")).toEqual({ items: ["A2"] });
});

test.each([0, -1, 1.5, Number.NaN, "3"])("a memory for %s responses is refused", (capacity) => {
  expect(() => new ReplyMemory(capacity as number)).toThrow(RangeError);
});
