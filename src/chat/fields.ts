import { HarmonyError } from "../errors.js";
import { type JsonText, UnreadArray, UnreadObject } from "../json/text.js";
import { JsonMembers, JsonNumber, JsonObject, type JsonTree, memberPath, showPath } from "../json/value.js";
import { isReadable, isRecord, kindOf } from "../options.js";

/** Reads a value, whether a program built it or JSON text spells it. Throws an error that names the path. */
export type ReadValue<T> = (value: unknown, path: string, fromText: boolean) => T;

/** How a field is read. */
export interface Field<T> {
  readonly read: ReadValue<T>;
  readonly required: boolean;
}

/** How each field of an object is read, in the order in which the object gets them and missing ones are reported. */
export type FieldTable<T> = { readonly [Key in keyof T]-?: Field<T[Key]> };

/** What an object is made of. */
export interface Shape<T = object> {
  /** What the object is, for errors: `"a message"`. */
  readonly what: string;
  readonly fields: FieldTable<T>;
  /**
   * Fields of other formats that a program might put here by mistake, with what to do instead. They are refused in what
   * a program built; in JSON text they are unknown fields like any other.
   */
  readonly foreign?: Readonly<Record<string, string>>;
}

/** A field that must be present. */
export function required<T>(read: ReadValue<T>): Field<T> {
  return { read, required: true };
}

/** A field that may be absent; `null` and `undefined` count as absent, as `null` does for the reference. */
export function optional<T>(read: ReadValue<T>): Field<T> {
  return { read, required: false };
}

/** The unknown fields that were ignored when an object was read. Most objects have none, and no entry. */
const ignored = new WeakMap<object, readonly string[]>();

/** The names of the unknown fields that were ignored when an object was read. */
export function ignoredFieldsOf(object: object): readonly string[] {
  return ignored.get(object) ?? [];
}

/**
 * Reads the fields of one object into another. Unknown fields are ignored, and {@link ignoredFieldsOf} remembers them.
 * In JSON text the mistake that comes first is the one reported; a missing field counts as one at the end of its object.
 *
 * @param target Gets the fields that are present, in the order of the table.
 * @throws HarmonyError `wrong-type` where the value is not an object, `missing-field`, `duplicate-field`,
 *   `unknown-field` for a field of another format, or what reading a field throws.
 */
export function readFields(target: object, value: unknown, path: string, shape: Shape): void {
  if (isFromText(value)) {
    const fields = new TextFields(shape, path);
    const unknown = value instanceof UnreadObject ? fields.read(value.text) : fields.take(value.members);
    fields.setAll(target);
    if (unknown.length > 0) ignored.set(target, unknown);
    return;
  }
  if (!isObject(value)) throw wrongType(value, path, `${shape.what} (an object)`);
  const known = readGivenFields(target, value, path, shape);
  // Counting is faster than looking up every name, and most objects have no unknown fields.
  if (countGiven(value) > known) noteUnknownFields(target, value, path, shape);
}

/**
 * Reads some fields of an object as {@link readFields} does, and leaves the others for later. In JSON text, the reference
 * collects the values of those, whatever they are, and looks at them when it has come to the end of the object.
 *
 * @returns The object to read the other fields from.
 */
export function readSomeFields(target: object, value: unknown, path: string, shape: Shape): unknown {
  if (isUnread(value)) {
    const fields = new TextFields(shape, path);
    const rest = new JsonMembers();
    fields.read(value.text, rest);
    fields.setAll(target);
    return rest;
  }
  if (!isObject(value)) throw wrongType(value, path, `${shape.what} (an object)`);
  readGivenFields(target, value, path, shape);
  return value;
}

/** @returns How many fields were given. */
function readGivenFields(target: object, value: Readonly<Record<string, unknown>>, path: string, shape: Shape): number {
  const table = shape.fields as FieldTable<Record<string, unknown>>;
  let count = 0;
  for (const key in table) {
    const field = table[key]!;
    const given = value[key];
    if (given === undefined || given === null) {
      if (!field.required) continue;
      // What takes the place of the field in another format explains more than that it is missing.
      noteUnknownFields(target, value, path, shape);
    }
    count += 1;
    if (given === undefined) throw missingField(path, key);
    (target as Record<string, unknown>)[key] = field.read(given, fieldPath(path, key), false);
  }
  return count;
}

/** The fields of one object in JSON text, in whatever order the text has them. */
export class TextFields {
  /** In the order of the table; `undefined` for what is absent, or `null` and optional. */
  readonly values: unknown[];
  readonly #table: FieldTable<Record<string, unknown>>;
  readonly #names: readonly string[];
  readonly #path: string;
  /** A bit for each field that has occurred. */
  #seen = 0;

  constructor(shape: Shape, path: string) {
    this.#table = shape.fields as FieldTable<Record<string, unknown>>;
    this.#names = Object.keys(this.#table);
    this.#path = path;
    this.values = new Array(this.#names.length);
  }

  /**
   * Reads an object, which comes next in the text.
   * @param rest Gets the other fields; without it, they are skipped.
   * @param readTree Reads their values.
   * @returns The names of those that were skipped.
   */
  read(text: JsonText, rest?: JsonMembers, readTree = (unread: JsonText): JsonTree => unread.tree()): string[] {
    const unknown: string[] = [];
    for (let key = text.firstKey(); key !== undefined; key = text.nextKey()) {
      const number = this.#number(key);
      text.colon();
      if (number >= 0) {
        this.#take(number, text.value());
      } else if (rest !== undefined) {
        rest.members.push([key, readTree(text)]);
      } else {
        unknown.push(key);
        text.skip();
      }
    }
    this.#checkRequired();
    return unknown;
  }

  /**
   * Reads what has been set aside.
   * @returns The names of the unknown fields that have a value.
   */
  take(members: Iterable<readonly [string, unknown]>): string[] {
    const unknown: string[] = [];
    for (const [key, member] of members) {
      const number = this.#number(key);
      if (number >= 0) {
        this.#take(number, member);
      } else if (member !== null) {
        unknown.push(key);
      }
    }
    this.#checkRequired();
    return unknown;
  }

  /** Sets the fields that are present, in the order of the table. */
  setAll(target: object): void {
    this.#names.forEach((name, number) => {
      const value = this.values[number];
      if (value !== undefined) (target as Record<string, unknown>)[name] = value;
    });
  }

  /**
   * The number of a field, or -1.
   * @throws HarmonyError `duplicate-field`
   */
  #number(key: string): number {
    // They are few, and comparing is faster than a map, which would have to hash the key.
    const number = this.#names.indexOf(key);
    if (number >= 0 && (this.#seen >> number) & 1) throw duplicateField(this.#path, key);
    return number;
  }

  #take(number: number, member: unknown): void {
    this.#seen |= 1 << number;
    const name = this.#names[number]!;
    const { read, required } = this.#table[name]!;
    if (member === null && !required) return;
    // Most fields are strings. Writing the path of each, for an error that does not come, would take as long as reading it.
    const isString = read === readString && typeof member === "string";
    this.values[number] = isString ? member : read(member, fieldPath(this.#path, name), true);
  }

  /** @throws HarmonyError `missing-field` */
  #checkRequired(): void {
    this.#names.forEach((name, number) => {
      if (this.values[number] === undefined && this.#table[name]!.required) throw missingField(this.#path, name);
    });
  }
}

/** How many fields of an object have a value. One that is `undefined` or `null` says nothing, so nothing is lost with it. */
function countGiven(value: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const key in value) if (value[key] !== undefined && value[key] !== null) count += 1;
  return count;
}

/** Refuses fields of other formats, and remembers the other unknown fields of an object that a program built. */
function noteUnknownFields(target: object, value: Readonly<Record<string, unknown>>, path: string, shape: Shape): void {
  let unknown: string[] | undefined;
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(shape.fields, key) || value[key] === undefined || value[key] === null) continue;
    const remedy = remedyFor(key, shape);
    if (remedy !== undefined) throw unknownField(path, key, shape, remedy);
    unknown ??= [];
    unknown.push(key);
  }
  if (unknown !== undefined) ignored.set(target, unknown);
}

/** What to do about a field that is spelled in camelCase or belongs to another format; `undefined` for any other. */
function remedyFor(key: string, { fields, foreign = {} }: Shape): string | undefined {
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (Object.hasOwn(fields, name)) return `it is spelled \`${name}\`, as in the canonical JSON`;
  return Object.hasOwn(foreign, name) ? foreign[name] : undefined;
}

/** The path of a field. Unlike other keys, the names of fields need no quotes. */
function fieldPath(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Where a mistake is, as the end of a sentence; nothing where it is the whole value. */
function placeOf(path: string, preposition: "at" | "in"): string {
  return path === "" ? "" : ` ${preposition} ${showPath(path)}`;
}

function duplicateField(parent: string, key: string): HarmonyError {
  const path = fieldPath(parent, key);
  return new HarmonyError("duplicate-field", `duplicate field \`${key}\`${placeOf(path, "at")}`, { path });
}

function missingField(parent: string, key: string): HarmonyError {
  const path = fieldPath(parent, key);
  return new HarmonyError("missing-field", `missing field \`${key}\`${placeOf(parent, "in")}`, { path });
}

function unknownField(parent: string, key: string, { what }: Shape, remedy: string): HarmonyError {
  const path = memberPath(parent, key);
  return new HarmonyError("unknown-field", `\`${key}\`${placeOf(parent, "in")} is not a field of ${what}: ${remedy}`, {
    path,
  });
}

/** Whether a value that is not from JSON text is an object in the sense of JSON. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && !(value instanceof JsonNumber || value instanceof UnreadArray);
}

/** Whether a value is an object in JSON text that has not been read. Never throws. */
export function isUnread(value: unknown): value is UnreadObject {
  return isReadable(value) && value instanceof UnreadObject;
}

function isFromText(value: unknown): value is UnreadObject | JsonMembers | JsonObject {
  if (!isReadable(value)) return false;
  return value instanceof UnreadObject || value instanceof JsonMembers || value instanceof JsonObject;
}

/** The error for a value of the wrong type: what it is, and what belongs there. */
export function wrongType(value: unknown, path: string, expected: string): HarmonyError {
  const kind = isReadable(value) ? kindInText(value) : undefined;
  return new HarmonyError("wrong-type", `${kind ?? kindOf(value)} where ${expected} belongs${placeOf(path, "at")}`, {
    path,
  });
}

/** What a value from JSON text is called in an error; `undefined` where its class says enough. */
function kindInText(value: object): string | undefined {
  if (value instanceof JsonNumber) return "a number";
  return value instanceof UnreadArray
    ? "an array"
    : value instanceof JsonObject || isUnread(value)
      ? "an object"
      : undefined;
}

/** Reads a string. */
export function readString(value: unknown, path: string): string {
  if (typeof value !== "string") throw wrongType(value, path, "a string");
  return value;
}

/** Reads `true` or `false`. */
export function readBoolean(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw wrongType(value, path, "true or false");
  return value;
}

/** Reads a list, item by item. */
export function listOf<T>(readItem: ReadValue<T>): ReadValue<readonly T[]> {
  return (value, path, fromText) => {
    const list: T[] = [];
    const add = (item: unknown): void => {
      list.push(readItem(item, memberPath(path, list.length), fromText));
    };
    if (isUnreadList(value)) {
      for (let more = value.text.firstItem(); more; more = value.text.nextItem()) add(value.text.value());
    } else if (isArray(value)) {
      for (const item of value) add(item);
    } else {
      throw wrongType(value, path, "an array");
    }
    return Object.freeze(list);
  };
}

/** Whether a value is a list, in a program or in JSON text. Never throws. */
export function isList(value: unknown): boolean {
  return isUnreadList(value) || isArray(value);
}

function isUnreadList(value: unknown): value is UnreadArray {
  return isReadable(value) && value instanceof UnreadArray;
}

function isArray(value: unknown): value is readonly unknown[] {
  return isReadable(value) && Array.isArray(value);
}

/** Reads what may be an instance of a class already, or is what its constructor takes. */
export function instanceOf<T extends object>(Class: new (value: never, path: string) => T): ReadValue<T> {
  return (value, path) => (isReadable(value) && value instanceof Class ? value : new Class(value as never, path));
}

/**
 * Reads an object whose keys are free, value by value. All values must be right, also those of a key given twice.
 * @returns Its members, in order.
 */
export function entriesOf<T>(readValue: ReadValue<T>): ReadValue<readonly (readonly [string, T])[]> {
  return (value, path, fromText) =>
    Array.from(membersOf(value, path), ([key, member]) => [key, readValue(member, memberPath(path, key), fromText)]);
}

function membersOf(value: unknown, path: string): Iterable<readonly [string, unknown]> {
  if (isReadable(value) && value instanceof JsonObject) return value.members;
  if (!isObject(value)) throw wrongType(value, path, "an object");
  return Object.entries(value).filter(([, member]) => member !== undefined);
}
