import { describe, expect, test } from "vitest";
import { Message } from "../../src/chat/message.js";
import { HarmonyError } from "../../src/errors.js";
import type { ParseOptions } from "../../src/parse/options.js";
import { parseMessages, StreamableParser } from "../../src/parse/streamable-parser.js";
import { SpecialToken } from "../../src/special-tokens.js";
import { encoding, tokensOf } from "./encoding.js";

function thrownBy(call: () => unknown): HarmonyError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(HarmonyError);
    return error as HarmonyError;
  }
  throw new Error("nothing was thrown");
}

const assistant = (content: string) => Message.fromRoleAndContent("assistant", content);

/** U+1F496, which takes two tokens. */
const SPARKLING_HEART = "\u{1F496}";
/** A space and the first half of some emoji. */
const HALF_AN_EMOJI = 9552;
const UNKNOWN_TOKEN = 201089;

describe("the quirks of the reference", () => {
  const call = assistant('{"station":"Oslo S"}')
    .withChannel("commentary")
    .withRecipient("functions.next_train")
    .withContentType("<|constrain|>json");

  test.each([
    ["after the recipient", "assistant to=functions.next_train<|channel|>commentary<|constrain|>json"],
    ["after the channel's recipient", "assistant<|channel|>commentary to=functions.next_train<|constrain|>json"],
  ])("a constrain marker without a space before it: %s", (_, header) => {
    const text = `<|start|>${header}<|message|>{"station":"Oslo S"}<|call|>`;
    expect(parseMessages(encoding, tokensOf(text))).toEqual([call]);
  });

  test.each([
    ["assistant", "<|channel|>commentary Hello<|end|>", assistant("Hello").withChannel("commentary")],
    ["assistant", "<|channel|>final Hi there<|return|>", assistant("Hi there").withChannel("final")],
    ["assistant", "to=x  hi<|end|>", assistant("to=x hi")],
  ] as const)("a message token that is missing: %s, %s", (role, text, message) => {
    const error = thrownBy(() => parseMessages(encoding, tokensOf(text), role));
    expect(error.code).toBe("unexpected-end");
    expect(parseMessages(encoding, tokensOf(text), role, { strict: false })).toEqual([message]);
  });

  test("bytes do not leak from one message into the next", () => {
    const tokens = [
      ...tokensOf("<|start|>assistant<|message|>"),
      ...[HALF_AN_EMOJI, HALF_AN_EMOJI],
      ...tokensOf("<|end|><|start|>assistant<|message|>Hi<|end|>"),
    ];
    expect(parseMessages(encoding, tokens)).toEqual([assistant(" \uFFFD \uFFFD"), assistant("Hi")]);
  });

  test("half a character at the end of the input is replaced", () => {
    const parser = new StreamableParser(encoding);
    for (const token of [...tokensOf("<|start|>assistant<|message|>"), HALF_AN_EMOJI, ...tokensOf("Hi")]) {
      parser.process(token);
    }
    parser.processEos();
    expect(parser.messages).toEqual([assistant(" \uFFFDHi")]);
    expect(parser.lastContentDelta).toBeUndefined();
    expect(parser.currentContent).toBe("");
  });

  test("a character of two tokens comes with the second", () => {
    const parser = new StreamableParser(encoding);
    for (const token of tokensOf("<|start|>assistant<|message|>")) parser.process(token);
    const [first, second] = encoding.tokenizer.encodeOrdinary(SPARKLING_HEART);
    parser.process(first!);
    expect([parser.lastContentDelta, parser.currentContent]).toEqual([undefined, ""]);
    parser.process(second!);
    expect([parser.lastContentDelta, parser.currentContent]).toEqual([SPARKLING_HEART, SPARKLING_HEART]);
  });

  test("the deltas add up to a text of many scripts", () => {
    const text =
      "Grüße aus Łódź, Καλημέρα, בוקר טוב, صباح الخير, सुप्रभात, おはよう, 좋은 아침. café, cafe\u0301 🚲🤞🏽👩‍👩‍👦🇳🇴!";
    const parser = new StreamableParser(encoding);
    let deltas = "";
    for (const token of [...tokensOf("<|start|>assistant<|message|>"), ...encoding.tokenizer.encodeOrdinary(text)]) {
      deltas += parser.process(token).lastContentDelta ?? "";
    }
    expect([deltas, parser.currentContent]).toEqual([text, text]);
  });

  test.each([
    ["That I cannot do<|end|>", assistant("That I cannot do")],
    ["<|channel|>analysis That I cannot do<|end|>", assistant("That I cannot do").withChannel("analysis")],
    ["... then look it up.<|end|>", assistant("... then look it up.")],
  ])("after a first message without its message token, the others are still read: %s", (text, first) => {
    const next = "<|start|>assistant to=functions.next_train<|channel|>commentary json<|message|>{}<|call|>";
    const call = assistant("{}")
      .withChannel("commentary")
      .withRecipient("functions.next_train")
      .withContentType("json");
    expect(parseMessages(encoding, tokensOf(text + next), "assistant", { strict: false })).toEqual([first, call]);
    expect(thrownBy(() => parseMessages(encoding, tokensOf(text + next), "assistant")).code).toBe(
      "unexpected-header-words",
    );
  });

  test("text after a broken sequence of bytes is read", () => {
    const words = encoding.tokenizer.encodeOrdinary(" quiet morning");
    const parser = new StreamableParser(encoding);
    let deltas = "";
    for (const token of [...tokensOf("<|start|>assistant<|message|>"), HALF_AN_EMOJI, ...words]) {
      deltas += parser.process(token).lastContentDelta ?? "";
    }
    expect([deltas, parser.currentContent]).toEqual(Array(2).fill(" \uFFFD quiet morning"));
    parser.process(56);
    expect([parser.lastContentDelta, parser.currentContent]).toEqual(["Y", " \uFFFD quiet morningY"]);
  });

  test("an unknown token in a content is replaced at the end of the content", () => {
    const text = "<|start|>assistant<|channel|>analysis<|message|>Here comes a strange token.";
    expect(parseMessages(encoding, [...tokensOf(text), 0xffffffff])).toEqual([
      assistant("Here comes a strange token.\uFFFD").withChannel("analysis"),
    ]);
  });
});

describe("errors", () => {
  test.each([
    ["unexpected-token", "Unexpected token 12194 while expecting start token 200006", undefined, "Hi", 0],
    ["unexpected-end", "Unexpected EOS while waiting for message header to complete", undefined, "<|start|>user", 2],
    ["header-without-role", "message header did not contain a role", undefined, "<|start|><|message|>", 1],
    ["unknown-role", "Unknown role: robot", undefined, "<|start|>robot<|message|>", 2],
    [
      "channel-without-name",
      "channel marker present but no channel value found in header",
      "assistant",
      "<|channel|> x<|message|>",
      2,
    ],
    [
      "unexpected-header-words",
      "unexpected tokens remaining in message header: to=functions.q",
      "assistant",
      "to=functions.q a json<|message|>",
      6,
    ],
  ] as const)("%s: %s", (code, message, role, text, tokenIndex) => {
    const error = thrownBy(() => parseMessages(encoding, tokensOf(text), role));
    expect({ code: error.code, message: error.message, tokenIndex: error.tokenIndex }).toEqual({
      code,
      message,
      tokenIndex,
    });
  });

  test("a header with an unknown token cannot be decoded", () => {
    const tokens = [SpecialToken.START, UNKNOWN_TOKEN, SpecialToken.MESSAGE];
    expect(thrownBy(() => parseMessages(encoding, tokens)).code).toBe("undecodable-header");
  });

  test("after a header that failed, the given role still holds and the parser goes on", () => {
    const parser = new StreamableParser(encoding, "assistant");
    for (const token of tokensOf("a b c")) parser.process(token);
    thrownBy(() => parser.process(SpecialToken.MESSAGE));
    expect([parser.state, parser.currentRole, parser.messages]).toEqual(["ExpectStart", "assistant", []]);
    for (const token of tokensOf("<|start|><|message|>Hi<|end|>")) parser.process(token);
    expect(parser.messages).toEqual([assistant("Hi")]);
  });

  test("after an end of input that came too soon, the header goes on", () => {
    const parser = new StreamableParser(encoding, "assistant");
    thrownBy(() => parser.processEos());
    for (const token of tokensOf("<|channel|>final<|message|>Hi")) parser.process(token);
    expect(parser.processEos().messages).toEqual([assistant("Hi").withChannel("final")]);
  });
});

describe("mistakes of the caller", () => {
  test.each([-1, 0.5, Number.NaN, 2 ** 32, "1" as unknown as number, undefined as unknown as number])(
    "%s is not a token",
    (token) => {
      const parser = new StreamableParser(encoding, "assistant");
      expect(() => parser.process(token)).toThrow(RangeError);
      expect(parser.tokens).toEqual([]);
    },
  );

  test("a misspelled option is named, and so are the ones that exist", () => {
    const options = { stict: false } as ParseOptions;
    expect(() => new StreamableParser(encoding, "assistant", options)).toThrow(
      new TypeError(
        'StreamableParser: unknown option "stict"; the options are mode, strict, tools, continueAfterCall, prefill, maxMessageLength',
      ),
    );
  });

  test.each([
    [{ tools: "functions.x" }],
    [{ tools: [5] }],
    [{ continueAfterCall: 1 }],
    [{ prefill: { chanel: "final" } }],
    [{ prefill: { channel: 5 } }],
  ])("%j is refused", (options) => {
    expect(
      () => new StreamableParser(encoding, "assistant", { mode: "resilient", ...(options as unknown as ParseOptions) }),
    ).toThrow(TypeError);
  });

  test("strict and mode must not contradict each other", () => {
    expect(() => new StreamableParser(encoding, null, { strict: true, mode: "permissive" })).toThrow(TypeError);
    expect(() => new StreamableParser(encoding, null, { strict: false, mode: "permissive" })).not.toThrow();
  });

  test.each([{ mode: "lax" }, { strict: 1 }])("%j is not a value of the option", (options) => {
    expect(() => new StreamableParser(encoding, null, options as unknown as ParseOptions)).toThrow(TypeError);
  });

  test("a role that does not exist", () => {
    expect(thrownBy(() => new StreamableParser(encoding, "robot" as "user")).code).toBe("unknown-role");
  });
});

test("spans: header, content and terminator follow each other", () => {
  const parser = new StreamableParser(encoding, "assistant");
  const texts = [
    "<|channel|>analysis<|message|>",
    "Hm",
    "<|end|>",
    "<|start|>assistant<|channel|>final<|message|>",
    "Yes",
  ];
  const ends: number[] = [];
  for (const text of texts) {
    for (const token of tokensOf(text)) parser.process(token);
    ends.push(parser.tokens.length);
  }
  parser.processEos();
  const [a, b, c, d, e] = ends as [number, number, number, number, number];
  expect(parser.spans).toEqual([
    { header: [0, a], content: [a, b], terminator: [b, c] },
    { header: [c, d], content: [d, e], terminator: [e, e] },
  ]);
});

test("the content can be read after every token of a long message", () => {
  const parser = new StreamableParser(encoding, "assistant");
  parser.process(SpecialToken.MESSAGE);
  let length = 0;
  for (let i = 0; i < 100_000; i++) {
    parser.process(64);
    length += parser.lastContentDelta?.length ?? 0;
    if (parser.currentContent.length !== length) throw new Error(`${parser.currentContent.length} of ${length}`);
  }
  expect(parser.processEos().messages).toEqual([assistant("a".repeat(100_000))]);
});
