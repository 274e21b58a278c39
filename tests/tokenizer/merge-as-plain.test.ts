import { expect, test } from "vitest";
import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { PieceMerge } from "../../src/tokenizer/encode/merge.js";
import { SHORT_MERGE_LIMIT, ShortMerge } from "../../src/tokenizer/encode/merge-short.js";
import { TreeMerge } from "../../src/tokenizer/encode/merge-tree.js";
import { WINDOW, WindowMerge } from "../../src/tokenizer/encode/merge-windows.js";
import { merges } from "../../src/tokenizer/merges.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import { PlainTokenizer } from "./plain-tokenizer.js";
import { randomFrom } from "./strings.js";

const plain = new PlainTokenizer();
const utf8 = new TextEncoder();
const random = randomFrom(11);
const below = (limit: number): number => Math.floor(random() * limit);

/** Pieces of a given number of bytes in which merging has much to decide: runs of ties, and widely different ranks. */
const KINDS: Readonly<Record<string, (length: number) => Uint8Array>> = {
  "one letter": (length) => utf8.encode("a".repeat(length)),
  "another letter": (length) => utf8.encode("Z".repeat(length)),
  blanks: (length) => utf8.encode(" ".repeat(length)),
  newlines: (length) => utf8.encode("\n".repeat(length)),
  "carriage returns and newlines": (length) => utf8.encode("\r\n".repeat(length)).subarray(0, length),
  "two letters in turn": (length) => utf8.encode("ab".repeat(length)).subarray(0, length),
  "three letters in turn": (length) => utf8.encode("the".repeat(length)).subarray(0, length),
  "runs of one letter": (length) => {
    let text = "";
    while (text.length < length) text += "aeiost"[below(6)]!.repeat(1 + below(40));
    return utf8.encode(text).subarray(0, length);
  },
  "random letters": (length) => Uint8Array.from({ length }, () => 0x61 + below(26)),
  "a few letters": (length) => Uint8Array.from({ length }, () => "aeinst".charCodeAt(below(6))),
  punctuation: (length) => Uint8Array.from({ length }, () => "-=*#_/.!".charCodeAt(below(8))),
  "one emoji": (length) => utf8.encode("😀".repeat(length)).subarray(0, length),
  Han: (length) => utf8.encode(Array.from({ length }, () => "漢字仮名的一是"[below(7)]!).join("")).subarray(0, length),
  "any bytes": (length) => Uint8Array.from({ length }, () => below(256)),
};

interface Merge {
  merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, at: number): number;
}

/** Merges a piece that stands in the middle of other bytes, and checks that nothing else is written. */
function tokensOf(merge: Merge, piece: Uint8Array): number[] {
  const bytes = new Uint8Array(piece.length + 2).fill(0x61);
  bytes.set(piece, 1);
  const out = new Int32Array(piece.length + 2).fill(-1);
  const end = merge.merge(bytes, 1, 1 + piece.length, out, 1);
  expect(out[0]).toBe(-1);
  expect(out[piece.length + 1]).toBe(-1);
  return [...out.subarray(1, end)];
}

function expectSame(merge: Merge, piece: Uint8Array, what: string): void {
  const actual = tokensOf(merge, piece);
  const expected = plain.merge(piece);
  if (String(actual) !== String(expected)) expect({ what, actual }).toEqual({ what, actual: expected });
}

// Prepares the table of pairs, which all ways of merging share. It merges the first kilobyte without the table.
const pieceMerge = new PieceMerge(merges());

test("pieces of every length up to 300 bytes merge as by the plain tokenizer", () => {
  const short = new ShortMerge();
  const tree = new TreeMerge();
  for (const [kind, make] of Object.entries(KINDS)) {
    for (let length = 1; length <= 300; length++) {
      const piece = make(length);
      const what = `${length} bytes, ${kind}`;
      if (length <= SHORT_MERGE_LIMIT) expectSame(short, piece, `short: ${what}`);
      expectSame(tree, piece, `tree: ${what}`);
      expectSame(pieceMerge, piece, `any way: ${what}`);
    }
  }
});

test("so do pieces about as long as one or two windows, and as many bytes as the keys have positions", () => {
  const tree = new TreeMerge();
  const windows = new WindowMerge(tree);
  for (const [kind, make] of Object.entries(KINDS)) {
    for (const length of [WINDOW, 2 * WINDOW, 8192]) {
      for (const more of length < 8192 ? [-33, -32, -1, 0, 1, 31, 32, 33, 100] : [-1, 0, 1]) {
        const piece = make(length + more);
        const what = `${length + more} bytes, ${kind}`;
        expectSame(windows, piece, `windows: ${what}`);
        if (length >= 8192) expectSame(tree, piece, `tree: ${what}`);
      }
    }
    // Keys that name blocks of four positions. The last block is not full.
    expectSame(tree, make(20_003), `tree: 20,003 bytes, ${kind}`);
  }
});

test("windows that disagree are tried again larger, up to the whole piece", () => {
  const tree = new TreeMerge();
  let longest = 0;
  const watched = new (class extends TreeMerge {
    override get next(): Int32Array {
      return tree.next;
    }

    override merge(bytes: Uint8Array, start: number, end: number, out: Int32Array, at: number): number {
      longest = Math.max(longest, end - start);
      return tree.merge(bytes, start, end, out, at);
    }
  })();
  const sizes = new Set<number>();
  for (const [kind, make] of Object.entries(KINDS)) {
    for (const [window, margin] of [
      [2, 1],
      [4, 1],
      [8, 2],
      [16, 4],
      [64, 8],
    ] as const) {
      const windows = new WindowMerge(watched, window, margin);
      for (const length of [window, window + 1, 60, 129, 300, 700, 5_000]) {
        longest = 0;
        expectSame(windows, make(length), `windows of ${window} bytes: ${length} bytes, ${kind}`);
        sizes.add(longest / window);
      }
    }
  }
  // As they are, eight and 64 times as large, and a piece of 300 bytes whole.
  expect([...sizes]).toEqual(expect.arrayContaining([1, 8, 64, 300 / 8]));
});

test("the hostile texts of the benchmark, which are one piece each or nearly", async () => {
  const { HOSTILE } = (await import(new URL("../../bench/inputs/hostile.mjs", import.meta.url).href)) as {
    HOSTILE: Record<string, (bytes: number) => string>;
  };
  const tokenizer = createTokenizer(SPECIAL_TOKENS);
  for (const [name, make] of Object.entries(HOSTILE)) {
    const text = make(40_000);
    const actual = tokenizer.encodeOrdinary(text);
    expect({ name, actual }).toEqual({ name, actual: plain.encodeOrdinary(text) });
  }
});
