import { NUMBER } from "./numbers.js";
import type { Rules } from "./rules.js";
import { anyString } from "./strings.js";

/** White space between the parts of a value, bounded lest a model write nothing else. */
export function whiteSpace(rules: Rules): string {
  return rules.add("space", '(" " | "\\n" [ \\t]{0,20})?');
}

/** A member of an object: white space before the key, and none behind the value. */
export function member(rules: Rules, key: string, value: string): string {
  const space = whiteSpace(rules);
  return `${space} ${key} ${space} ":" ${space} ${value}`;
}

const made = new WeakMap<Rules, string>();

/** Any JSON value. */
export function anyValue(rules: Rules): string {
  const known = made.get(rules);
  if (known !== undefined) return known;
  const value = rules.reserve("value");
  made.set(rules, value);
  const [space, string, number] = [whiteSpace(rules), anyString(rules), rules.add("number", NUMBER)];
  const anyMember = rules.add("any-member", member(rules, string, value));
  const object = rules.add("any-object", `"{" (${anyMember} (${space} "," ${anyMember})*)? ${space} "}"`);
  const array = rules.add("any-array", `"[" (${space} ${value} (${space} "," ${space} ${value})*)? ${space} "]"`);
  rules.define(value, `${object} | ${array} | ${string} | ${number} | "true" | "false" | "null"`);
  return value;
}
