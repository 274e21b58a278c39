import { diffArrays } from "diff";
import type { Difference, Pieces } from "./answers.js";

/**
 * How many tokens may differ before the search for the fewest is given up: its time grows with the square. A thousand take
 * some tens of milliseconds.
 */
const MOST_EDITS = 1000;
/** As above, for each of the stretches that are left between chunks that both have. */
const MOST_EDITS_IN_STRETCH = 200;
/** How many tokens a chunk has, on average. */
const CHUNK = 8;

/** Where two runs differ: start and end in the left one, start and end in the right one. */
type Stretch = readonly [leftStart: number, leftEnd: number, rightStart: number, rightEnd: number];

/** The tokens of two texts in one run, with what only one of them has marked. */
export function differenceOf(left: Pieces, right: Pieces): Difference {
  const { stretches, isCoarse } = stretchesOf(left.tokens, right.tokens);
  let added = 0;
  for (const [, , start, end] of stretches) added += end - start;
  const shared = right.tokens.length - added;
  const count = left.tokens.length + added;
  const [tokens, ends, sides] = [new Uint32Array(count), new Uint32Array(count), new Uint8Array(count)];
  const bounds: number[] = [];
  const texts: string[] = [];
  let [at, length] = [0, 0];
  const take = ({ text, tokens: from, ends: theirEnds }: Pieces, start: number, end: number, side: number): void => {
    if (start === end) return;
    const first = start === 0 ? 0 : theirEnds[start - 1]!;
    const shift = length - first;
    for (let index = start; index < end; index++, at++) {
      tokens[at] = from[index]!;
      ends[at] = theirEnds[index]! + shift;
      sides[at] = side;
    }
    length = theirEnds[end - 1]! + shift;
    texts.push(text.slice(first, theirEnds[end - 1]));
  };
  let place = 0;
  for (const [leftStart, leftEnd, rightStart, rightEnd] of stretches) {
    take(left, place, leftStart, 0);
    bounds.push(at);
    take(left, leftStart, leftEnd, 1);
    take(right, rightStart, rightEnd, 2);
    bounds.push(at);
    place = leftEnd;
  }
  take(left, place, left.tokens.length, 0);
  const pieces = { tokens, ends, text: texts.join("") };
  const removed = left.tokens.length - shared;
  return { pieces, sides, bounds: Uint32Array.from(bounds), removed, added, isCoarse };
}

function stretchesOf(left: Uint32Array, right: Uint32Array): { stretches: Stretch[]; isCoarse: boolean } {
  let isCoarse = false;
  const refine = (within: Stretch, most: number): Stretch[] => {
    const [leftStart, leftEnd, rightStart, rightEnd] = trimmed(left, right, within);
    const stretch: Stretch = [leftStart, leftEnd, rightStart, rightEnd];
    if (leftStart === leftEnd && rightStart === rightEnd) return [];
    if (leftStart === leftEnd || rightStart === rightEnd) return [stretch];
    const exact = compare(left.subarray(leftStart, leftEnd), right.subarray(rightStart, rightEnd), most);
    if (exact !== undefined) {
      return exact.map(([a, b, c, d]) => [a + leftStart, b + leftStart, c + rightStart, d + rightStart]);
    }
    const between = betweenAnchors(left, right, stretch);
    if (between.length > 1) return between.flatMap((part) => refine(part, MOST_EDITS_IN_STRETCH));
    isCoarse = true;
    return [stretch];
  };
  return { stretches: refine([0, left.length, 0, right.length], MOST_EDITS), isCoarse };
}

/** The stretch without what both runs begin and end with. */
function trimmed(left: Uint32Array, right: Uint32Array, within: Stretch): Stretch {
  let [leftStart, leftEnd, rightStart, rightEnd] = within;
  while (leftStart < leftEnd && rightStart < rightEnd && left[leftStart] === right[rightStart]) {
    leftStart += 1;
    rightStart += 1;
  }
  while (leftStart < leftEnd && rightStart < rightEnd && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd -= 1;
    rightEnd -= 1;
  }
  return [leftStart, leftEnd, rightStart, rightEnd];
}

/**
 * What is left between the chunks that both runs have exactly once, in the same order. (Patience sorting finds the most of
 * them.) A chunk ends behind a token whose id says so, which puts the ends at the same places of the same text, wherever it
 * stands.
 */
function betweenAnchors(left: Uint32Array, right: Uint32Array, within: Stretch): Stretch[] {
  const [leftStart, leftEnd, rightStart, rightEnd] = within;
  const inRight = chunksOf(right, rightStart, rightEnd);
  const pairs: { readonly left: number; readonly right: number; readonly length: number; before: number }[] = [];
  for (const [key, at] of chunksOf(left, leftStart, leftEnd)) {
    const place = inRight.get(key) ?? -1;
    if (at >= 0 && place >= 0) pairs.push({ left: at, right: place, length: key.split(",").length, before: -1 });
  }
  // For each length, the pair with which an ascending row of that length ends earliest.
  const ends: number[] = [];
  for (const [index, pair] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]!]!.right < pair.right) low = middle + 1;
      else high = middle;
    }
    pair.before = ends[low - 1] ?? -1;
    ends[low] = index;
  }
  const between: Stretch[] = [];
  let [nextLeft, nextRight] = [leftEnd, rightEnd];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = pairs[at]!.before) {
    const pair = pairs[at]!;
    between.push([pair.left + pair.length, nextLeft, pair.right + pair.length, nextRight]);
    [nextLeft, nextRight] = [pair.left, pair.right];
  }
  between.push([leftStart, nextLeft, rightStart, nextRight]);
  return between.reverse();
}

/** Where each chunk begins, in the order of the chunks; -1 for one that occurs more than once. */
function chunksOf(tokens: Uint32Array, start: number, end: number): Map<string, number> {
  const places = new Map<string, number>();
  for (let at = start, from = start; at < end; at++) {
    if (tokens[at]! % CHUNK !== 0 && at !== end - 1) continue;
    const key = tokens.subarray(from, at + 1).join();
    places.set(key, places.has(key) ? -1 : from);
    from = at + 1;
  }
  return places;
}

function compare(left: ArrayLike<number>, right: ArrayLike<number>, most: number): Stretch[] | undefined {
  // The library takes whatever can be cut with `slice`, as typed arrays can.
  const changes = diffArrays(left as number[], right as number[], { maxEditLength: most });
  if (changes === undefined) return undefined;
  const stretches: Stretch[] = [];
  let [a, b] = [0, 0];
  let open: Stretch | undefined;
  for (const { added, removed, count = 0 } of changes) {
    const [nextA, nextB] = [added ? a : a + count, removed ? b : b + count];
    if (added || removed) {
      open = [open?.[0] ?? a, nextA, open?.[2] ?? b, nextB];
    } else if (open !== undefined) {
      stretches.push(open);
      open = undefined;
    }
    [a, b] = [nextA, nextB];
  }
  if (open !== undefined) stretches.push(open);
  return stretches;
}
