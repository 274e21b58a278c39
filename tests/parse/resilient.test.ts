import { describe, expect, test } from "vitest";
import { Message } from "../../src/chat/message.js";
import type { HarmonyEvent } from "../../src/parse/event.js";
import type { ParseOptions, TextParseOptions } from "../../src/parse/options.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { encoding, tokensOf } from "./recorded.js";

const resilient = (options: ParseOptions = {}): StreamableParser =>
  new StreamableParser(encoding, "assistant", { mode: "resilient", ...options });

describe("diagnostics", () => {
  test("a role repeated as words of their own is that, and no recipient", () => {
    const parser = resilient();
    for (const token of tokensOf("<|start|>assistant assistant assistant<|channel|>final<|message|>B"))
      parser.process(token);
    expect(parser.currentRecipient).toBeUndefined();
    expect(parser.diagnostics.map(({ code, text }) => `${code} ${text}`)).toEqual([
      "repeated-role assistant",
      "repeated-role assistant",
    ]);
  });

  test("say what, where and what was done, with the text", () => {
    const parser = resilient();
    for (const token of tokensOf("<|channel|>commentary?<|message|>Hi<|end|> stray<|start|>")) parser.process(token);
    parser.processEos();
    expect(parser.diagnostics).toEqual([
      {
        code: "inexact-channel",
        message: "A channel's name is not written as it should be.",
        action: "repaired",
        span: [1, 4],
        text: "commentary?",
      },
      {
        code: "stray-text",
        message: "Text stands between two messages.",
        action: "skipped",
        span: [7, 8],
        text: " stray",
      },
      {
        code: "incomplete-header",
        message: "A header ended before its message token.",
        action: "skipped",
        span: [8, 9],
        text: "<|start|>",
      },
    ]);
  });

  test("count UTF-16 units where text was fed", () => {
    const parser = new HarmonyTextParser("assistant");
    parser.process("<|channel|>commentary?<|message|>Hi<|end|> stray<|start|>").processEos();
    expect(parser.diagnostics.map(({ span }) => span)).toEqual([
      [11, 22],
      [42, 48],
      [48, 57],
    ]);
  });
});

describe("prefill", () => {
  const prefill = { channel: "final", content: "Sure, " };

  test("the message begins with what the prompt holds", () => {
    const parser = resilient({ prefill });
    expect([parser.state, parser.currentChannel, parser.currentContent]).toEqual(["Content", "final", "Sure, "]);
    const events = [...parser.push(tokensOf("here it is.<|return|>")), ...parser.finish()];
    expect(parser.messages).toEqual([
      Message.fromRoleAndContent("assistant", "Sure, here it is.").withChannel("final"),
    ]);
    expect(parser.spans).toEqual([{ header: [0, 0], content: [0, 4], terminator: [4, 5] }]);
    expect(events[0]).toMatchObject({ type: "message-start", channel: "final" });
    expect(deltasOf(events)).toBe("Sure, here it is.");
  });

  test("works in strict mode, and for text", () => {
    const strict = new StreamableParser(encoding, "assistant", { prefill });
    for (const token of tokensOf("yes<|return|>")) strict.process(token);
    const text = new HarmonyTextParser("assistant", { prefill }).process("yes<|return|>");
    expect(strict.messages).toEqual(text.messages);
    expect(strict.messages).toEqual([Message.fromRoleAndContent("assistant", "Sure, yes").withChannel("final")]);
  });

  test("a call", () => {
    const parser = resilient({ prefill: { channel: "commentary", recipient: "functions.x", content_type: "json" } });
    for (const token of tokensOf("{}<|call|>")) parser.process(token);
    expect(parser.messages[0]).toMatchObject({ recipient: "functions.x", content_type: "json" });
  });

  test("the state shows it as content", () => {
    const parser = resilient({ prefill });
    parser.process(64);
    expect(parser.stateData).toMatchObject({ content_tokens: [...encoding.tokenizer.encodeOrdinary("Sure, "), 64] });
  });
});

function deltasOf(events: readonly HarmonyEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}

describe("events", () => {
  test("say everything, in order", () => {
    const parser = resilient();
    const events = [...parser.push(tokensOf("<|channel|>FINAL<|message|>Yes")), ...parser.finish()];
    const spans = { header: [0, 3], content: [3, 4], terminator: [4, 4] };
    const [message] = parser.messages;
    expect(events).toEqual([
      { type: "diagnostic", diagnostic: parser.diagnostics[0] },
      {
        type: "message-start",
        index: 0,
        role: "assistant",
        name: undefined,
        channel: "final",
        recipient: undefined,
        content_type: undefined,
      },
      { type: "delta", index: 0, channel: "final", recipient: undefined, text: "Yes" },
      { type: "message-end", index: 0, message, ending: "end-of-input", spans },
      { type: "end" },
    ]);
  });

  test("what a broken character leaves comes as the last delta", () => {
    const parser = resilient();
    const tokens = [...tokensOf("<|message|>A"), 9552, ...tokensOf("<|end|>")];
    expect(deltasOf(parser.push(tokens))).toBe("A \uFFFD");
  });

  test("listening may begin in the middle of a message", () => {
    const parser = resilient();
    for (const token of tokensOf("<|channel|>final<|message|>Hello")) parser.process(token);
    const events = parser.push(tokensOf(" there"));
    expect(events.map(({ type }) => type)).toEqual(["message-start", "delta", "delta"]);
    expect(deltasOf(events)).toBe("Hello there");
  });

  test("in strict mode, what came before an error is not lost", () => {
    const parser = new StreamableParser(encoding, "assistant");
    expect(() => parser.push(tokensOf("<|message|>Hi<|end|>oops"))).toThrow("Unexpected token");
    expect(parser.takeEvents().map(({ type }) => type)).toEqual(["message-start", "delta", "message-end"]);
  });
});

describe("text", () => {
  test("no more than the longest marker is held back", () => {
    const longest = "<|reserved_200014|>".length;
    const parser = new HarmonyTextParser("assistant");
    parser.process("<|message|>");
    const text = "a<|b<|reserved_2000<|en<|<|<|reserved_99999999|>\u{1F496}<|startoftex<".repeat(20);
    let seen = 0;
    for (const [index, unit] of text.split("").entries()) {
      seen += deltasOf(parser.push(unit)).length;
      expect(index + 1 - seen).toBeLessThan(longest);
    }
    expect(seen + deltasOf(parser.finish()).length).toBe(text.length);
    expect(parser.messages).toEqual([Message.fromRoleAndContent("assistant", text)]);
  });

  test("no delta splits a character, and half of one is replaced", () => {
    const parser = new HarmonyTextParser("assistant");
    const chunks = ["<|message|>a\ud83d", "\udc96b\ud83d", "<|end|>"];
    const deltas = chunks.map((chunk) => deltasOf(parser.push(chunk)));
    expect(deltas).toEqual(["a", "\u{1F496}b", "\uFFFD"]);
  });

  test("anything but a string is refused", () => {
    expect(() => new HarmonyTextParser("assistant").process(5 as unknown as string)).toThrow(TypeError);
    expect(() => new HarmonyTextParser("assistant", { mode: "strict" } as TextParseOptions)).toThrow(
      'unknown option "mode"',
    );
  });
});

test.each([
  [{ tools: "functions.x" }],
  [{ tools: [5] }],
  [{ continueAfterCall: 1 }],
  [{ prefill: { chanel: "final" } }],
  [{ prefill: { channel: 5 } }],
])("%j is refused", (options) => {
  expect(() => resilient(options as unknown as ParseOptions)).toThrow(TypeError);
});

/** A tokenizer that counts how often it is asked. */
class CountingTokenizer {
  calls = 0;
  readonly tokenizer: Tokenizer;

  constructor(tokenizer: Tokenizer) {
    const count = <T>(answer: T): T => {
      this.calls++;
      return answer;
    };
    this.tokenizer = Object.create(tokenizer, {
      tokenText: { value: (token: number) => count(tokenizer.tokenText(token)) },
      tokenBytes: { value: (token: number) => count(tokenizer.tokenBytes(token)) },
      encodeOrdinary: { value: (text: string) => count(tokenizer.encodeOrdinary(text)) },
      decodeUtf8: { value: (tokens: number[]) => count(tokenizer.decodeUtf8(tokens)) },
    }) as Tokenizer;
  }
}

describe.each(["strict", "resilient"] as const)("the work per token does not grow, mode %s", (mode) => {
  const heart = encoding.tokenizer.encodeOrdinary("\u{1F496}");

  test.each([
    ["a long content", (length: number) => [...tokensOf("<|message|>"), ...Array(length).fill(64)]],
    ["a long header", (length: number) => Array(length).fill(64)],
    ["broken characters", (length: number) => [...tokensOf("<|message|>"), ...Array(length).fill(132990)]],
    ["characters of two tokens", (length: number) => [...tokensOf("<|message|>"), ...Array(length).fill(heart).flat()]],
    ["many messages", (length: number) => Array(length).fill(tokensOf("<|message|>a<|end|><|start|>assistant")).flat()],
    [
      "what is orphaned",
      (length: number) => [...tokensOf("<|message|><|return|><|start|>"), ...Array(length).fill(64)],
    ],
  ])("%s", (_, tokensOfLength) => {
    const callsPerToken = [100, 10_000].map((length) => {
      const counting = new CountingTokenizer(encoding.tokenizer);
      const parser = new StreamableParser(counting, "assistant", { mode });
      const tokens = tokensOfLength(length);
      for (const token of tokens) parser.process(token);
      return counting.calls / tokens.length;
    });
    expect(callsPerToken[1]).toBeCloseTo(callsPerToken[0]!, 1);
  });
});
