import { HarmonyError } from "../errors.js";
import { checkOptions } from "../options.js";
import type { EncodeOptions } from "./tokenizer.js";

/** A stretch of a text: ordinary text, or a special token. */
export type Stretch = { readonly text: string } | { readonly token: number };

/** Applies the rules on special tokens in text: which are refused, and which are encoded as such. */
export class SpecialText {
  readonly #tokens: ReadonlyMap<string, number>;
  #allFinder: StringFinder | undefined;

  constructor(tokens: ReadonlyMap<string, number>) {
    this.#tokens = tokens;
  }

  /**
   * Cuts a text at the special tokens that the options allow.
   * @throws HarmonyError `disallowed-special-token` if the text contains a string that they disallow.
   */
  cut(text: string, options: EncodeOptions): Stretch[] {
    checkOptions(options, ["allowedSpecial", "disallowedSpecial"], "encode");
    const allowed = stringsOf(options, "allowedSpecial", []);
    const disallowed = stringsOf(options, "disallowedSpecial", "all");
    const forbidden = this.#disallowedFinder(allowed, disallowed)?.find(text);
    if (forbidden !== undefined) throw disallowedSpecialToken(forbidden.string);

    const finder = this.#allowedFinder(allowed);
    const stretches: Stretch[] = [];
    let start = 0;
    for (let found = finder?.find(text); found !== undefined; found = finder?.find(text, start)) {
      if (found.index > start) stretches.push({ text: text.slice(start, found.index) });
      stretches.push({ token: this.#tokens.get(found.string)! });
      start = found.index + found.string.length;
    }
    if (start < text.length) stretches.push({ text: text.slice(start) });
    return stretches;
  }

  #disallowedFinder(allowed: "all" | ReadonlySet<string>, disallowed: "all" | ReadonlySet<string>) {
    if (disallowed !== "all") return disallowed.size === 0 ? undefined : new StringFinder(disallowed);
    if (allowed === "all") return undefined;
    if (allowed.size === 0) return this.#finderOfAll();
    return new StringFinder([...this.#tokens.keys()].filter((name) => !allowed.has(name)));
  }

  #allowedFinder(allowed: "all" | ReadonlySet<string>) {
    if (allowed === "all") return this.#finderOfAll();
    const known = [...allowed].filter((name) => this.#tokens.has(name));
    return known.length === 0 ? undefined : new StringFinder(known);
  }

  #finderOfAll(): StringFinder {
    this.#allFinder ??= new StringFinder(this.#tokens.keys());
    return this.#allFinder;
  }
}

/** Where one of a set of strings occurs in a text. */
interface Occurrence {
  readonly index: number;
  readonly string: string;
}

/** Strings that begin alike. */
interface Family {
  /** What all of them begin with. It is empty only if the empty string is one of them. */
  readonly prefix: string;
  /** Their different lengths, longest first. */
  readonly lengths: readonly number[];
}

/**
 * Finds the first occurrence of any of a set of strings; of those that begin at the same place, the longest.
 *
 * There are many special tokens (1,091), but all of them begin with `<|`, which ordinary text hardly ever contains. So
 * the text is searched for what the strings have in common, which the runtime does at many gigabytes a second, and a
 * string is looked up only where that occurs.
 */
class StringFinder {
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

/** The longest prefix of all strings, which is that of the first and the last of them in order. */
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

/** Reads an option, and checks it for callers without types. */
function stringsOf(
  options: EncodeOptions,
  name: keyof EncodeOptions,
  otherwise: "all" | readonly string[],
): "all" | ReadonlySet<string> {
  const value = options[name] ?? otherwise;
  if (value === "all") return "all";
  // Any other string would be an iterable of its characters, which is never what the caller means.
  if (typeof value === "string" || typeof value[Symbol.iterator] !== "function") {
    throw new TypeError(`${name} must be "all" or an iterable of strings, such as ["<|start|>"]`);
  }
  const strings = new Set(value);
  for (const string of strings) {
    if (typeof string !== "string") throw new TypeError(`${name} must hold strings, not ${typeof string}`);
  }
  return strings;
}

function disallowedSpecialToken(name: string): HarmonyError {
  const quoted = JSON.stringify(name);
  return new HarmonyError(
    "disallowed-special-token",
    `Encountered text corresponding to disallowed special token '${name}'.\n` +
      `To encode it as that special token, allow it: \`allowedSpecial: [${quoted}]\`.\n` +
      "To encode it, and all other special tokens, as ordinary text, turn the check off: `disallowedSpecial: []`.",
  );
}
