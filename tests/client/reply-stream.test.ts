import { expect, test } from "vitest";
import { ReplyStream } from "../../src/client/reply-stream.js";
import { WatchedController } from "./watched-signal.js";

/** Counts up to a number, and notes what becomes of it. */
function counting(upTo: number) {
  const seen = { begun: 0, given: 0, ended: 0, signal: undefined as AbortSignal | undefined };
  const begin = async function* (signal: AbortSignal): AsyncGenerator<number, void, undefined> {
    seen.begun += 1;
    seen.signal = signal;
    try {
      for (let number = 1; number <= upTo; number++) {
        signal.throwIfAborted();
        seen.given = number;
        yield number;
      }
    } finally {
      seen.ended += 1;
    }
  };
  return { begin, seen };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test("nothing begins before it is asked for, and nothing is left on the signal", async () => {
  const watched = new WatchedController();
  const { begin, seen } = counting(3);
  const stream = new ReplyStream(begin, watched.signal);
  expect(seen.begun).toBe(0);
  expect(watched.listeners).toBe(0);
  expect(await all(stream)).toEqual([1, 2, 3]);
  expect(watched.listeners).toBe(0);
});

test("a second iteration is refused, even after the first was left early", async () => {
  const { begin, seen } = counting(3);
  const stream = new ReplyStream(begin);
  for await (const _ of stream) break;
  expect(seen).toMatchObject({ given: 1, ended: 1 });
  await expect(all(stream)).rejects.toThrow(TypeError);
});

test("aborting the stream's own controller ends it quietly", async () => {
  const { begin, seen } = counting(9);
  const stream = new ReplyStream(begin);
  const taken: number[] = [];
  for await (const number of stream) {
    taken.push(number);
    if (number === 2) stream.controller.abort();
  }
  expect(taken).toEqual([1, 2]);
  expect(seen.ended).toBe(1);
});

test("a stream that is aborted before it begins does not begin", async () => {
  const { begin, seen } = counting(9);
  const stream = new ReplyStream(begin);
  stream.controller.abort();
  expect(await all(stream)).toEqual([]);
  expect(seen.begun).toBe(0);
});

test("the caller's signal throws its reason, before and in the middle", async () => {
  const reason = new Error("enough");
  await expect(all(new ReplyStream(counting(9).begin, AbortSignal.abort(reason)))).rejects.toBe(reason);

  const watched = new WatchedController();
  const { begin, seen } = counting(9);
  const stream = new ReplyStream(begin, watched.signal);
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  expect(watched.listeners).toBe(1);
  watched.abort(reason);
  await expect(iterator.next()).rejects.toBe(reason);
  expect(seen.ended).toBe(1);
  expect(seen.signal?.reason).toBe(reason);
  expect(watched.listeners).toBe(0);
});

test("an abort reaches the engine even if nobody asks for more", async () => {
  for (const own of [true, false]) {
    const watched = new WatchedController();
    const { begin, seen } = counting(9);
    const stream = new ReplyStream(begin, watched.signal);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    (own ? stream.controller : watched).abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.ended).toBe(1);
    expect(watched.listeners).toBe(0);
  }
});

test("an error comes through, unless the reader has left", async () => {
  const failing = async function* (): AsyncGenerator<number, void, undefined> {
    yield 1;
    throw new Error("broken");
  };
  await expect(all(new ReplyStream(failing))).rejects.toThrow("broken");
});

test("as bytes it is a line for each item, read one by one", async () => {
  const { begin, seen } = counting(3);
  const stream = new ReplyStream(begin).toReadableStream();
  const reader = stream.getReader();
  expect(seen.begun).toBe(0);
  const first = await reader.read();
  expect(new TextDecoder().decode(first.value)).toBe("1\n");
  expect(seen.given).toBe(1);
  await reader.cancel();
  expect(seen).toMatchObject({ given: 1, ended: 1 });

  expect(await new Response(new ReplyStream(counting(3).begin).toReadableStream()).text()).toBe("1\n2\n3\n");
});
