import { HarmonyError } from "../../../errors.js";
import {
  type CharSet,
  characterClass,
  charSet,
  complement,
  holds,
  intersect,
  literal,
  MOST_REPETITIONS,
  oneOf,
  repetition,
} from "./gbnf-text.js";
import type { Rules } from "./rules.js";

/**
 * Regular expressions as GBNF: the part of ECMAScript's syntax that describes a regular language. Lookarounds, back
 * references, word boundaries and Unicode properties are not in it.
 */

/** A piece of a regular expression. */
type Node =
  | { readonly type: "characters"; readonly set: CharSet }
  | { readonly type: "sequence"; readonly items: readonly Node[] }
  | { readonly type: "choice"; readonly items: readonly Node[] }
  | { readonly type: "repeat"; readonly item: Node; readonly least: number; readonly most: number }
  | { readonly type: "start" }
  | { readonly type: "end" };

/** Thrown where a regular expression uses what a grammar cannot express; the message names it. */
export class UnsupportedPattern extends Error {}

/** How the characters of a match are written: as they are, or inside of a JSON string. */
type Spelling = (set: CharSet) => string;

const LINE_ENDS = charSet([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);
const DIGITS = charSet([[0x30, 0x39]]);
const WORD = charSet([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]);
const SPACE = charSet([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);
const CLASS_ESCAPES: Readonly<Record<string, CharSet>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
};
const CONTROL_ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 };
const ANYTHING = complement([]);

/**
 * The strings that match a JSON schema's `pattern`, between the quotes of a JSON string. As the schema has it, a match
 * anywhere in the string is enough unless the pattern is anchored.
 * @throws UnsupportedPattern
 */
export function patternInJson(pattern: string, rules: Rules): string {
  return searchFor(new PatternReader(pattern).read(), inJson, rules);
}

/**
 * The name of a rule for the texts that match a regular expression as a whole.
 * @throws HarmonyError `unsupported-schema`
 */
export function regexRule(regex: string, path: string, rules: Rules): string {
  try {
    return rules.add("regex", wholeMatch(regex, rules));
  } catch (error) {
    if (!(error instanceof UnsupportedPattern)) throw error;
    const message = `unsupported regular expression at ${path}: it has ${error.message}`;
    throw new HarmonyError("unsupported-schema", message, { path });
  }
}

function wholeMatch(regex: string, rules: Rules): string {
  const branches = branchesOf(new PatternReader(regex).read());
  return oneOf(branches.map(({ items }) => emit({ type: "sequence", items }, characterClass, rules)));
}

function searchFor(node: Node, spelling: Spelling, rules: Rules): string {
  const anything = `${spelling(ANYTHING)}*`;
  return oneOf(
    branchesOf(node).map(({ items, isStartAnchored, isEndAnchored }) => {
      const match = emit({ type: "sequence", items }, spelling, rules);
      return [...(isStartAnchored ? [] : [anything]), match, ...(isEndAnchored ? [] : [anything])].join(" ");
    }),
  );
}

/** One of the alternatives at the top of an expression, without its anchors. */
interface Branch {
  readonly items: readonly Node[];
  readonly isStartAnchored: boolean;
  readonly isEndAnchored: boolean;
}

function branchesOf(node: Node): Branch[] {
  if (node.type === "choice") return node.items.flatMap(branchesOf);
  let items = node.type === "sequence" ? node.items : [node];
  const isStartAnchored = items[0]?.type === "start";
  if (isStartAnchored) items = items.slice(1);
  const isEndAnchored = items.at(-1)?.type === "end";
  if (isEndAnchored) items = items.slice(0, -1);
  return [{ items, isStartAnchored, isEndAnchored }];
}

function emit(node: Node, spelling: Spelling, rules: Rules): string {
  switch (node.type) {
    case "characters":
      if (node.set.length === 0) throw new UnsupportedPattern("an empty character class");
      return spelling(node.set);
    case "sequence":
      return node.items.length === 0 ? '""' : node.items.map((item) => emit(item, spelling, rules)).join(" ");
    case "choice":
      return oneOf(node.items.map((item) => emit(item, spelling, rules)));
    case "repeat":
      return emitRepeat(node, spelling, rules);
    default:
      throw new UnsupportedPattern("an anchor inside of the expression");
  }
}

function emitRepeat({ item, least, most }: Node & { type: "repeat" }, spelling: Spelling, rules: Rules): string {
  if (most === 0) return '""';
  if (least > MOST_REPETITIONS || (most > MOST_REPETITIONS && most !== Number.POSITIVE_INFINITY)) {
    throw new UnsupportedPattern(`more than ${MOST_REPETITIONS} repetitions`);
  }
  const repeated = emit(item, spelling, rules);
  // Only a rule by name counts as one towards the limit of repetitions.
  const name = /^\[[^[\]]*\]$/.test(repeated) ? repeated : rules.add("repeated", repeated);
  return `${name}${repetition(least, most)}`;
}

const JSON_ESCAPES: readonly (readonly [code: number, spelled: string])[] = [
  [0x22, '\\"'],
  [0x5c, "\\\\"],
  [0x08, "\\b"],
  [0x0c, "\\f"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x09, "\\t"],
];
/** The characters that stand in a JSON string as they are. */
const PLAIN_IN_JSON = charSet([
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x10ffff],
]);

function inJson(set: CharSet): string {
  const plain = intersect(set, PLAIN_IN_JSON);
  const escaped = JSON_ESCAPES.filter(([code]) => holds(set, code)).map(([, spelled]) => literal(spelled));
  for (let code = 0; code < 0x20; code++) {
    if (!holds(set, code) || JSON_ESCAPES.some(([known]) => known === code)) continue;
    escaped.push(literal(`\\u${code.toString(16).padStart(4, "0")}`));
  }
  return oneOf([...(plain.length > 0 ? [characterClass(plain)] : []), ...escaped]);
}

class PatternReader {
  readonly #characters: readonly string[];
  #index = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  read(): Node {
    const node = this.#choice();
    if (this.#index < this.#characters.length) throw new UnsupportedPattern("an unmatched )");
    return node;
  }

  #peek(ahead = 0): string | undefined {
    return this.#characters[this.#index + ahead];
  }

  #take(text: string): boolean {
    if (this.#characters.slice(this.#index, this.#index + text.length).join("") !== text) return false;
    this.#index += text.length;
    return true;
  }

  #choice(): Node {
    const items = [this.#sequence()];
    while (this.#take("|")) items.push(this.#sequence());
    return items.length === 1 ? items[0]! : { type: "choice", items };
  }

  #sequence(): Node {
    const items: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek()) {
      items.push(this.#repeated(this.#atom()));
    }
    return items.length === 1 ? items[0]! : { type: "sequence", items };
  }

  #repeated(item: Node): Node {
    const [least, most] = this.#quantifier() ?? [1, 1];
    if (least === 1 && most === 1) return item;
    if (item.type === "start" || item.type === "end") throw new UnsupportedPattern("a repeated anchor");
    if (least > most) throw new UnsupportedPattern("a repetition that is out of order");
    // How eager a repetition is does not change what matches.
    this.#take("?");
    return { type: "repeat", item, least, most };
  }

  #quantifier(): [number, number] | undefined {
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#take("?")) return [0, 1];
    const braces = /^\{(\d+)(,(\d*))?\}/.exec(this.#characters.slice(this.#index, this.#index + 24).join(""));
    if (braces === null) return undefined;
    this.#index += braces[0].length;
    const least = Number(braces[1]);
    if (braces[2] === undefined) return [least, least];
    return [least, braces[3] === "" ? Number.POSITIVE_INFINITY : Number(braces[3])];
  }

  #atom(): Node {
    const character = this.#characters[this.#index++]!;
    switch (character) {
      case "^":
        return { type: "start" };
      case "$":
        return { type: "end" };
      case ".":
        return { type: "characters", set: complement(LINE_ENDS) };
      case "(":
        return this.#group();
      case "[":
        return { type: "characters", set: this.#class() };
      case "\\":
        return { type: "characters", set: this.#escape(false) };
      case "*":
      case "+":
      case "?":
        throw new UnsupportedPattern(`a ${character} with nothing before it`);
      default:
        return { type: "characters", set: single(character.codePointAt(0)!) };
    }
  }

  #group(): Node {
    if (this.#peek() === "?" && !this.#take("?:")) {
      const named = /^\?<[A-Za-z_$][\w$]*>/.exec(this.#characters.slice(this.#index).join(""));
      if (named === null) throw new UnsupportedPattern("a lookaround or another special group");
      this.#index += named[0].length;
    }
    const node = this.#choice();
    if (!this.#take(")")) throw new UnsupportedPattern("an unmatched (");
    return node;
  }

  #class(): CharSet {
    const isNegated = this.#take("^");
    const ranges: (readonly [number, number])[] = [];
    while (!this.#take("]")) {
      const first = this.#classAtom();
      const isRange = this.#peek() === "-" && this.#peek(1) !== "]" && this.#peek(1) !== undefined;
      if (!isRange) {
        ranges.push(...first);
        continue;
      }
      this.#index += 1;
      const last = this.#classAtom();
      const [from, to] = [codeOf(first), codeOf(last)];
      if (from === undefined || to === undefined || from > to) throw new UnsupportedPattern("an invalid range");
      ranges.push([from, to]);
    }
    const set = charSet(ranges);
    return isNegated ? complement(set) : set;
  }

  #classAtom(): CharSet {
    const character = this.#characters[this.#index++];
    if (character === undefined) throw new UnsupportedPattern("an unmatched [");
    return character === "\\" ? this.#escape(true) : single(character.codePointAt(0)!);
  }

  #escape(isInClass: boolean): CharSet {
    const character = this.#characters[this.#index++];
    if (character === undefined) throw new UnsupportedPattern("a backslash at the end");
    const set = CLASS_ESCAPES[character];
    if (set !== undefined) return set;
    if (isInClass && character === "b") return single(8);
    const control = CONTROL_ESCAPES[character];
    if (control !== undefined) return single(control);
    if (character === "x") return single(this.#hex(/^[0-9a-fA-F]{2}/));
    if (character === "u") {
      return single(this.#peek() === "{" ? this.#hex(/^\{[0-9a-fA-F]{1,6}\}/) : this.#hex(/^[0-9a-fA-F]{4}/));
    }
    if (/[A-Za-z0-9]/.test(character)) throw new UnsupportedPattern(`the escape \\${character}`);
    return single(character.codePointAt(0)!);
  }

  #hex(form: RegExp): number {
    const digits = form.exec(this.#characters.slice(this.#index, this.#index + 8).join(""));
    if (digits === null) throw new UnsupportedPattern("an incomplete escape");
    this.#index += digits[0].length;
    const code = Number.parseInt(digits[0].replace(/[{}]/g, ""), 16);
    if (code > 0x10ffff) throw new UnsupportedPattern("a code point that does not exist");
    return code;
  }
}

function single(code: number): CharSet {
  return [[code, code]];
}

function codeOf(set: CharSet): number | undefined {
  const only = set.length === 1 ? set[0]! : undefined;
  return only !== undefined && only[0] === only[1] ? only[0] : undefined;
}
