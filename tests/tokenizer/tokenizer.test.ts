import { expect, test } from "vitest";
import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { tokenBytes, unpackVocabulary } from "../../src/tokenizer/decode/vocabulary.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import type { EncodeOptions } from "../../src/tokenizer/tokenizer.js";

const tokenizer = createTokenizer(SPECIAL_TOKENS);

test("special tokens in text are refused by default, and the message says how to allow them", () => {
  expect(() => tokenizer.encode("a<|start|>b")).toThrow(
    expect.objectContaining({
      code: "disallowed-special-token",
      message: expect.stringMatching(
        /^Encountered text corresponding to disallowed special token '<\|start\|>'\.\n.*`allowedSpecial: \["<\|start\|>"\]`.*\n.*`disallowedSpecial: \[\]`/,
      ),
    }),
  );
});

test("special tokens are found anywhere in a text", () => {
  const all: EncodeOptions = { allowedSpecial: "all" };
  expect(tokenizer.encode("<|start|>", all)).toEqual([200006]);
  expect(tokenizer.encode("a<|start|>b<|end|><|end|>", all)).toEqual([64, 200006, 65, 200007, 200007]);
  expect(tokenizer.encode("<|<|start|>|>", all)).toEqual([
    ...tokenizer.encode("<|"),
    200006,
    ...tokenizer.encode("|>"),
  ]);
  expect(tokenizer.encode("<|start|>", { allowedSpecial: new Set(["<|start|>"]) })).toEqual([200006]);
});

test("an explicit disallowed set takes precedence over allowed, and may hold any strings", () => {
  expect(() => tokenizer.encode("<|start|>", { allowedSpecial: "all", disallowedSpecial: ["<|start|>"] })).toThrow(
    "'<|start|>'",
  );
  expect(() => tokenizer.encode("so foolish", { disallowedSpecial: ["x", "foo"] })).toThrow("'foo'");
  expect(() => tokenizer.encode("any text", { disallowedSpecial: [""] })).toThrow("''");
  expect(tokenizer.encode("foo", { allowedSpecial: ["foo"] })).toEqual(tokenizer.encodeOrdinary("foo"));
  expect(tokenizer.encode("<|end|>", { disallowedSpecial: [] })).toEqual(tokenizer.encodeOrdinary("<|end|>"));
  for (const text of ["<|reserved_201089|>", "<|reserved_200002|>", "<|endofprompt|>"]) {
    expect(tokenizer.encode(text)).toEqual(tokenizer.encodeOrdinary(text));
  }
});

test("mistakes of a caller without types get an error that names them", () => {
  const encode = tokenizer.encode.bind(tokenizer) as (text: unknown, options?: unknown) => number[];
  expect(() => encode("a", { allowedSpecials: "all" })).toThrow(
    new TypeError('encode: unknown option "allowedSpecials"; the options are allowedSpecial, disallowedSpecial'),
  );
  expect(() => encode("a", { allowedSpecial: "<|start|>" })).toThrow(TypeError);
  expect(() => encode("a", { disallowedSpecial: 3 })).toThrow(TypeError);
  expect(() => encode("a", { disallowedSpecial: [3] })).toThrow(TypeError);
  expect(() => encode("a", null)).toThrow(TypeError);
  for (const text of [undefined, null, 3, ["a"]]) {
    expect(() => encode(text)).toThrow(TypeError);
    expect(() => tokenizer.encodeOrdinary(text as never)).toThrow(TypeError);
    expect(() => tokenizer.countTokens(text as never)).toThrow(TypeError);
  }
});

test("no eight bytes of the vocabulary are a NaN, whose bits an engine may change in copying", () => {
  unpackVocabulary();
  for (let at = 0; at + 8 <= tokenBytes.byteLength; at++) {
    if (Number.isNaN(tokenBytes.getFloat64(at, true))) expect.fail(`at ${at}`);
  }
});

test("texts longer than what is gathered at a time decode whole, with special tokens anywhere", () => {
  for (const text of [
    "a".repeat(200_001),
    "\u6f22".repeat(70_001),
    " ".repeat(300_000),
    "\u00e9 long sentence. ".repeat(9_001),
  ]) {
    const tokens = tokenizer.encodeOrdinary(text);
    expect(tokenizer.decode(tokens) === text).toBe(true);
    const mixed = tokens.flatMap((token, index) => (index % 997 === 996 ? [200006, token] : [token]));
    expect(tokenizer.decode(mixed).replaceAll("<|start|>", "") === text).toBe(true);
  }
});

test("what is not a token id is refused, an unknown id by a HarmonyError", () => {
  for (const decode of ["decode", "decodeUtf8", "decodeBytes"] as const) {
    for (const token of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => tokenizer[decode]([64, token])).toThrow(RangeError);
    }
    expect(() => tokenizer[decode](["64"] as never)).toThrow(TypeError);
    expect(() => tokenizer[decode](64 as never)).toThrow(TypeError);
    expect(() => tokenizer[decode](null as never)).toThrow(TypeError);
    for (const token of [201089, 99999999, 2 ** 40]) {
      expect(() => tokenizer[decode]([64, 200006, token])).toThrow(
        expect.objectContaining({
          code: "unknown-token",
          message: `Invalid token for decoding: ${token}`,
          tokenIndex: 2,
        }),
      );
    }
  }
  for (const token of [-1, 1.5, Number.NaN, 201089, 2 ** 40]) {
    expect(tokenizer.tokenBytes(token)).toBeUndefined();
    expect(tokenizer.tokenText(token)).toBeUndefined();
    expect(tokenizer.isSpecialToken(token)).toBe(false);
  }
});

test("decoding keeps byte order marks, replaces bytes that are not UTF-8, and leaves no state behind", () => {
  const text = "\uFEFFa\uFEFF";
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  expect(tokenizer.decodeUtf8(tokenizer.encode(text))).toBe(text);
  const half = 9552; // a space and the first two bytes of an emoji
  expect(tokenizer.decode([half])).toBe(" \uFFFD");
  expect(tokenizer.decode([64])).toBe("a");
  expect(() => tokenizer.decodeUtf8([half])).toThrow(
    expect.objectContaining({ code: "invalid-utf8", message: expect.stringMatching(/^Invalid utf-8/) }),
  );
  expect(tokenizer.decodeUtf8([64])).toBe("a");
  expect(tokenizer.decode(new Set([64, 65]))).toBe("ab");
  expect(tokenizer.decode([])).toBe("");
});

test("tokenText is the text of whole characters only", () => {
  expect(tokenizer.tokenText(64)).toBe("a");
  expect(tokenizer.tokenText(200006)).toBe("<|start|>");
  expect(tokenizer.tokenText(9552)).toBeUndefined();
  expect(tokenizer.tokenBytes(9552)).toEqual(new Uint8Array([0x20, 0xf0, 0x9f]));
  expect(tokenizer.tokenBytes(200006)).toEqual(new TextEncoder().encode("<|start|>"));
});

test("lone surrogates become U+FFFD", () => {
  const replaced = tokenizer.encodeOrdinary("a\uFFFDb");
  expect(tokenizer.encodeOrdinary("a\uD83Db")).toEqual(replaced);
  expect(tokenizer.encodeOrdinary("a\uDE00b")).toEqual(replaced);
});

test("ids are appended to a given array", () => {
  const into = [1, 2];
  expect(tokenizer.encodeOrdinary("a", into)).toBe(into);
  expect(into).toEqual([1, 2, 64]);
});

test("a million times one letter", () => {
  const text = "a".repeat(1_000_000);
  expect(tokenizer.decode(tokenizer.encodeOrdinary(text))).toBe(text);
});
