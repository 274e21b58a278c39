import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choose } from "../../../gateway/dist/upstreams/choose.js";
import { conversationOf, hashOf, nearness } from "../../../gateway/dist/upstreams/conversation.js";
import { PrefixMemory } from "../../../gateway/dist/upstreams/prefix-memory.js";
import { encoding, tokensOf } from "../scripted-engine.js";
import { requestOf } from "./manual-engine.js";

const LONG = "What a long question this is, and how little it says. ".repeat(40);

describe("a conversation", () => {
  test("is known by what it begins with, through all its turns", () => {
    const first = conversationOf(requestOf("Hi"));
    const second = conversationOf(requestOf("Hi", "Hello!", "How are you?"));
    const other = conversationOf(requestOf("Hello", "Hello!", "How are you?"));
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.marks[0]).toBe(first.marks[0]);
    expect(other.marks[0]).not.toBe(first.marks[0]);
  });

  test("has the same marks as far as its tokens are the same", () => {
    const one = conversationOf(requestOf("Hi", LONG, LONG, "One."));
    const other = conversationOf(requestOf("Hi", LONG, LONG, "Two."));
    const earlier = conversationOf(requestOf("Hi", LONG));
    expect(one.marks.length).toBeGreaterThan(10);
    expect(other.marks.slice(0, -1)).toEqual(one.marks.slice(0, -1));
    expect(one.marks.slice(0, earlier.marks.length - 1)).toEqual(earlier.marks.slice(0, -1));
  });

  test("without a message of a user is what its prompt begins with", () => {
    const text = conversationOf({ tokens: tokensOf("One, two, three"), encoding });
    expect([text.marks.length, text.isNew]).toEqual([1, true]);
    const long = conversationOf({ tokens: tokensOf(LONG), encoding });
    expect(long.marks.length).toBeGreaterThan(3);
    expect(conversationOf({ tokens: [], encoding }).marks).toEqual([]);
    // A user's message without its end.
    expect(conversationOf({ tokens: tokensOf("<|start|>user<|message|>Hi"), encoding }).marks).toHaveLength(1);
  });

  test("is as near to an upstream in every process", () => {
    const conversation = conversationOf(requestOf("Hi"));
    const found = ["http://a", "http://b"].map((address) => nearness(conversation, hashOf(address)));
    // Written down, since two gateways of different builds must agree, too.
    expect(found).toEqual([1452649412099138, 5623723863215192]);
  });

  test("has its home anywhere, evenly, and keeps it when another upstream goes", () => {
    const places = ["http://a:8080", "http://b:8080", "http://c:8080"].map(hashOf);
    const homes = [0, 0, 0];
    let moved = 0;
    const nearest = (conversation: ReturnType<typeof conversationOf>, among: readonly number[]): number =>
      among.reduce((best, place) => (nearness(conversation, place) > nearness(conversation, best) ? place : best));
    for (let index = 0; index < 3000; index++) {
      const conversation = conversationOf({ tokens: [index, index * 7], encoding });
      const home = nearest(conversation, places);
      homes[places.indexOf(home)]! += 1;
      if (home !== places[2] && nearest(conversation, places.slice(0, 2)) !== home) moved += 1;
    }
    for (const count of homes) expect(count).toBeGreaterThan(900);
    expect(moved).toBe(0);
  });
});

describe("what an upstream has seen", () => {
  test("is found again, as far as it goes", () => {
    const memory = new PrefixMemory(1000);
    const sent = conversationOf(requestOf("Hi", LONG, "One."));
    memory.remember(sent);
    const next = conversationOf(requestOf("Hi", LONG, "One.", LONG, "Two."));
    expect(memory.matched(next)).toBe(sent.marks.length);
    expect(memory.matched(conversationOf(requestOf("Hello", LONG)))).toBe(0);
    memory.forget();
    expect(memory.matched(next)).toBe(0);
  });

  test("is bounded: the oldest goes first, and of one prompt what is furthest back", () => {
    const memory = new PrefixMemory(3);
    const marksOf = (...marks: number[]) => ({ marks, isNew: false });
    memory.remember(marksOf(1, 2, 3, 4, 5));
    expect([memory.size, memory.matched(marksOf(1, 2, 3, 4, 5))]).toEqual([3, 3]);
    memory.remember(marksOf(10, 11));
    expect([memory.size, memory.matched(marksOf(1, 2, 3)), memory.matched(marksOf(10, 11))]).toEqual([3, 1, 2]);
  });
});

describe("the choice", () => {
  const candidate = (busy: number, matched = 0, near = 0, limit = Infinity) => ({
    busy,
    matched,
    nearness: near,
    limit,
  });
  const NEW = { marks: [1], isNew: true };
  const OLD = { marks: [1, 2], isNew: false };

  test("of a new conversation is the least busy, then the nearest", () => {
    const all = [candidate(2, 0, 9), candidate(1, 0, 1), candidate(1, 0, 2)];
    expect(choose(all, NEW)).toBe(all[2]);
  });

  test("of one that goes on is where most of it is, then the nearest", () => {
    const seen = [candidate(0, 1, 9), candidate(1, 2, 1), candidate(0, 0, 2)];
    expect(choose(seen, OLD)).toBe(seen[1]);
    const unseen = [candidate(0, 0, 1), candidate(1, 0, 2)];
    expect(choose(unseen, OLD)).toBe(unseen[1]);
  });

  test("of a new one that was asked before is where it is", () => {
    const all = [candidate(0, 0, 9), candidate(1, 1, 1)];
    expect(choose(all, NEW)).toBe(all[1]);
  });

  test("is another where the wanted one is full, or far busier than the rest", () => {
    const full = [candidate(1, 9, 9, 1), candidate(5)];
    expect(choose(full, OLD)).toBe(full[1]);
    const drowning = [candidate(4, 9, 9), candidate(1)];
    expect(choose(drowning, OLD)).toBe(drowning[1]);
    const bearable = [candidate(1, 9, 9), candidate(0)];
    expect(choose(bearable, OLD)).toBe(bearable[0]);
    expect(choose([candidate(1, 9, 9, 1), candidate(3, 0, 0, 3)], OLD)).toBeUndefined();
    expect(choose([], OLD)).toBeUndefined();
  });

  test("never makes one busier than the bound, unless it is the least busy", () => {
    const all = fc.array(
      fc.record({
        busy: fc.nat(20),
        matched: fc.nat(5),
        nearness: fc.nat(1000),
        limit: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 20 })),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(all, fc.boolean(), (candidates, isNew) => {
        const chosen = choose(candidates, { marks: [1], isNew });
        const withRoom = candidates.filter(({ busy, limit }) => busy < limit);
        if (chosen === undefined) {
          expect(withRoom).toEqual([]);
          return;
        }
        expect(withRoom).toContain(chosen);
        const least = Math.min(...withRoom.map(({ busy }) => busy));
        const average = candidates.reduce((sum, { busy }) => sum + busy, 1) / candidates.length;
        expect(chosen.busy === least || chosen.busy + 1 <= Math.max(2, Math.ceil(1.25 * average))).toBe(true);
      }),
    );
  });
});
