/**
 * Makes a failing case small by taking pieces away as long as it still fails.
 *
 * @param candidates Smaller versions of a case, biggest steps first.
 * @param fails Whether a case still fails.
 * @param tries How often `fails` is called at most, since each call asks the reference.
 */
export async function shrink<Case>(
  found: Case,
  candidates: (given: Case) => Iterable<Case>,
  fails: (smaller: Case) => Promise<boolean>,
  tries = 3000,
): Promise<Case> {
  let smallest = found;
  let left = tries;
  for (let progress = true; progress; ) {
    progress = false;
    for (const smaller of candidates(smallest)) {
      if (left-- <= 0) return smallest;
      if (!(await fails(smaller))) continue;
      smallest = smaller;
      progress = true;
      break;
    }
  }
  return smallest;
}

/** Shorter lists: without one half, then without a quarter, down to single items. */
export function* shorterLists<Item>(list: readonly Item[]): Iterable<Item[]> {
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < list.length; at += size) yield [...list.slice(0, at), ...list.slice(at + size)];
  }
}

/** Shorter texts, cut between code points. */
export function* shorterTexts(text: string): Iterable<string> {
  for (const list of shorterLists([...text])) yield list.join("");
}

/** Shorter JSON texts: without whole members and items first, then cut like any other text. */
export function* shorterJson(json: string): Iterable<string> {
  const spans = balancedSpans(json).toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]));
  for (const [start, end] of spans) {
    const before = json.slice(0, start).replace(/"[^"]*"\s*:\s*$/, "");
    const after = json.slice(end);
    const joined = /^\s*,/.test(after) ? before + after.replace(/^\s*,\s*/, "") : before.replace(/,\s*$/, "") + after;
    if (joined.length < json.length) yield joined;
  }
  yield* shorterTexts(json);
}

/** Where objects, arrays and strings begin and end, roughly: the text need not be valid JSON. */
function balancedSpans(json: string): [start: number, end: number][] {
  const spans: [number, number][] = [];
  const open: number[] = [];
  for (const { 0: found, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (found.startsWith('"')) spans.push([index, index + found.length]);
    else if (found === "{" || found === "[") open.push(index);
    else spans.push([open.pop() ?? index, index + 1]);
  }
  return spans;
}
