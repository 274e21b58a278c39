import { type JsonValue, setOwn } from "../../../json/value.js";

/** A schema that is an object: a conjunction of keywords. */
export type SchemaObject = { readonly [key: string]: JsonValue };
type Draft = { [key: string]: JsonValue };

/** Whether a value is an object. */
export function isObject(value: JsonValue | undefined): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keywords that say nothing about which values are valid. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...["$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "$vocabulary", "id"],
  ...["title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly"],
  ...["contentEncoding", "contentMediaType", "contentSchema", "discriminator", "externalDocs", "xml"],
]);

/** A schema without its annotations. */
export function withoutAnnotations(schema: SchemaObject): SchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !ANNOTATIONS.has(key)));
}

/** How the values of a keyword that two schemas have become one; `undefined` where one value cannot say both. */
type Join = (left: JsonValue, right: JsonValue) => JsonValue | undefined;

const larger: Join = (left, right) => (Number(left) >= Number(right) ? left : right);
const smaller: Join = (left, right) => (Number(left) <= Number(right) ? left : right);
const both: Join = (left, right) => (left === true ? right : right === true ? left : { allOf: [left, right] });
const either: Join = (left, right) => left === true || right === true;
const union: Join = (left, right) => Array.from(new Set([...list(left), ...list(right)]));
const common: Join = (left, right) => {
  const known = new Set(list(right).map(canonical));
  return list(left).filter((value) => known.has(canonical(value)));
};

const JOINS: Readonly<Record<string, Join>> = {
  type: commonTypes,
  enum: common,
  anyOf: everyPair,
  required: union,
  items: both,
  additionalItems: both,
  prefixItems: joinedPrefix,
  minimum: larger,
  exclusiveMinimum: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  minLength: larger,
  minItems: larger,
  minProperties: larger,
  maxLength: smaller,
  maxItems: smaller,
  maxProperties: smaller,
  uniqueItems: either,
  nullable: (left, right) => left === true && right === true,
};

/**
 * The schema of the values that are valid for both schemas; neither has a `$ref`, `allOf` or `const`, nor `oneOf`. Where two values
 * of a keyword cannot become one, the left one stays, and `onConflict` is told its name.
 */
export function mergeSchemas(left: SchemaObject, right: SchemaObject, onConflict: (key: string) => void): SchemaObject {
  const merged: Draft = {};
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (key === "properties" || key === "additionalProperties") continue;
    const [one, other] = [left[key], right[key]];
    if (one === undefined || other === undefined) merged[key] = (one ?? other)!;
    else if (canonical(one) === canonical(other)) merged[key] = one;
    else {
      const joined = JOINS[key]?.(one, other);
      if (joined === undefined) onConflict(key);
      merged[key] = joined ?? one;
    }
  }
  return { ...merged, ...mergedProperties(left, right) };
}

function mergedProperties(left: SchemaObject, right: SchemaObject): SchemaObject {
  const merged: Draft = {};
  const [ofLeft, ofRight] = [propertiesOf(left), propertiesOf(right)];
  const properties: Draft = {};
  for (const key of new Set([...Object.keys(ofLeft), ...Object.keys(ofRight)])) {
    // A property that one of the two does not name is additional there.
    const one = Object.hasOwn(ofLeft, key) ? ofLeft[key]! : (left.additionalProperties ?? true);
    const other = Object.hasOwn(ofRight, key) ? ofRight[key]! : (right.additionalProperties ?? true);
    setOwn(properties, key, both(one, other)!);
  }
  if (isObject(left.properties) || isObject(right.properties)) merged.properties = properties;
  const [one, other] = [left.additionalProperties, right.additionalProperties];
  if (one === false || other === false) merged.additionalProperties = false;
  else if (one !== undefined || other !== undefined) merged.additionalProperties = both(one ?? true, other ?? true)!;
  return merged;
}

/** The member `properties` of a schema; none where it is missing. */
export function propertiesOf(schema: SchemaObject): SchemaObject {
  return isObject(schema.properties) ? schema.properties : {};
}

function commonTypes(left: JsonValue, right: JsonValue): JsonValue {
  const [ours, theirs] = [typeNames(left), typeNames(right)];
  const shared = ours.filter((type) => theirs.includes(type));
  const hasInteger = ours.includes("integer") || theirs.includes("integer");
  const hasNumber = ours.includes("number") || theirs.includes("number");
  if (hasInteger && hasNumber && !shared.includes("number") && !shared.includes("integer")) shared.push("integer");
  return shared;
}

/** More pairs of alternatives than this would make a grammar that nobody can use. */
const MOST_PAIRS = 256;

function everyPair(left: JsonValue, right: JsonValue): JsonValue | undefined {
  const [one, other] = [list(left), list(right)];
  if (one.length * other.length > MOST_PAIRS) return undefined;
  return one.flatMap((a) => other.map((b) => ({ allOf: [a, b] })));
}

function joinedPrefix(left: JsonValue, right: JsonValue): JsonValue | undefined {
  const [one, other] = [list(left), list(right)];
  return one.length === other.length ? one.map((schema, index) => both(schema, other[index]!)!) : undefined;
}

/** The names of a `type`, be it one or a list. */
export function typeNames(type: JsonValue | undefined): string[] {
  return list(type ?? []).filter((name): name is string => typeof name === "string");
}

function list(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

/** Equal for values that are equal in the sense of JSON. */
export function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key]!)}`).join(",")}}`;
}
