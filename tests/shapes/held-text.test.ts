import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HeldText } from "../../src/shapes/held-text.js";
import { testProperty } from "../property.js";

/** What is shown, piece by piece, and at the end. */
function shownOf(pieces: readonly string[], stop: readonly string[] = []): { shown: string[]; stoppedBy?: string } {
  const held = new HeldText(stop);
  const shown = [...pieces.map((piece) => held.push(piece)), held.end()];
  return { shown, ...(held.stoppedBy === undefined ? {} : { stoppedBy: held.stoppedBy }) };
}

/** A text of the kind that matters here, in pieces. */
const pieces = fc.array(
  fc
    .array(
      fc.constantFrom("a", "b", "ab", "<", "|", ">", "<|", "|>", "<|end|>", "【", "】", "【1†L2】", " ", "💖", "†"),
      { maxLength: 4 },
    )
    .map((parts) => parts.join("")),
  { maxLength: 8 },
);
const stop = fc.array(fc.constantFrom("a", "ab", "ba", "aab", "bab", "<|", "】", "b b", "💖", "aaaaab", ""), {
  maxLength: 4,
});

/** Where the text ends by the stop string that is complete first; looked for in the simplest way. */
function simpleStop(text: string, stop: readonly string[]): { text: string; stoppedBy?: string } {
  for (let end = 1; end <= text.length; end++) {
    const found = stop.filter((string) => string !== "" && text.slice(0, end).endsWith(string));
    const stoppedBy = found.sort((a, b) => b.length - a.length)[0];
    if (stoppedBy !== undefined) return { text: text.slice(0, end - stoppedBy.length), stoppedBy };
  }
  return { text };
}

testProperty(
  "no character is lost or moved, however the text is cut",
  [pieces],
  (pieces) => {
    expect(shownOf(pieces).shown.join("")).toBe(pieces.join(""));
  },
  { runs: 50_000 },
);

testProperty(
  "the text ends at the stop string that is complete first, however it is cut",
  [pieces, stop],
  (pieces, stop) => {
    const { shown, stoppedBy } = shownOf(pieces, stop);
    expect({ text: shown.join(""), ...(stoppedBy === undefined ? {} : { stoppedBy }) }).toEqual(
      simpleStop(pieces.join(""), stop),
    );
  },
  { runs: 50_000 },
);

testProperty(
  "no citation and no marker is shown in two pieces",
  [pieces],
  (pieces) => {
    const { shown } = shownOf(pieces);
    const text = shown.join("");
    const whole = Array.from(text.matchAll(/【[^【】<]{0,62}】|<\|\w{1,16}\|>/g), ({ index, 0: found }) => [
      index,
      index + found.length,
    ]);
    let at = 0;
    for (const piece of shown) {
      at += piece.length;
      for (const [start, end] of whole) expect(at > start! && at < end!).toBe(false);
    }
  },
  { runs: 50_000 },
);

describe("what is held back", () => {
  test.each([
    ["the beginning of a citation", ["A 【12", "†L3", "】 B"], ["A ", "", "【12†L3】 B", ""]],
    ["the beginning of a marker", ["A <", "|end", "|>"], ["A ", "", "<|end|>", ""]],
    ["a bracket that is none", ["1 <", " 2"], ["1 ", "< 2", ""]],
    ["a bracket at the very end", ["A 【"], ["A ", "【"]],
    ["only the last bracket", ["【a【b"], ["【a", "【b"]],
    [
      "a bracket no longer than a citation can be",
      ["【", "x".repeat(62), "y", "z"],
      ["", "", `【${"x".repeat(62)}y`, "z", ""],
    ],
    [
      "a marker no longer than a marker can be",
      ["<|", "x".repeat(16), "y", "z"],
      ["", "", `<|${"x".repeat(16)}y`, "z", ""],
    ],
    ["nothing in ordinary text", ["Hello", ", ", "world"], ["Hello", ", ", "world", ""]],
  ])("%s", (_, pieces, shown) => {
    expect(shownOf(pieces).shown).toEqual(shown);
  });

  test.each([
    ["the beginning of a stop string", ["ab", "c", "abd"], ["abd"], ["", "abc", "", ""], "abd"],
    ["a stop string over several pieces", ["x a", "b", "d y"], ["abd"], ["x ", "", "", ""], "abd"],
    ["the longer of two that are complete at once", ["xaab"], ["ab", "aab"], ["x", ""], "aab"],
    ["what comes after it is not looked at", ["STOP", "more"], ["STOP"], ["", "", ""], "STOP"],
  ])("with stop strings: %s", (_, pieces, stop, shown, stoppedBy) => {
    expect(shownOf(pieces, stop)).toEqual({ shown, stoppedBy });
  });

  test("a long stop string costs no more than a short one", () => {
    const timeOf = (length: number): number => {
      const held = new HeldText([`${"a".repeat(length)}b`]);
      const start = performance.now();
      for (let index = 0; index < 20_000; index++) held.push("aaaa");
      return performance.now() - start;
    };
    timeOf(10);
    // A search from the start with each piece takes some thousand times as long.
    expect(timeOf(4_000)).toBeLessThan(50 * Math.max(5, timeOf(10)));
  });
});
