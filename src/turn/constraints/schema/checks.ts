import type { JsonValue } from "../../../json/value.js";
import { canonical, isObject, type SchemaObject, typeNames } from "./merge.js";

/** Whether a value is of a type of JSON schema. */
function isOfType(value: JsonValue, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

/**
 * Whether a value of an `enum` fulfils the other keywords: its type, and for strings and numbers their bounds. What is
 * inside of objects and arrays is not looked at.
 */
export function satisfies(value: JsonValue, schema: SchemaObject): boolean {
  if (schema.type !== undefined && !typeNames(schema.type).some((type) => isOfType(value, type))) return false;
  if (typeof value === "number") return isWithin(value, schema);
  if (typeof value !== "string") return true;
  const length = Array.from(value).length;
  if (typeof schema.minLength === "number" && length < schema.minLength) return false;
  if (typeof schema.maxLength === "number" && length > schema.maxLength) return false;
  return typeof schema.pattern !== "string" || matches(value, schema.pattern);
}

function isWithin(value: number, { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaObject): boolean {
  if (typeof minimum === "number" && (exclusiveMinimum === true ? value <= minimum : value < minimum)) return false;
  if (typeof maximum === "number" && (exclusiveMaximum === true ? value >= maximum : value > maximum)) return false;
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) return false;
  return !(typeof exclusiveMaximum === "number" && value >= exclusiveMaximum);
}

function matches(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

/**
 * Whether no value can be valid for two of these alternatives, as far as can be seen at once: they are of different
 * types, or a required property has a different constant in each.
 */
export function isOneOfDisjoint(alternatives: readonly JsonValue[]): boolean {
  return alternatives.every((left, index) => alternatives.slice(index + 1).every((right) => areDisjoint(left, right)));
}

function areDisjoint(left: JsonValue, right: JsonValue): boolean {
  if (!isObject(left) || !isObject(right)) return left === false || right === false;
  if (haveNoValueInCommon(left, right)) return true;
  const [ours, theirs] = [typeNames(left.type), typeNames(right.type)];
  if (ours.length > 0 && theirs.length > 0 && !ours.some((type) => theirs.some((other) => areRelated(type, other)))) {
    return true;
  }
  return typeNames(left.required).some((key) => {
    const [one, other] = [propertyOf(left, key), propertyOf(right, key)];
    return typeNames(right.required).includes(key) && one !== undefined && other !== undefined
      ? haveNoValueInCommon(one, other)
      : false;
  });
}

function areRelated(type: string, other: string): boolean {
  const isNumeric = (name: string): boolean => name === "number" || name === "integer";
  return type === other || (isNumeric(type) && isNumeric(other));
}

function propertyOf(schema: SchemaObject, key: string): SchemaObject | undefined {
  const { properties } = schema;
  const found = isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  return isObject(found) ? found : undefined;
}

function haveNoValueInCommon(left: SchemaObject, right: SchemaObject): boolean {
  const [ours, theirs] = [constantsOf(left), constantsOf(right)];
  return ours !== undefined && theirs !== undefined && !ours.some((value) => theirs.includes(value));
}

function constantsOf(schema: SchemaObject): readonly string[] | undefined {
  if (schema.const !== undefined) return [canonical(schema.const)];
  return Array.isArray(schema.enum) ? (schema.enum as readonly JsonValue[]).map(canonical) : undefined;
}
