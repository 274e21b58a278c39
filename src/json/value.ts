import { HarmonyError } from "../errors.js";

/** A number as JSON text spelled it: `1.0` and `1` are the same number and yet print differently in a prompt. */
export class JsonNumber {
  readonly spelling: string;

  constructor(spelling: string) {
    this.spelling = spelling;
  }
}

/**
 * An object as JSON text wrote it. A JavaScript object cannot stand in for it: that one moves integer-like keys to the
 * front, and treats `__proto__` as something else.
 */
export class JsonObject {
  /** In the order of the text; a key given twice keeps its first place and its last value. */
  readonly entries: Map<string, JsonTree> = new Map();
  /** Every member, from when a key is given again. */
  #members: (readonly [string, JsonTree])[] | undefined;

  /** Every member as the text has it, also those of a key given twice: an error where it is a field, fine in a schema. */
  get members(): Iterable<readonly [string, JsonTree]> {
    return this.#members ?? this.entries;
  }

  set(key: string, value: JsonTree): void {
    if (this.entries.has(key)) this.#members ??= [...this.entries];
    this.#members?.push([key, value]);
    this.entries.set(key, value);
  }
}

/** JSON as read from text, with everything that `JSON.parse` would lose. */
export type JsonTree = null | boolean | string | JsonNumber | readonly JsonTree[] | JsonObject;

/** Any JSON value as JavaScript holds it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Names a value's kind for an error message. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof JsonNumber) return "a number";
  if (typeof value === "object" || typeof value === "undefined")
    return typeof value === "object" ? "an object" : "undefined";
  return `a ${typeof value}`;
}

/** The path of a member: `tools.functions`, `properties["a b"]`, `messages[2]`. */
export function memberPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Sets an own property whatever its name: assignment to `__proto__` would set the prototype instead. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    (target as Record<string, unknown>)[key] = value;
  }
}

/** Trees that plain values were made from, so that rendering can go back to the text's own spelling. */
const trees = new WeakMap<object, JsonObject | readonly JsonTree[]>();

/** The tree a value was read from where it came from JSON text, else the value itself. */
export function originalOf(value: JsonValue): JsonValue | JsonTree {
  return typeof value === "object" && value !== null ? (trees.get(value) ?? value) : value;
}

/** Whether a value was read from JSON text (and is therefore frozen and known to be JSON). */
export function hasOriginal(value: object): boolean {
  return trees.has(value);
}

/** Turns a tree into the frozen plain value that programs read; {@link originalOf} leads back. */
export function plainFromTree(tree: JsonTree): JsonValue {
  if (tree instanceof JsonNumber) return Number(tree.spelling);
  if (tree instanceof JsonObject) {
    const plain: { [key: string]: JsonValue } = {};
    for (const [key, value] of tree.entries) setOwn(plain, key, plainFromTree(value));
    trees.set(plain, tree);
    return Object.freeze(plain);
  }
  if (Array.isArray(tree)) {
    const plain = (tree as readonly JsonTree[]).map(plainFromTree);
    trees.set(plain, tree);
    return Object.freeze(plain);
  }
  return tree as null | boolean | string;
}

/**
 * How deep a schema may nest. The reference reads a conversation as JSON text of at most 127 levels, nine of which stand
 * around a tool's parameters; one limit for text and objects alike keeps every later walk off the end of the stack.
 */
export const MAX_SCHEMA_DEPTH: number = 118;

/**
 * Copies a value that a program handed over into a frozen one, so that changing the original later changes nothing here.
 * @throws HarmonyError `wrong-type` for what JSON cannot say, `json-too-deep` for deep or circular values.
 */
export function snapshotJson(value: unknown, path: string, depth = 1): JsonValue {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "object" || value instanceof Map || value instanceof Set) {
    const what = typeof value === "number" ? String(value) : kindOf(value);
    throw new HarmonyError("wrong-type", `${path}: ${what} is not a JSON value`, { path });
  }
  if (hasOriginal(value)) return value as JsonValue;
  if (depth > MAX_SCHEMA_DEPTH) throw tooDeep(path);
  if (Array.isArray(value)) {
    return Object.freeze(Array.from(value, (item, index) => snapshotJson(item, memberPath(path, index), depth + 1)));
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return snapshotJson(toJSON.call(value), path, depth + 1);
  const copy: { [key: string]: JsonValue } = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) setOwn(copy, key, snapshotJson(member, memberPath(path, key), depth + 1));
  }
  return Object.freeze(copy);
}

function tooDeep(path: string): HarmonyError {
  // The path of such a value is as long as it is deep: its beginning says enough.
  const place = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  const message = `recursion limit exceeded: a schema nests deeper than ${MAX_SCHEMA_DEPTH} levels (or holds itself) at ${place}`;
  return new HarmonyError("json-too-deep", message, { path });
}
