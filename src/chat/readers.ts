import { UnreadArray } from "../json/text.js";
import { JsonObject, memberPath } from "../json/value.js";
import { isObject, type Reader, wrongType } from "./fields.js";

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
export function listOf<T>(readItem: Reader<T>): Reader<readonly T[]> {
  return (value, path, fromText) => {
    const list: T[] = [];
    const add = (item: unknown): void => {
      list.push(readItem(item, memberPath(path, list.length), fromText));
    };
    if (value instanceof UnreadArray) {
      for (let more = value.text.firstItem(); more; more = value.text.nextItem()) add(value.text.value());
    } else if (Array.isArray(value)) {
      for (const item of value) add(item);
    } else {
      throw wrongType(value, path, "an array");
    }
    return Object.freeze(list);
  };
}

/** Reads an object whose keys are free, value by value. Of a key given twice the last value counts; all must be right. */
export function entriesOf<T>(readValue: Reader<T>): Reader<readonly (readonly [string, T])[]> {
  return (value, path, fromText) => {
    if (!isObject(value)) throw wrongType(value, path, "an object");
    const members: Iterable<readonly [string, unknown]> =
      value instanceof JsonObject ? value.members : Object.entries(value).filter(([, member]) => member !== undefined);
    return Array.from(members, ([key, member]) => [key, readValue(member, memberPath(path, key), fromText)] as const);
  };
}
