import { describe, expect, test } from "vitest";
import type { HarmonyEvent } from "../../src/parse/event.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { HarmonyEventStream } from "../../src/stream/event-stream.js";
import { parseStream } from "../../src/stream/parse-stream.js";
import { encoding, tokensOf } from "../parse/encoding.js";

const OUTPUT =
  "<|channel|>analysis<|message|>Hm \u{1F496}<|end|><|start|>assistant<|channel|>final<|message|>Yes<|return|>";
const TOKENS = tokensOf(OUTPUT);

const tokenParser = (): StreamableParser => new StreamableParser(encoding, "assistant", { mode: "resilient" });

/** The events, without anything that depends on how the input was cut. */
function summaryOf(events: readonly HarmonyEvent[]): string[] {
  const summary: string[] = [];
  for (const event of events) {
    if (event.type === "delta" && summary.at(-1)?.startsWith("delta")) summary.push(summary.pop() + event.text);
    else if (event.type === "delta") summary.push(`delta ${event.text}`);
    else if (event.type === "message-start") summary.push(`start ${event.channel}`);
    else if (event.type === "message-end") summary.push(`end by ${event.ending}`);
    else summary.push(event.type);
  }
  return summary;
}

const SUMMARY = [
  "start analysis",
  "delta Hm \u{1F496}",
  "end by end",
  "start final",
  "delta Yes",
  "end by return",
  "end",
];

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

function streamOf<T>(items: Iterable<T>): ReadableStream<T> {
  const iterator = items[Symbol.iterator]();
  return new ReadableStream({
    pull: (controller) => {
      const { done, value } = iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** A source with the iterator given, which need not keep to the protocol. */
function sourceOf(iterator: unknown): AsyncIterable<number[]> {
  return { [Symbol.asyncIterator]: () => iterator as AsyncIterator<number[]> };
}

/** The stream without its `Symbol.asyncIterator`. */
function notIterable<T>(stream: ReadableStream<T>): ReadableStream<T> {
  return Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined });
}

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

async function collectUntilError<T>(source: AsyncIterable<T>): Promise<{ taken: T[]; error: unknown }> {
  const taken: T[] = [];
  try {
    for await (const item of source) taken.push(item);
  } catch (error) {
    return { taken, error };
  }
  return { taken, error: undefined };
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** A source that delivers one text and then nothing more, and that records what was asked of it. */
class Endless implements AsyncIterable<string> {
  asked = 0;
  returned = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return {
      next: () => {
        this.asked++;
        return this.asked === 1 ? Promise.resolve({ done: false, value: this.#text }) : new Promise(() => {});
      },
      return: () => {
        this.returned++;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

describe("parseStream", () => {
  test("reads tokens, token arrays and text, from iterables and async iterables", async () => {
    expect(summaryOf(await collect(parseStream(tokenParser(), TOKENS)))).toEqual(SUMMARY);
    expect(summaryOf(await collect(parseStream(tokenParser(), later(TOKENS))))).toEqual(SUMMARY);
    const arrays = [TOKENS.slice(0, 7), [], TOKENS.slice(7)];
    expect(summaryOf(await collect(parseStream(tokenParser(), later(arrays))))).toEqual(SUMMARY);
    expect(summaryOf(await collect(parseStream(new HarmonyTextParser("assistant"), [OUTPUT])))).toEqual(SUMMARY);
    const units = OUTPUT.split("");
    expect(summaryOf(await collect(parseStream(new HarmonyTextParser("assistant"), later(units))))).toEqual(SUMMARY);
  });

  test("asks the source for more only when all events have been taken", async () => {
    const source = new Endless("<|channel|>final<|message|>a");
    const events = parseStream(new HarmonyTextParser("assistant"), source);
    expect(source.asked).toBe(0);
    expect((await events.next()).value).toMatchObject({ type: "message-start" });
    expect((await events.next()).value).toMatchObject({ type: "delta" });
    expect(source.asked).toBe(1);
  });

  test("closes the source when the caller stops early", async () => {
    const source = new Endless("<|channel|>final<|message|>a");
    for await (const event of parseStream(new HarmonyTextParser("assistant"), source)) {
      if (event.type === "delta") break;
    }
    expect([source.asked, source.returned]).toEqual([1, 1]);
  });

  test("stops waiting for the source on an abort, and closes it", async () => {
    const source = new Endless("<|channel|>final<|message|>a");
    const controller = new AbortController();
    const reason = new Error("enough");
    const events = parseStream(new HarmonyTextParser("assistant"), source, { signal: controller.signal });
    const all = collect(events);
    setTimeout(() => controller.abort(reason), 5);
    await expect(all).rejects.toBe(reason);
    expect([source.asked, source.returned]).toEqual([2, 1]);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test("throws the reason of an abort before the next event", async () => {
    const controller = new AbortController();
    const events = parseStream(tokenParser(), [TOKENS], { signal: controller.signal });
    await events.next();
    controller.abort();
    await expect(events.next()).rejects.toMatchObject({ name: "AbortError" });
  });

  test("yields nothing when the signal is already aborted, and closes the source", async () => {
    const source = new Endless("a");
    const events = parseStream(new HarmonyTextParser("assistant"), source, { signal: AbortSignal.abort() });
    await expect(events.next()).rejects.toMatchObject({ name: "AbortError" });
    expect([source.asked, source.returned]).toEqual([0, 1]);
  });

  test("throws an error of the source after the events, and the parser can still be read", async () => {
    const failure = new Error("connection lost");
    async function* source(): AsyncGenerator<number[]> {
      yield tokensOf("<|channel|>final<|message|>par");
      throw failure;
    }
    const parser = tokenParser();
    const events: HarmonyEvent[] = [];
    const all = (async () => {
      for await (const event of parseStream(parser, source())) events.push(event);
    })();
    await expect(all).rejects.toBe(failure);
    expect(summaryOf(events)).toEqual(["start final", "delta par"]);
    expect(parser.currentContent).toBe("par");
  });

  test("throws an error of the parser after the events of the same chunk", async () => {
    const parser = new StreamableParser(encoding, "assistant");
    const events: HarmonyEvent[] = [];
    const all = (async () => {
      for await (const event of parseStream(parser, [tokensOf("<|message|>A<|end|>B")])) events.push(event);
    })();
    await expect(all).rejects.toMatchObject({ code: "unexpected-token" });
    expect(summaryOf(events)).toEqual(["start undefined", "delta A", "end by end"]);
  });

  test("reads a ReadableStream that is not async iterable, as in Safari", async () => {
    const source = notIterable(streamOf(TOKENS));
    expect(summaryOf(await collect(parseStream(tokenParser(), source)))).toEqual(SUMMARY);
    expect(source.locked).toBe(false);
  });

  test("cancels a ReadableStream that is not async iterable when the caller stops early, or on an abort", async () => {
    const cancelled: string[] = [];
    const source = (name: string): ReadableStream<string> =>
      notIterable(
        new ReadableStream({
          start: (controller) => controller.enqueue("<|channel|>final<|message|>a"),
          cancel: () => void cancelled.push(name),
        }),
      );
    const first = source("stopped");
    for await (const _ of parseStream(new HarmonyTextParser("assistant"), first)) break;
    const second = source("aborted");
    const controller = new AbortController();
    const all = collect(parseStream(new HarmonyTextParser("assistant"), second, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 5);
    await expect(all).rejects.toMatchObject({ name: "AbortError" });
    expect(cancelled).toEqual(["stopped", "aborted"]);
    expect([first.locked, second.locked]).toEqual([false, false]);
  });

  test("reads a source whose next() gives plain results, with and without a signal", async () => {
    const source = (): AsyncIterable<number[]> => {
      const results = [{ done: false, value: TOKENS }, { done: true }];
      return sourceOf({ next: () => results.shift() });
    };
    expect(summaryOf(await collect(parseStream(tokenParser(), source())))).toEqual(SUMMARY);
    const { signal } = new AbortController();
    expect(summaryOf(await collect(parseStream(tokenParser(), source(), { signal })))).toEqual(SUMMARY);
  });

  describe("throws the first error, whatever the source throws when it is closed", () => {
    const failingReturns: [string, () => unknown][] = [
      ["return() rejects", () => Promise.reject(new Error("cannot be closed"))],
      [
        "return() throws",
        () => {
          throw new Error("cannot be closed");
        },
      ],
    ];

    test.each(failingReturns)("the parser's error: %s", async (_, close) => {
      let closed = 0;
      const source = sourceOf({
        next: () => Promise.resolve({ done: false, value: tokensOf("<|message|>A<|end|>B") }),
        return: () => {
          closed++;
          return close();
        },
      });
      const events = parseStream(new StreamableParser(encoding, "assistant"), source);
      await expect(collect(events)).rejects.toMatchObject({ code: "unexpected-token" });
      expect(closed).toBe(1);
    });

    test.each(failingReturns)("the reason of the signal: %s", async (_, close) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const source = sourceOf({
        next: () => Promise.resolve({ done: false, value: tokensOf("<|channel|>final<|message|>A") }),
        return: close,
      });
      const events = parseStream(tokenParser(), source, { signal: controller.signal });
      await events.next();
      controller.abort(reason);
      await expect(events.next()).rejects.toBe(reason);
    });

    test("the reason of the signal: next() throws on the same abort", async () => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const source = sourceOf({
        next: () => {
          controller.abort(reason);
          throw new Error("of the source");
        },
      });
      await expect(parseStream(tokenParser(), source, { signal: controller.signal }).next()).rejects.toBe(reason);
    });

    test("the reason of the signal: next() aborts it and then waits for ever", async () => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const source = sourceOf({
        next: () => {
          controller.abort(reason);
          return new Promise(() => {});
        },
      });
      await expect(parseStream(tokenParser(), source, { signal: controller.signal }).next()).rejects.toBe(reason);
    });

    test("the reason of the signal: [Symbol.asyncIterator]() throws", async () => {
      const reason = new Error("enough");
      const source: AsyncIterable<number> = {
        [Symbol.asyncIterator]: () => {
          throw new Error("of the source");
        },
      };
      const events = parseStream(tokenParser(), source, { signal: AbortSignal.abort(reason) });
      await expect(events.next()).rejects.toBe(reason);
    });

    test("an abort that comes after the source has ended does not close it", async () => {
      let closed = 0;
      const controller = new AbortController();
      const results = [{ done: false, value: tokensOf("<|channel|>final<|message|>A") }, { done: true }];
      const source = sourceOf({ next: () => results.shift(), return: () => closed++ });
      const events = parseStream(tokenParser(), source, { signal: controller.signal });
      for await (const { type } of events) {
        if (type !== "message-end") continue;
        controller.abort();
        break;
      }
      expect(closed).toBe(0);
    });

    test("what the source throws when it is closed, if there was no other error", async () => {
      const failure = new Error("cannot be closed");
      const source = sourceOf({
        next: () => Promise.resolve({ done: false, value: TOKENS }),
        return: () => Promise.reject(failure),
      });
      const events = parseStream(tokenParser(), source);
      await events.next();
      await expect(events.return()).rejects.toBe(failure);
    });
  });

  describe("refuses at once, with an error that names the argument,", () => {
    const parser = tokenParser();
    const call = parseStream as (...values: unknown[]) => AsyncGenerator<HarmonyEvent>;
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();

    test.each<[string, unknown[], RegExp]>([
      ["no parser", [undefined, TOKENS], /^parseStream: parser must be a StreamableParser, .*, not undefined$/],
      ["a parser without finish", [{ push() {}, takeEvents() {} }, TOKENS], /parser must be .*, not an object$/],
      ["a parser that cannot be read", [revoked.proxy, TOKENS], /parser must be .*, not /],
      ["arguments in the wrong order", [TOKENS, parser], /parser must be .*, not an array$/],
      ["a source that is not iterable", [parser, 5], /source must be an iterable .*, not 5$/],
      ["no source", [parser], /source must be an iterable .*, not undefined$/],
      ["an iterator as a source", [parser, { next: () => ({ done: true }) }], /source must be .*, not an object$/],
      ["an unknown option", [parser, TOKENS, { singal: undefined }], /unknown option "singal".*signal/],
      ["options that are not an object", [parser, TOKENS, 5], /options must be an object/],
      ["a controller as a signal", [parser, TOKENS, { signal: new AbortController() }], /not an AbortController$/],
      ["null as a signal", [parser, TOKENS, { signal: null }], /signal must be an AbortSignal, not null$/],
    ])("%s", (_, values, message) => {
      expect(() => call(...values)).toThrow(TypeError);
      expect(() => call(...values)).toThrow(message);
    });

    test("and quotes no more than about 100 characters of a value", () => {
      const message = messageOf(() => call("x".repeat(5_000_000), TOKENS));
      expect(message).toContain('"xxx');
      expect(message.length).toBeLessThan(320);
    });
  });

  test("names a source that does not keep to the protocol of iterators", async () => {
    const noResult = parseStream(tokenParser(), sourceOf({ next: () => Promise.resolve(5) }));
    await expect(noResult.next()).rejects.toThrow(/next\(\) of the source must give \{ done, value \}, not 5$/);
    const noIterator = parseStream(tokenParser(), sourceOf(undefined));
    await expect(noIterator.next()).rejects.toThrow(/\[Symbol.asyncIterator\]\(\) of the source .*, not undefined$/);
  });
});

describe("HarmonyEventStream", () => {
  test("reads tokens and text", async () => {
    const ofTokens = streamOf(TOKENS).pipeThrough(new HarmonyEventStream(tokenParser()));
    expect(summaryOf(await collect(ofTokens))).toEqual(SUMMARY);
    const parser = new HarmonyTextParser("assistant");
    const ofText = streamOf(OUTPUT.split("")).pipeThrough(new HarmonyEventStream(parser));
    expect(summaryOf(await collect(ofText))).toEqual(SUMMARY);
    expect(parser.messages).toHaveLength(2);
  });

  test("asks nothing of the source before an event is asked for, and passes a cancellation on to it", async () => {
    let asked = 0;
    let cancelled: unknown;
    const source = new ReadableStream<number>(
      {
        pull: (controller) => controller.enqueue(TOKENS[asked++]!),
        cancel: (reason) => {
          cancelled = reason;
        },
      },
      { highWaterMark: 0 },
    );
    const events = source.pipeThrough(new HarmonyEventStream(tokenParser()));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(asked).toBeLessThanOrEqual(1);
    const reader = events.getReader();
    await reader.read();
    await reader.cancel("enough");
    expect(cancelled).toBe("enough");
  });

  test("passes an error of the source on to the reader", async () => {
    const failure = new Error("connection lost");
    const source = new ReadableStream<number>({ pull: () => Promise.reject(failure) });
    await expect(collect(source.pipeThrough(new HarmonyEventStream(tokenParser())))).rejects.toBe(failure);
  });

  test("passes an error of the source on after the events of the chunks before it", async () => {
    const failure = new Error("connection lost");
    const chunks = [tokensOf("<|channel|>final<|message|>a<|end|><|start|>assistant<|message|>b")];
    const source = new ReadableStream<number[]>({
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.error(failure);
        else controller.enqueue(chunk);
      },
    });
    const events = source.pipeThrough(new HarmonyEventStream(tokenParser()));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { taken, error } = await collectUntilError(events);
    expect(summaryOf(taken)).toEqual(["start final", "delta a", "end by end", "start undefined", "delta b"]);
    expect(error).toBe(failure);
  });

  test("passes an error of a strict parser on to both sides, after the events of the same chunk", async () => {
    const chunk = tokensOf("<|message|>A<|end|>B");
    let cancelled: unknown;
    const source = new ReadableStream<number[]>({
      pull: (controller) => controller.enqueue(chunk),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const events = source.pipeThrough(new HarmonyEventStream(new StreamableParser(encoding, "assistant")));
    const { taken, error } = await collectUntilError(events);
    const fromParseStream = await collectUntilError(parseStream(new StreamableParser(encoding, "assistant"), [chunk]));
    expect(summaryOf(taken)).toEqual(["start undefined", "delta A", "end by end"]);
    expect(taken).toEqual(fromParseStream.taken);
    expect(error).toMatchObject({ code: "unexpected-token" });
    expect(cancelled).toBe(error);
  });

  test("does not end the parser's message when it is cancelled while it waits for the source", async () => {
    const parser = tokenParser();
    const source = new ReadableStream<number[]>({
      start: (controller) => controller.enqueue(tokensOf("<|channel|>final<|message|>par")),
    });
    const reader = source.pipeThrough(new HarmonyEventStream(parser)).getReader();
    await reader.read();
    await reader.read();
    const waiting = reader.read();
    await reader.cancel();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(parser.messages).toEqual([]);
    expect(parser.currentContent).toBe("par");
  });

  test("refuses what is not a parser", () => {
    expect(() => new HarmonyEventStream(encoding as never)).toThrow(
      /^HarmonyEventStream: parser must be a StreamableParser, .*, not an object$/,
    );
  });
});

describe("why the engine stopped", () => {
  const CALL = "<|channel|>commentary to=functions.f json<|message|>{}";

  test.each([
    ["stop", "end by call"],
    ["length", "end by end-of-input"],
    [undefined, "end by end-of-input"],
    [null, "end by end-of-input"],
  ])("%s: %s", async (reason, ending) => {
    // As with an engine: the reason is known when the last chunk has come.
    let finishReason: string | null | undefined;
    async function* source() {
      yield tokensOf(CALL);
      finishReason = reason;
    }
    const events: HarmonyEvent[] = [];
    for await (const event of parseStream(tokenParser(), source(), { finishReason: () => finishReason })) {
      events.push(event);
    }
    expect(summaryOf(events)).toContain(ending);

    const stream = streamOf([CALL]).pipeThrough(
      new HarmonyEventStream(new HarmonyTextParser("assistant"), { finishReason: () => reason }),
    );
    const streamed: HarmonyEvent[] = [];
    for await (const event of stream as unknown as AsyncIterable<HarmonyEvent>) streamed.push(event);
    expect(summaryOf(streamed)).toContain(ending);
  });

  test("is asked for by a function", () => {
    expect(() => parseStream(tokenParser(), [1], { finishReason: "stop" as never })).toThrow(
      'parseStream: finishReason must be a function, not "stop"',
    );
    expect(() => new HarmonyEventStream(tokenParser(), { finishReason: 1 as never })).toThrow("HarmonyEventStream:");
    expect(() => new HarmonyEventStream(tokenParser(), { signal: 1 } as never)).toThrow('unknown option "signal"');
  });
});
