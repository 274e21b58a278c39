/** Where one of a set of strings occurs in a text. */
export interface Occurrence {
  readonly index: number;
  readonly string: string;
}

/** Strings that begin alike. */
interface Family {
  /** What all of them begin with; empty only where the empty string is wanted. */
  readonly prefix: string;
  /** The different lengths, longest first. */
  readonly lengths: readonly number[];
}

/**
 * Finds the first occurrence of any of a set of strings; of those that begin at the same place, the longest.
 *
 * Special tokens are many (1,091) but all begin with `<|`, which ordinary text hardly ever holds. So the text is
 * searched for what the strings have in common, which the runtime does at many gigabytes a second, and only what
 * stands there is looked up.
 */
export class StringFinder {
  readonly #strings: ReadonlySet<string>;
  readonly #families: readonly Family[];

  constructor(strings: Iterable<string>) {
    this.#strings = new Set(strings);
    const byFirstUnit = new Map<string, string[]>();
    for (const string of this.#strings) {
      const family = byFirstUnit.get(string.slice(0, 1));
      if (family === undefined) byFirstUnit.set(string.slice(0, 1), [string]);
      else family.push(string);
    }
    this.#families = Array.from(byFirstUnit.values(), (family) => ({
      prefix: commonPrefix(family),
      lengths: [...new Set(family.map((string) => string.length))].sort((a, b) => b - a),
    }));
  }

  /** The first occurrence that begins at `from` or later. */
  find(text: string, from = 0): Occurrence | undefined {
    let first: Occurrence | undefined;
    for (const { prefix, lengths } of this.#families) {
      for (let index = text.indexOf(prefix, from); index >= 0; index = text.indexOf(prefix, index + 1)) {
        if (first !== undefined && index >= first.index) break;
        const length = lengths.find((length) => this.#strings.has(text.slice(index, index + length)));
        if (length !== undefined) {
          first = { index, string: text.slice(index, index + length) };
          break;
        }
        if (prefix === "") break;
      }
    }
    return first;
  }
}

/** What all of some strings begin with: what the first and the last of them in order have in common. */
function commonPrefix(strings: readonly string[]): string {
  let first = strings[0]!;
  let last = first;
  for (const string of strings) {
    if (string < first) first = string;
    if (string > last) last = string;
  }
  let length = 0;
  while (length < first.length && first[length] === last[length]) length++;
  return first.slice(0, length);
}
