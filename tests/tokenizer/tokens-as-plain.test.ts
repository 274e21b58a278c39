import { expect, test } from "vitest";
import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import { PlainTokenizer } from "./plain-tokenizer.js";
import { randomFrom, trippingText } from "./strings.js";

const tokenizer = createTokenizer(SPECIAL_TOKENS);
const plain = new PlainTokenizer();

// HARMONY_RUNS=1000000 asks for more strings, HARMONY_SEED for others.
const { HARMONY_RUNS = "30000", HARMONY_SEED = "1" } = process.env;
const STRINGS = Number(HARMONY_RUNS);
const SEED = Number(HARMONY_SEED);

test("generated strings: the tokens of the plain tokenizer, and back", { timeout: 3_600_000 }, () => {
  const random = randomFrom(SEED);
  let tokens = 0;
  for (let i = 0; i < STRINGS; i++) {
    const text = trippingText(random);
    const expected = plain.encodeOrdinary(text);
    const actual = tokenizer.encodeOrdinary(text);
    tokens += actual.length;
    if (String(actual) !== String(expected)) expect({ text, actual }).toEqual({ text, actual: expected });
    if (tokenizer.countTokens(text) !== expected.length) expect.fail(`countTokens(${JSON.stringify(text)})`);
    const decoded = text.toWellFormed();
    if (tokenizer.decode(actual) !== decoded) expect(tokenizer.decode(actual)).toBe(decoded);
  }
  console.log(`generated strings: ${STRINGS} strings, ${tokens} tokens, 0 mismatches`);
});

/** Runs that are one piece, or nearly, much longer than a window of the merge and with periods of different lengths. */
const LONG: readonly [name: string, text: (random: () => number) => string][] = [
  ["one letter", () => "a".repeat(20_011)],
  ["another letter", () => "Z".repeat(20_011)],
  ["blanks", () => " ".repeat(20_011)],
  ["newlines", () => "\n".repeat(20_011)],
  ["carriage returns", () => "\r\n".repeat(10_007)],
  ["digits", () => "7".repeat(20_011)],
  ["one mark of punctuation", () => "!".repeat(20_011)],
  ["marks of punctuation", () => "-=*#_/.".repeat(3_001)],
  ["letters", (random) => randomString(random, 20_011, "abcdefghijklmnopqrstuvwxyz")],
  ["letters of a word", (random) => randomString(random, 20_011, "aeinst")],
  ["one emoji", () => "😀".repeat(5_003)],
  ["Han", (random) => randomString(random, 7_001, "漢字仮名交文的一是不了人我在有他这")],
  ["rare Han", () => Array.from({ length: 7_001 }, (_, i) => String.fromCodePoint(0x20000 + i * 5)).join("")],
  ["combining marks", () => `e${"\u0301".repeat(9_001)}`],
  ["NUL only", () => "\0".repeat(20_011)],
  ["lone surrogates", () => "\ud800".repeat(5_003)],
];

function randomString(random: () => number, length: number, characters: string): string {
  const from = Array.from(characters);
  return Array.from({ length }, () => from[Math.floor(random() * from.length)]!).join("");
}

for (const [name, text] of LONG) {
  test(`a long run: ${name}`, () => {
    const run = text(randomFrom(SEED));
    for (const around of [run, `a ${run}`, `${run} b`, `${run}\n${run}`]) {
      expect(tokenizer.encodeOrdinary(around)).toEqual(plain.encodeOrdinary(around));
    }
  });
}

test("a text longer than what is encoded at a time, wherever it is cut", () => {
  const random = randomFrom(SEED);
  let text = "";
  while (text.length < 300_000) text += `${trippingText(random)}${random() < 0.5 ? " " : "\n"}`;
  const expected = plain.encodeOrdinary(text);
  expect(tokenizer.encodeOrdinary(text)).toEqual(expected);
  expect(tokenizer.countTokens(text)).toBe(expected.length);
  expect(tokenizer.encodeOrdinary(text, [1, 2, 3])).toEqual([1, 2, 3, ...expected]);
});
