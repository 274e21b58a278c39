import { expect, test } from "vitest";
import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import { randomFrom } from "./strings.js";

const tokenizer = createTokenizer(SPECIAL_TOKENS);

test("token by token gives what decoding all at once gives, whatever the tokens", () => {
  const random = randomFrom(2);
  for (let i = 0; i < 20_000; i++) {
    // Mostly single bytes and special tokens, in sequences that do not occur in any text.
    const tokens = Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
      Math.floor(random() < 0.6 ? random() * 256 : random() < 0.9 ? random() * 199_998 : 199_998 + random() * 1_091),
    );
    const decoder = tokenizer.createStreamDecoder();
    let text = "";
    for (const token of tokens) {
      text += decoder.decode(token);
      expect(decoder.pendingBytes).toBeLessThanOrEqual(3);
    }
    text += decoder.flush();
    if (text !== tokenizer.decode(tokens)) expect({ tokens, text }).toEqual({ tokens, text: tokenizer.decode(tokens) });
  }
});

test("a stream decoder gives text as soon as it is certain", () => {
  const decoder = tokenizer.createStreamDecoder();
  expect(decoder.decode(9552)).toBe(" "); // a blank and the first two bytes of an emoji
  expect(decoder.pendingBytes).toBe(2);
  expect(decoder.decode(64)).toBe("\uFFFDa");
  expect(decoder.decode(9552)).toBe(" ");
  expect(decoder.flush()).toBe("\uFFFD");
  expect(decoder.flush()).toBe("");
});

test("an unknown token is refused with its index, and leaves the decoder as it was", () => {
  const decoder = tokenizer.createStreamDecoder();
  decoder.decode(64);
  decoder.decode(9552);
  expect(() => decoder.decode(201_089)).toThrow(expect.objectContaining({ code: "unknown-token", tokenIndex: 2 }));
  for (const token of [-1, 0.5, Number.NaN]) expect(() => decoder.decode(token)).toThrow(RangeError);
  expect(decoder.pendingBytes).toBe(2);
});

test("stream decoders do not share any state", () => {
  const one = tokenizer.createStreamDecoder();
  const other = tokenizer.createStreamDecoder();
  one.decode(9552);
  expect(other.decode(64)).toBe("a");
  expect(one.decode(64)).toBe("\uFFFDa");
});
