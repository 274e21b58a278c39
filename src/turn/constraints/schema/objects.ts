import { type JsonValue, memberPath } from "../../../json/value.js";
import { member, whiteSpace } from "./any-value.js";
import { boundsOf, type Conversion, Unsatisfiable } from "./conversion.js";
import { jsonLiteral, MOST_REPETITIONS, oneOf, repetition } from "./gbnf-text.js";
import { isObject, propertiesOf, type SchemaObject, typeNames } from "./merge.js";
import { patternInJson, UnsupportedPattern } from "./pattern.js";
import type { Rules } from "./rules.js";
import { anyString, isTooLong, stringExcept } from "./strings.js";

/** A member that the schema names. */
interface Member {
  readonly expression: string;
  readonly isRequired: boolean;
}

/** The objects of a schema. */
export function objectRule(schema: SchemaObject, path: string, name: string, conversion: Conversion): string {
  const { rules } = conversion;
  const properties = propertiesOf(schema);
  const required = new Set(typeNames(schema.required));
  const additional = schema.additionalProperties ?? schema.properties === undefined;
  const members: Member[] = [];
  const addMember = (key: string, value: JsonValue, place: string): void => {
    const inner = conversion.inner(value, place, `${name}-${key}`);
    if (inner !== undefined) {
      const expression = rules.add(`${name}-${key}-member`, member(rules, jsonLiteral(key), inner));
      members.push({ expression, isRequired: required.has(key) });
    } else if (required.has(key)) throw new Unsatisfiable(place);
  };
  for (const [key, value] of Object.entries(properties)) {
    addMember(key, value, memberPath(memberPath(path, "properties"), key));
  }
  const isClosed = schema.additionalProperties === false;
  for (const key of required) {
    if (!Object.hasOwn(properties, key)) addMember(key, isClosed ? false : (schema.additionalProperties ?? true), path);
  }
  const other = otherMember(schema, [...Object.keys(properties), ...required], additional, path, name, conversion);
  const [least, most] = memberCount(schema, members.length, required.size, other !== undefined, path, conversion);
  const space = whiteSpace(rules);
  if (members.length === 0) {
    if (least > 0 && other === undefined) throw new Unsatisfiable(path);
    if (other === undefined || most === 0) return rules.add("empty-object", `"{" ${space} "}"`);
    const next = rules.add("next-member", `${space} "," ${other}`);
    const more = most > 1 ? ` ${next}${repetition(Math.max(0, least - 1), most - 1)}` : "";
    const body = least === 0 ? `(${other}${more})?` : `${other}${more}`;
    return rules.add(`${name}-object`, `"{" ${body} ${space} "}"`);
  }
  return rules.add(`${name}-object`, `"{" ${membersInOrder(members, other, name, rules)} ${space} "}"`);
}

/** The members from left to right: a comma stands before each but the first, whichever that is. */
function membersInOrder(members: readonly Member[], other: string | undefined, name: string, rules: Rules): string {
  const space = whiteSpace(rules);
  // What may follow where something has been written, and where nothing has.
  let following = other === undefined ? "" : `(${space} "," ${other})*`;
  let beginning = other === undefined ? "" : `(${other} ${following})?`;
  // Behind a required member nothing begins.
  const lastFirst = members.findIndex(({ isRequired }) => isRequired);
  for (let index = members.length - 1; index >= 0; index--) {
    const { expression, isRequired } = members[index]!;
    const rest = following === "" ? "" : rules.add(`${name}-rest`, following);
    const first = rest === "" ? expression : `${expression} ${rest}`;
    const isFirst = lastFirst < 0 || index <= lastFirst;
    if (isFirst && isRequired) beginning = first;
    else if (isFirst && beginning === "") beginning = `(${first})?`;
    else if (isFirst) beginning = oneOf([first, rules.add(`${name}-begin`, beginning)]);
    const withComma = `${space} "," ${expression}`;
    following = [isRequired ? withComma : `(${withComma})?`, rest].filter(Boolean).join(" ");
  }
  return beginning;
}

/** A member that `properties` does not name; `undefined` where there may be none. */
function otherMember(
  schema: SchemaObject,
  named: readonly string[],
  additional: JsonValue,
  path: string,
  name: string,
  conversion: Conversion,
): string | undefined {
  const { rules } = conversion;
  const members: string[] = [];
  const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
  for (const [pattern, value] of patterns) {
    const place = memberPath(memberPath(path, "patternProperties"), pattern);
    const inner = conversion.inner(value, place, `${name}-other`);
    if (inner === undefined) continue;
    members.push(member(rules, keyOfPattern(pattern, place, conversion), inner));
  }
  const inner = conversion.inner(additional, memberPath(path, "additionalProperties"), `${name}-other`);
  if (inner !== undefined) members.push(member(rules, stringExcept(named, rules), inner));
  if (patterns.length > 0 && (inner !== undefined || patterns.length > 1 || named.length > 0)) {
    conversion.note(path, "patternProperties", "a name that matches need not have the value of its pattern as well");
  }
  return members.length === 0 ? undefined : rules.add(`${name}-other-member`, oneOf(members));
}

function keyOfPattern(pattern: string, place: string, conversion: Conversion): string {
  const { rules } = conversion;
  try {
    return rules.add("key", `"\\"" ${patternInJson(pattern, rules)} "\\""`);
  } catch (error) {
    if (!(error instanceof UnsupportedPattern)) throw error;
    conversion.note(place, "patternProperties", `any name is let through, for the pattern has ${error.message}`);
    return anyString(rules);
  }
}

/** How many members there may be, as far as it can be enforced: where none has a name. */
function memberCount(
  schema: SchemaObject,
  named: number,
  required: number,
  isOpen: boolean,
  path: string,
  conversion: Conversion,
): [number, number] {
  const [least, most] = boundsOf(schema, "minProperties", "maxProperties", path);
  if (named === 0) {
    if (!isTooLong(least, most)) return [least, most];
    conversion.note(path, "maxProperties", `more than ${MOST_REPETITIONS} properties cannot be counted`);
    return [Math.min(least, MOST_REPETITIONS), Number.POSITIVE_INFINITY];
  }
  if (least > required) conversion.note(path, "minProperties", "objects with fewer properties are let through");
  if (isOpen ? most < Number.POSITIVE_INFINITY : most < named) {
    conversion.note(path, "maxProperties", "objects with more properties are let through");
  }
  return [least, most];
}
