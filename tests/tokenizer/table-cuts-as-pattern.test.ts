import { expect, test } from "vitest";
import { END_OF_TEXT, SplitPattern } from "../../src/tokenizer/encode/split-pattern.js";
import { Splitter } from "../../src/tokenizer/encode/splitter.js";
import { randomFrom, trippingText } from "./strings.js";

/** A character of each kind that the table tells apart, and beyond ASCII, one of each class. */
const KINDS = ["a", "s", "r", "E", "L", "1", " ", "\t", "\n", "/", "'", "!", "é", "漢", "\u0301", "\u2003"];
const LONGEST = 5;

const pattern = new SplitPattern();
const splitter = new Splitter();
const utf8 = new TextEncoder();

function bytesOf(text: string): { bytes: Uint8Array<ArrayBuffer>; length: number } {
  const encoded = utf8.encode(text);
  const bytes = new Uint8Array(encoded.length + 4);
  bytes.set(encoded);
  bytes[encoded.length] = END_OF_TEXT;
  return { bytes, length: encoded.length };
}

function splitByTable(text: string): number[] {
  const { bytes, length } = bytesOf(text);
  const view = new DataView(bytes.buffer);
  const ends: number[] = [];
  for (let start = 0; start < length; start = ends.at(-1)!) {
    const count = splitter.split(bytes, view, start, length);
    ends.push(...splitter.bounds.subarray(1, count + 1));
  }
  return ends;
}

function splitByPattern(text: string): number[] {
  const { bytes, length } = bytesOf(text);
  const ends: number[] = [];
  for (let at = 0; at < length; at = ends.at(-1)!) ends.push(pattern.pieceEnd(bytes, at));
  return ends;
}

function expectSame(text: string): void {
  const actual = splitByTable(text);
  const expected = splitByPattern(text);
  if (String(actual) !== String(expected)) expect({ text, ends: actual }).toEqual({ text, ends: expected });
}

// The table is made only after some thousand bytes have been split.
splitByTable("make the table ".repeat(1_000));

test(`every string of at most ${LONGEST} kinds of characters is cut by the table as by the pattern`, {
  timeout: 120_000,
}, () => {
  let count = 0;
  const extend = (text: string, more: number): void => {
    for (const kind of KINDS) {
      expectSame(text + kind);
      count++;
      if (more > 1) extend(text + kind, more - 1);
    }
  };
  extend("", LONGEST);
  expect(count).toBe((KINDS.length ** (LONGEST + 1) - KINDS.length) / (KINDS.length - 1));
});

test("so are texts longer than what is cut at a time, and pieces longer than that", () => {
  const random = randomFrom(7);
  for (let i = 0; i < 200; i++) {
    let text = "";
    while (text.length < 20_000) text += trippingText(random);
    expectSame(text);
  }
  for (const run of ["a", "A", " ", "\n", "!", "\t\n", "x'", "é", "1"]) {
    for (const length of [8_190, 8_191, 8_192, 8_193, 30_000]) {
      for (const end of ["", "b", " b", "\n", "é", "'re"]) expectSame(`x ${run.repeat(length)}${end}`);
    }
  }
});
