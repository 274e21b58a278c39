import { HarmonyError } from "../errors.js";
import { checkOptions } from "../options.js";
import { StringFinder } from "./string-finder.js";
import type { EncodeOptions } from "./tokenizer.js";

/** A stretch of a text: ordinary text, or a special token. */
export type Stretch = { readonly text: string } | { readonly token: number };

/** Applies the rules on special tokens in text: what is forbidden, and what is a token of its own. */
export class SpecialText {
  readonly #tokens: ReadonlyMap<string, number>;
  #allFinder: StringFinder | undefined;

  constructor(tokens: ReadonlyMap<string, number>) {
    this.#tokens = tokens;
  }

  /**
   * Cuts a text at the special tokens that the options allow.
   * @throws HarmonyError `disallowed-special-token` where the text holds a string that they disallow.
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

/** Reads an option, with the checks that a caller without types needs. */
function stringsOf(
  options: EncodeOptions,
  name: keyof EncodeOptions,
  otherwise: "all" | readonly string[],
): "all" | ReadonlySet<string> {
  const value = options[name] ?? otherwise;
  if (value === "all") return "all";
  // Any other string is an iterable of its characters, which nobody means.
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
