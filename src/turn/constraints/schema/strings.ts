import { boundsOf, type Conversion } from "./conversion.js";
import { literal, MOST_REPETITIONS, oneOf, repetition } from "./gbnf-text.js";
import type { SchemaObject } from "./merge.js";
import { patternInJson, UnsupportedPattern } from "./pattern.js";
import type { Rules } from "./rules.js";

/**
 * JSON strings as GBNF.
 *
 * To llama.cpp a character class also takes a special token whose marker fits, so `[^"]*` would let the token
 * `<|end|>` into a string and break the message in two. Strings are therefore made of three rules that never let a
 * letter follow `<|`; a model that means these characters writes one of them as an escape.
 */

/** The rules of which strings are made, by their names. */
interface StringRules {
  /** What may follow in a string, its closing quote included: usually, and behind `<`. */
  readonly rest: string;
  readonly restAfterLess: string;
  /** One character other than `<`, be it escaped. */
  readonly character: string;
}

const made = new WeakMap<Rules, StringRules>();

function stringRules(rules: Rules): StringRules {
  const known = made.get(rules);
  if (known !== undefined) return known;
  const escaped = rules.add("escape", '"\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})');
  const character = rules.add("character", `[^"\\\\\\x00-\\x1F<] | ${escaped}`);
  const rest = rules.reserve("string-rest");
  const restAfterLess = rules.reserve("string-rest-after-less");
  const restAfterMarkerStart = rules.reserve("string-rest-after-marker-start");
  const others = `${escaped} ${rest} | "<" ${restAfterLess} | "\\""`;
  rules.define(rest, `[^"\\\\\\x00-\\x1F<] ${rest} | ${others}`);
  rules.define(restAfterLess, `[^"\\\\\\x00-\\x1F<|] ${rest} | "|" ${restAfterMarkerStart} | ${others}`);
  rules.define(restAfterMarkerStart, `[^"\\\\\\x00-\\x1F<a-z] ${rest} | ${others}`);
  const result = { rest, restAfterLess, character };
  made.set(rules, result);
  return result;
}

/** The strings of a schema: of a pattern, a format, or lengths, in this order; what is not enforced is noted. */
export function stringRule(schema: SchemaObject, path: string, conversion: Conversion): string {
  const { rules } = conversion;
  const { pattern, format } = schema;
  const [least, most] = boundsOf(schema, "minLength", "maxLength", path);
  const isBounded = least > 0 || most < Number.POSITIVE_INFINITY;
  const dropLength = (): void => {
    if (isBounded)
      conversion.note(path, schema.maxLength === undefined ? "minLength" : "maxLength", "any length is let through");
  };
  if (typeof pattern === "string") {
    try {
      const rule = rules.add("pattern", `"\\"" ${patternInJson(pattern, rules)} "\\""`);
      dropLength();
      if (format !== undefined) conversion.note(path, "format", "only the pattern is enforced");
      return rule;
    } catch (error) {
      if (!(error instanceof UnsupportedPattern)) throw error;
      conversion.note(path, "pattern", `any string is let through, for the pattern has ${error.message}`);
    }
  }
  if (typeof format === "string") {
    const rule = stringOfFormat(format, rules);
    if (rule !== undefined) {
      dropLength();
      return rule;
    }
    conversion.note(path, "format", `strings of any format are let through: ${format} is not covered`);
  }
  if (isTooLong(least, most)) {
    dropLength();
    return anyString(rules);
  }
  return stringWithin(least, most, rules);
}

/** Any string. */
export function anyString(rules: Rules): string {
  return rules.add("string", `"\\"" ${stringRules(rules).rest}`);
}

/**
 * Strings of a length within bounds, in characters. From a `<` on the length is not looked at: what may follow depends
 * on the characters before, and counting both would take a rule for each length.
 */
function stringWithin(least: number, most: number, rules: Rules): string {
  if (least <= 0 && most === Number.POSITIVE_INFINITY) return anyString(rules);
  if (most === 0) return '"\\"\\""';
  const { rest, restAfterLess, character } = stringRules(rules);
  const isOpen = most === Number.POSITIVE_INFINITY;
  const before = isOpen ? least : most;
  const withLess = `${before > 1 ? `"\\"" ${character}${repetition(0, before - 1)} "<"` : '"\\"<"'} ${restAfterLess}`;
  const plain = `"\\"" ${character}${repetition(least, isOpen ? least : most)} ${isOpen ? rest : '"\\""'}`;
  return oneOf([plain, withLess]);
}

/** Whether bounds are more than llama.cpp repeats. */
export function isTooLong(least: number, most: number): boolean {
  return least > MOST_REPETITIONS || (most > MOST_REPETITIONS && most !== Number.POSITIVE_INFINITY);
}

const DATE = '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])';
const OFFSET = '("Z" | [-+] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])';
const TIME = `([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,9})? ${OFFSET}`;
const UUID = [8, 4, 4, 4, 12].map((digits) => `[0-9a-fA-F]{${digits}}`).join(' "-" ');

const FORMATS: Readonly<Record<string, string>> = {
  date: DATE,
  time: TIME,
  "date-time": `${DATE} "T" ${TIME}`,
  uuid: UUID,
};

/** The strings of a format; `undefined` for a format that is not covered. */
function stringOfFormat(format: string, rules: Rules): string | undefined {
  const body = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  return body === undefined ? undefined : rules.add(format, `"\\"" ${body} "\\""`);
}

/**
 * A string that is none of the given ones: the names of additional properties. A name with a `\\u` escape in it is taken
 * for another name.
 */
export function stringExcept(excluded: readonly string[], rules: Rules): string {
  if (excluded.length === 0) return anyString(rules);
  const trie = new Trie();
  for (const name of excluded) trie.add(JSON.stringify(name).slice(1, -1).match(/\\?./gsu) ?? []);
  return rules.add("other-key", `"\\"" ${exceptFrom(trie, rules)}`);
}

/** Strings by their characters, each as JSON spells it: an escape of two characters is one step. */
class Trie {
  readonly children = new Map<string, Trie>();
  isEnd = false;

  add(characters: readonly string[]): void {
    let node: Trie = this;
    for (const character of characters) {
      const child = node.children.get(character) ?? new Trie();
      node.children.set(character, child);
      node = child;
    }
    node.isEnd = true;
  }
}

/** The letters of escapes of two characters. */
const ESCAPED = '"\\/bfnrt';

/** What may follow, closing quote included, so that the whole is not in the trie. */
function exceptFrom(node: Trie, rules: Rules): string {
  const { rest, restAfterLess } = stringRules(rules);
  const plain = Array.from(node.children).filter(([step]) => !step.startsWith("\\"));
  const known = plain.map(([step]) => classMember(step)).join("");
  const escapes = Array.from(ESCAPED).filter((letter) => !node.children.has(`\\${letter}`));
  return oneOf([
    ...(node.isEnd ? [] : ['"\\""']),
    `[^"\\\\\\x00-\\x1F<${known}] ${rest}`,
    `"\\\\" ([${escapes.map(classMember).join("")}] | "u" [0-9a-fA-F]{4}) ${rest}`,
    ...(node.children.has("<") ? [] : [`"<" ${restAfterLess}`]),
    ...Array.from(node.children, ([step, child]) => {
      return `${literal(step)} ${rules.add("other-key-rest", exceptFrom(child, rules))}`;
    }),
  ]);
}

function classMember(character: string): string {
  return /[A-Za-z0-9_ ]/.test(character) ? character : `\\U${character.codePointAt(0)!.toString(16).padStart(8, "0")}`;
}
