import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { loadHarmonyEncoding, StreamableParser } from "../../src/index.js";

const encoding = loadHarmonyEncoding();

function completionOf(content: string): number[] {
  const answer = { role: "assistant", channel: "final", content } as const;
  return encoding.render(answer).slice(2);
}

test("many parsers on one encoding, fed in turn, do not disturb each other", () => {
  // Characters of several tokens, so that every parser holds bytes back while others are fed.
  const contents = Array.from({ length: 500 }, (_, index) => `${index} 𝕳𝖊𝖑𝖑𝖔 🧑🏽‍🚀 ꙮ ${"é".repeat(index % 7)}`);
  const streams = contents.map((content) => ({
    tokens: completionOf(content),
    parser: new StreamableParser(encoding, "assistant"),
    deltas: "",
  }));
  const longest = Math.max(...streams.map(({ tokens }) => tokens.length));
  for (let index = 0; index < longest; index += 1) {
    for (const stream of streams) {
      const token = stream.tokens[index];
      if (token === undefined) continue;
      stream.parser.process(token);
      stream.deltas += stream.parser.lastContentDelta ?? "";
    }
  }
  expect(streams.map(({ deltas }) => deltas)).toEqual(contents);
  expect(streams.map(({ parser }) => parser.processEos().messages[0]?.toJSON().content)).toEqual(contents);
});

test("a call from within another call's input is harmless", () => {
  const tokens = encoding.encode("outer 🧑🏽‍🚀 text");
  function* reentrant(): Iterable<number> {
    for (const token of tokens) {
      encoding.decode(encoding.encode("inner ꙮ text"));
      encoding.parseMessagesFromCompletionTokens(completionOf("inner"), "assistant");
      yield token;
    }
  }
  expect(encoding.decode(reentrant())).toBe("outer 🧑🏽‍🚀 text");
  expect(Array.from(encoding.decodeBytes(reentrant()))).toEqual(
    Array.from(new TextEncoder().encode("outer 🧑🏽‍🚀 text")),
  );
  const conversation = {
    get messages() {
      encoding.encode("while the conversation is being read");
      return [{ role: "user", content: "hi" } as const];
    },
  };
  expect(encoding.decodeUtf8(encoding.renderConversation(conversation))).toBe("<|start|>user<|message|>hi<|end|>");
});

test("a call after one that threw is not affected by it", () => {
  const before = encoding.encode("some text");
  expect(() => encoding.encode("some <|start|> text")).toThrow();
  expect(() => encoding.decode([1, 2, 99_999_999])).toThrow();
  expect(() => encoding.decodeUtf8([172])).toThrow();
  expect(() => encoding.renderConversation({ messages: [{ role: "tool", content: "x" }] })).toThrow();
  expect(encoding.encode("some text")).toEqual(before);
  expect(encoding.decode(before)).toBe("some text");
});

test("worker threads give the same tokens side by side", async () => {
  const build = new URL("../../dist/index.js", import.meta.url).href;
  const source = `
    import { parentPort, workerData } from "node:worker_threads";
    const { loadHarmonyEncoding } = await import(workerData.build);
    const encoding = loadHarmonyEncoding();
    const tokens = [];
    for (const text of workerData.texts) tokens.push(encoding.encode(text));
    parentPort.postMessage(tokens);`;
  const texts = Array.from({ length: 200 }, (_, index) => `text ${index} ${"ꙮ🧑🏽‍🚀 ".repeat(index % 9)}`);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
        workerData: { build, texts },
      });
      return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    }),
  );
  const expected = texts.map((text) => encoding.encode(text));
  for (const answer of answers) expect(answer).toEqual(expected);
});
