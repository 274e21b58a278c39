import { expect, test } from "vitest";
import { differenceOf } from "../../playground/src/worker/diff.ts";

/** Numbers that look random and are the same in every run. */
function randomOf(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const piecesOf = (tokens) => ({
  tokens: Uint32Array.from(tokens),
  text: tokens.map((token) => String.fromCharCode(33 + (token % 90))).join(""),
  ends: Uint32Array.from(tokens, (_, index) => index + 1),
});

/** Compares two runs, and expects that both can be made of the answer again. */
function compare(left, right) {
  const found = differenceOf(piecesOf(left), piecesOf(right));
  const { pieces, sides, bounds, removed, added } = found;
  const tokens = [...pieces.tokens];
  const differing = new Set();
  for (let at = 0; at < bounds.length; at += 2) {
    expect(bounds[at]).toBeLessThan(bounds[at + 1]);
    for (let index = bounds[at]; index < bounds[at + 1]; index++) differing.add(index);
  }
  expect(tokens.filter((_, index) => sides[index] !== 2).join()).toBe(left.join());
  expect(tokens.filter((_, index) => sides[index] !== 1).join()).toBe(right.join());
  expect(sides.every((side, index) => (side !== 0) === differing.has(index))).toBe(true);
  expect([removed, added]).toEqual([1, 2].map((side) => sides.filter((one) => one === side).length));
  expect(pieces.text).toBe(piecesOf(tokens).text);
  return found;
}

/** How many tokens two runs have in common at most, in order: the plain table. */
function longestCommon(left, right) {
  let row = new Array(right.length + 1).fill(0);
  for (const token of left) {
    const next = [0];
    right.forEach((other, at) => {
      next.push(token === other ? row[at] + 1 : Math.max(row[at + 1], next[at]));
    });
    row = next;
  }
  return row.at(-1);
}

test("the fewest tokens that differ, by the plain table", () => {
  const random = randomOf(7);
  const some = () => Array.from({ length: random(30) }, () => random(6));
  for (let round = 0; round < 500; round++) {
    const [left, right] = [some(), some()];
    const { removed, isCoarse } = compare(left, right);
    expect(left.length - removed).toBe(longestCommon(left, right));
    expect(isCoarse).toBe(false);
  }
});

test("100,000 tokens, whatever differs", () => {
  const random = randomOf(11);
  const left = Array.from({ length: 100_000 }, () => random(200_000));
  expect(compare(left, left)).toMatchObject({ removed: 0, added: 0, isCoarse: false });
  const tenth = left.map((token, index) => (index % 10 === 7 ? token + 1 : token));
  expect(compare(left, tenth)).toMatchObject({ removed: 10_000, added: 10_000, isCoarse: false });
  const turned = [...left.slice(50_000), ...left.slice(0, 50_000)];
  expect(compare(left, turned)).toMatchObject({ removed: 50_000, added: 50_000, isCoarse: false });
  // Nothing is the same, or nothing is found to be: stretches are marked as a whole, and the answer says so.
  const other = Array.from({ length: 100_000 }, () => random(200_000));
  expect(compare(left, other).isCoarse).toBe(true);
  const few = (count) => Array.from({ length: 100_000 }, () => random(count));
  expect(compare(few(20), few(20)).isCoarse).toBe(true);
});
