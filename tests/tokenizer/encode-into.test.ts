import { expect, test } from "vitest";
import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import { randomFrom, trippingText } from "./strings.js";

const tokenizer = createTokenizer(SPECIAL_TOKENS);

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
      const target = size <= buffer.length ? buffer : new Uint32Array(size);
      const { read, written } = tokenizer.encodeInto(rest, target);
      // Not even one piece fits: it takes a larger buffer.
      if (read === 0) size *= 2;
      tokens.push(...target.subarray(0, written));
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
