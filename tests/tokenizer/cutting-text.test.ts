import { expect, test } from "vitest";
import { cutBefore } from "../../src/tokenizer/encode/encoder.js";
import { PlainTokenizer } from "./plain-tokenizer.js";
import { randomFrom, trippingText } from "./strings.js";

test("wherever a text is cut, the pieces of its parts are the pieces of the whole", () => {
  const plain = new PlainTokenizer();
  const random = randomFrom(4);
  let cuts = 0;
  for (let i = 0; i < 20_000; i++) {
    const text = `${trippingText(random)}${random() < 0.5 ? " " : "\n"}${trippingText(random)}`;
    const pieces: string[] = [];
    for (let start = 0; start < text.length; ) {
      const end = cutBefore(text, start, 1 + Math.floor(random() * 8));
      if (end < text.length) cuts++;
      pieces.push(...plain.split(text.slice(start, end)));
      start = end;
    }
    const whole = plain.split(text);
    if (pieces.join("|") !== whole.join("|")) expect({ text, pieces }).toEqual({ text, pieces: whole });
  }
  expect(cuts).toBeGreaterThan(10_000);
});

test("a text is cut within the size if it can be, and otherwise as soon as it can be", () => {
  expect(cutBefore("one two three", 0, 9)).toBe(7);
  expect(cutBefore("one two three", 0, 13)).toBe(13);
  expect(cutBefore("onetwothree four five", 0, 4)).toBe(11);
  expect(cutBefore("line\nline\nline", 5, 6)).toBe(10);
  expect(cutBefore("a\n/b", 0, 3)).toBe(4);
  expect(cutBefore("\u6f22\u3002\n\u6f22\u3002\n\u6f22", 0, 4)).toBe(3);
});
