import { numberText } from "./number.js";
import { JsonNumber, JsonObject, type JsonTree, type JsonValue } from "./value.js";

/** A JSON value, whether it was read from text or built by a program: a schema, or what one is made of. */
export type JsonView = JsonValue | JsonTree;

/** A member of an object; `undefined` where there is none, or the value is not an object. */
export function member(value: JsonView, key: string): JsonView | undefined {
  if (value instanceof JsonObject) return value.entries.get(key);
  if (!isPlainObject(value) || !Object.hasOwn(value, key)) return undefined;
  return value[key];
}

/** A member that is a string, else `undefined`. */
export function stringMember(value: JsonView, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === "string" ? found : undefined;
}

/** A member that is a list, else `undefined`. */
export function listMember(value: JsonView, key: string): readonly JsonView[] | undefined {
  const found = member(value, key);
  return Array.isArray(found) ? (found as readonly JsonView[]) : undefined;
}

/** The members of an object, in order; none where the value is not an object. */
export function membersOf(value: JsonView | undefined): Iterable<readonly [string, JsonView]> {
  if (value instanceof JsonObject) return value.entries;
  return value !== undefined && isPlainObject(value) ? Object.entries(value) : [];
}

/** Compact JSON as the reference writes it. */
export function compactJson(value: JsonView): string {
  if (value instanceof JsonNumber) return numberText(value.spelling);
  if (typeof value === "number") return numberText(JSON.stringify(value));
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (Array.isArray(value)) return `[${value.map(compactJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Array.from(membersOf(value), ([key, item]) => `${compactJson(key)}:${compactJson(item)}`);
  return `{${members.join(",")}}`;
}

function isPlainObject(value: JsonView): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}
