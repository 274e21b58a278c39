import { HarmonyError } from "../errors.js";
import { type JsonText, UnreadArray, UnreadObject } from "../json/text.js";
import { JsonNumber, JsonObject, kindOf } from "../json/value.js";

/** Reads a value whether a program built it or JSON text spelled it; throws an error that names the path. */
export type Reader<T> = (value: unknown, path: string, fromText: boolean) => T;

/** How a field is read. */
export interface Field<T> {
  readonly read: Reader<T>;
  readonly required: boolean;
}

/** How each field of an object is read, in the order in which missing ones are named and the object gets them. */
export type FieldTable<T> = { readonly [Key in keyof T]-?: Field<T[Key]> };

/** A field that must be there, be it as null. */
export function required<T>(read: Reader<T>): Field<T> {
  return { read, required: true };
}

/** A field that may be absent; `null` and `undefined` are absent, as they are for the reference. */
export function optional<T>(read: Reader<T>): Field<T> {
  return { read, required: false };
}

/**
 * Reads the fields of one object. Unknown fields are ignored. In JSON text the first mistake is the one that is named;
 * that a field is missing shows at the object's end.
 *
 * @param what What the object is, for the error message.
 * @returns The fields that are present, in the order of the table.
 * @throws HarmonyError `wrong-type` where the value is no object, `missing-field`, `duplicate-field`, or as the readers do.
 */
export function readFields<T extends object>(value: unknown, path: string, what: string, table: FieldTable<T>): T {
  return readObject(value, path, what, table, (text) => text.skip());
}

/**
 * Reads some fields of one object as {@link readFields} does, and leaves the others for later: in JSON text the reference
 * gathers their values whatever they are, and looks at them when it has come to the object's end.
 *
 * @returns The fields read, and the object to read the others from.
 */
export function readSomeFields<T extends object>(
  value: unknown,
  path: string,
  what: string,
  table: FieldTable<T>,
): { readonly fields: T; readonly rest: unknown } {
  if (!(value instanceof UnreadObject)) return { fields: readFields(value, path, what, table), rest: value };
  const rest = new JsonObject();
  return { fields: readObject(value, path, what, table, (text, key) => rest.set(key, text.tree())), rest };
}

function readObject<T extends object>(
  value: unknown,
  path: string,
  what: string,
  table: FieldTable<T>,
  takeOther: (text: JsonText, key: string) => void,
): T {
  if (!isObject(value)) throw wrongType(value, path, `${what} (an object)`);
  if (!(value instanceof UnreadObject || value instanceof JsonObject)) {
    return present(table, path, (key, field) => readField(field, value[key], path, key, false));
  }
  const given = new Map<string, unknown>();
  const isField = (key: string): boolean => {
    if (given.has(key)) throw duplicateField(path, key);
    return Object.hasOwn(table, key);
  };
  const take = (key: string, member: unknown): void => {
    given.set(key, readField(table[key as keyof T], member, path, key, true));
  };
  if (value instanceof JsonObject) {
    for (const [key, member] of value.members) if (isField(key)) take(key, member);
  } else {
    const { text } = value;
    for (let key = text.firstKey(); key !== undefined; key = text.nextKey()) {
      const wanted = isField(key);
      text.colon();
      if (wanted) take(key, text.value());
      else takeOther(text, key);
    }
  }
  return present(table, path, (key) => given.get(key));
}

function readField<T>(field: Field<T>, value: unknown, path: string, key: string, fromText: boolean): T | undefined {
  if (value === undefined || (value === null && !field.required)) return undefined;
  return field.read(value, fieldPath(path, key), fromText);
}

/** The fields that are present, in the order of the table. */
function present<T extends object>(
  table: FieldTable<T>,
  path: string,
  readKey: (key: string, field: Field<unknown>) => unknown,
): T {
  const fields: Record<string, unknown> = {};
  for (const key in table) {
    const field: Field<unknown> = table[key];
    const value = readKey(key, field);
    if (value !== undefined) fields[key] = value;
    else if (field.required) throw missingField(path, key);
  }
  return fields as T;
}

/** A field's path; the names of fields need no quotes. */
function fieldPath(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function duplicateField(parent: string, key: string): HarmonyError {
  const path = fieldPath(parent, key);
  return new HarmonyError("duplicate-field", `duplicate field \`${key}\` at ${path}`, { path });
}

function missingField(parent: string, key: string): HarmonyError {
  const where = parent === "" ? "" : ` in ${parent}`;
  return new HarmonyError("missing-field", `missing field \`${key}\`${where}`, { path: fieldPath(parent, key) });
}

/** Whether a value is an object in the sense of JSON. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(value instanceof UnreadArray || value instanceof JsonNumber);
}

/** The error for a value of the wrong type: what it is, and what belongs there. */
export function wrongType(value: unknown, path: string, expected: string): HarmonyError {
  const where = path === "" ? "" : ` at ${path}`;
  const kind = value instanceof UnreadArray ? "an array" : kindOf(value);
  return new HarmonyError("wrong-type", `${kind} where ${expected} belongs${where}`, { path });
}
