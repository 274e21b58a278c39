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

/** Events without what depends on how the input was cut and counted. */
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

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** A source that tells what was done with it, and never ends by itself. */
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
  test("tokens, one by one and in arrays, and text: from iterables and async iterables", async () => {
    expect(summaryOf(await collect(parseStream(tokenParser(), TOKENS)))).toEqual(SUMMARY);
    expect(summaryOf(await collect(parseStream(tokenParser(), later(TOKENS))))).toEqual(SUMMARY);
    const arrays = [TOKENS.slice(0, 7), [], TOKENS.slice(7)];
    expect(summaryOf(await collect(parseStream(tokenParser(), later(arrays))))).toEqual(SUMMARY);
    expect(summaryOf(await collect(parseStream(new HarmonyTextParser("assistant"), [OUTPUT])))).toEqual(SUMMARY);
    const units = OUTPUT.split("");
    expect(summaryOf(await collect(parseStream(new HarmonyTextParser("assistant"), later(units))))).toEqual(SUMMARY);
  });

  test("the source is asked for more only when all events have been taken", async () => {
    const source = new Endless("<|channel|>final<|message|>a");
    const events = parseStream(new HarmonyTextParser("assistant"), source);
    expect(source.asked).toBe(0);
    expect((await events.next()).value).toMatchObject({ type: "message-start" });
    expect((await events.next()).value).toMatchObject({ type: "delta" });
    expect(source.asked).toBe(1);
  });

  test("stopping early stops the source", async () => {
    const source = new Endless("<|channel|>final<|message|>a");
    for await (const event of parseStream(new HarmonyTextParser("assistant"), source)) {
      if (event.type === "delta") break;
    }
    expect([source.asked, source.returned]).toEqual([1, 1]);
  });

  test("an abort ends a wait for the source, and stops the source", async () => {
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

  test("an abort between two events is heard before the next one", async () => {
    const controller = new AbortController();
    const events = parseStream(tokenParser(), [TOKENS], { signal: controller.signal });
    await events.next();
    controller.abort();
    await expect(events.next()).rejects.toMatchObject({ name: "AbortError" });
  });

  test("a signal that was aborted before gives nothing", async () => {
    const source = new Endless("a");
    const events = parseStream(new HarmonyTextParser("assistant"), source, { signal: AbortSignal.abort() });
    await expect(events.next()).rejects.toMatchObject({ name: "AbortError" });
    expect([source.asked, source.returned]).toEqual([0, 1]);
  });

  test("an error of the source comes behind the events, and the parser can be read", async () => {
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

  test("an error of the parser comes behind the events of the same chunk", async () => {
    const parser = new StreamableParser(encoding, "assistant");
    const events: HarmonyEvent[] = [];
    const all = (async () => {
      for await (const event of parseStream(parser, [tokensOf("<|message|>A<|end|>B")])) events.push(event);
    })();
    await expect(all).rejects.toMatchObject({ code: "unexpected-token" });
    expect(summaryOf(events)).toEqual(["start undefined", "delta A", "end by end"]);
  });

  test("what is no iterable is refused", async () => {
    await expect(parseStream(tokenParser(), 5 as unknown as number[]).next()).rejects.toThrow(TypeError);
  });
});

describe("HarmonyEventStream", () => {
  test("from tokens, and from text", async () => {
    const ofTokens = streamOf(TOKENS).pipeThrough(new HarmonyEventStream(tokenParser()));
    expect(summaryOf(await collect(ofTokens))).toEqual(SUMMARY);
    const parser = new HarmonyTextParser("assistant");
    const ofText = streamOf(OUTPUT.split("")).pipeThrough(new HarmonyEventStream(parser));
    expect(summaryOf(await collect(ofText))).toEqual(SUMMARY);
    expect(parser.messages).toHaveLength(2);
  });

  test("nothing is asked of the source before somebody reads, and cancelling reaches it", async () => {
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

  test("an error of the source is the reader's", async () => {
    const failure = new Error("connection lost");
    const source = new ReadableStream<number>({ pull: () => Promise.reject(failure) });
    await expect(collect(source.pipeThrough(new HarmonyEventStream(tokenParser())))).rejects.toBe(failure);
  });

  test("an error of a strict parser is the reader's", async () => {
    const parser = new StreamableParser(encoding);
    const events = streamOf([5]).pipeThrough(new HarmonyEventStream(parser));
    await expect(collect(events)).rejects.toMatchObject({ code: "unexpected-token" });
  });
});
