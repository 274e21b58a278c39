/**
 * How GBNF spells literals and character classes.
 */

/** The highest code point. */
const LAST_CODE_POINT = 0x10ffff;

/** A set of code points: ranges that include both ends, in order, none touching another. */
export type CharSet = readonly (readonly [first: number, last: number])[];

/** llama.cpp refuses more repetitions than this of a single rule. */
export const MOST_REPETITIONS = 1999;

/** A text as a GBNF literal. */
export function literal(text: string): string {
  const escaped = Array.from(text.toWellFormed(), (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const codePoint = character.codePointAt(0)!;
    return codePoint < 0x20 || codePoint === 0x7f ? codeEscape(codePoint) : character;
  });
  return `"${escaped.join("")}"`;
}

/** A JSON string, quotes included, as a GBNF literal. */
export function jsonLiteral(text: string): string {
  return literal(JSON.stringify(text.toWellFormed()));
}

/** A set of code points as a GBNF character class. The set must not be empty. */
export function characterClass(set: CharSet): string {
  const excluded = complement(set);
  const isShorter = set.at(-1)?.[1] === LAST_CODE_POINT && excluded.length > 0;
  return `[${isShorter ? "^" : ""}${(isShorter ? excluded : set).map(rangeText).join("")}]`;
}

function rangeText([first, last]: readonly [number, number]): string {
  return first === last ? classMember(first) : `${classMember(first)}-${classMember(last)}`;
}

function classMember(code: number): string {
  const character = String.fromCodePoint(code);
  return /[A-Za-z0-9 !#$%&'()*+,./:;<=>?@_`{|}~]/.test(character) ? character : codeEscape(code);
}

function codeEscape(code: number): string {
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, "0");
}

/** The set of these ranges, which may come in any order and overlap. */
export function charSet(ranges: Iterable<readonly [number, number]>): CharSet {
  const sorted = Array.from(ranges).sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** Every code point that is not in a set. */
export function complement(set: CharSet): CharSet {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_CODE_POINT) gaps.push([next, LAST_CODE_POINT]);
  return gaps;
}

/** The code points that are in both sets. */
export function intersect(left: CharSet, right: CharSet): CharSet {
  return complement(charSet([...complement(left), ...complement(right)]));
}

/** Whether a set holds a code point. */
export function holds(set: CharSet, code: number): boolean {
  return set.some(([first, last]) => first <= code && code <= last);
}

/** Alternatives as one expression that can stand anywhere; a single one stands as it is. */
export function oneOf(alternatives: readonly string[]): string {
  const distinct = Array.from(new Set(alternatives));
  return distinct.length === 1 ? distinct[0]! : `(${distinct.join(" | ")})`;
}

/** How often something is repeated, as GBNF writes it behind a rule's name: `*`, `+`, `?`, `{2,5}`. */
export function repetition(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return least === 0 ? "*" : least === 1 ? "+" : `{${least},}`;
  if (least === 0 && most === 1) return "?";
  return least === most ? `{${least}}` : `{${least},${most}}`;
}
