import { expect, test } from "vitest";
import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import { randomFrom, trippingText } from "./strings.js";

const tokenizer = createTokenizer(SPECIAL_TOKENS);

test("token by token gives what decoding all at once gives, whatever the tokens", () => {
  const random = randomFrom(2);
  for (let i = 0; i < 20_000; i++) {
    // Mostly single bytes and special tokens: sequences that no text has.
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

test("an unknown token is refused with its index, and changes nothing", () => {
  const decoder = tokenizer.createStreamDecoder();
  decoder.decode(64);
  decoder.decode(9552);
  expect(() => decoder.decode(201_089)).toThrow(expect.objectContaining({ code: "unknown-token", tokenIndex: 2 }));
  for (const token of [-1, 0.5, Number.NaN]) expect(() => decoder.decode(token)).toThrow(RangeError);
  expect(decoder.pendingBytes).toBe(2);
});

test("stream decoders share nothing", () => {
  const one = tokenizer.createStreamDecoder();
  const other = tokenizer.createStreamDecoder();
  one.decode(9552);
  expect(other.decode(64)).toBe("a");
  expect(one.decode(64)).toBe("\uFFFDa");
});

test("encodeInto in steps gives all the tokens, whatever the buffer", () => {
  const random = randomFrom(3);
  for (let i = 0; i < 300; i++) {
    let text = "";
    while (text.length < (i % 10 === 0 ? 40_000 : 200)) text += trippingText(random);
    const expected = tokenizer.encodeOrdinary(text);
    const buffer = new Uint32Array(16 + Math.floor(random() * 3_000));
    const tokens: number[] = [];
    let rest = text;
    let size = buffer.length;
    while (rest !== "") {
      const room = size <= buffer.length ? buffer : new Uint32Array(size);
      const { read, written } = tokenizer.encodeInto(rest, room);
      // No room for one piece: it takes a larger buffer.
      if (read === 0) size *= 2;
      tokens.push(...room.subarray(0, written));
      rest = rest.slice(read);
    }
    if (String(tokens) !== String(expected)) expect({ text, tokens }).toEqual({ text, tokens: expected });
  }
});

test("encodeInto writes from the offset on, and nowhere else", () => {
  const buffer = new Uint32Array(5).fill(7);
  expect(tokenizer.encodeInto("a b", buffer, 2)).toEqual({ read: 3, written: 2 });
  expect([...buffer]).toEqual([7, 7, 64, 287, 7]);
  expect(tokenizer.encodeInto("a b", buffer, 4)).toEqual({ read: 1, written: 1 });
  expect(tokenizer.encodeInto("a", buffer, 5)).toEqual({ read: 0, written: 0 });
  expect(tokenizer.encodeInto("", buffer)).toEqual({ read: 0, written: 0 });
  for (const offset of [-1, 6, 0.5, Number.NaN]) {
    expect(() => tokenizer.encodeInto("a", buffer, offset)).toThrow(RangeError);
  }
  expect(() => tokenizer.encodeInto("a", [] as never)).toThrow(TypeError);
});
