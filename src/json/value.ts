import { HarmonyError } from "../errors.js";
import { isReadable, isRecord, showValue } from "../options.js";

/** A number as JSON text spells it: `1.0` and `1` are the same number, yet a prompt prints them differently. */
export class JsonNumber {
  readonly spelling: string;

  constructor(spelling: string) {
    this.spelling = spelling;
  }
}

/**
 * An object as JSON text writes it. A JavaScript object cannot take its place, because it moves integer-like keys to the
 * front and does not treat `__proto__` as an ordinary key.
 */
export class JsonObject {
  /** By key, in the order of the text. A key given twice keeps its first place and its last value. */
  readonly entries: Map<string, JsonTree> = new Map();
  /** Every member; only set once a key has been given twice, because until then `entries` holds them all. */
  #members: (readonly [string, JsonTree])[] | undefined;

  /** Every member that the text holds, both of a key given twice: that is allowed in a schema, but not for a field. */
  get members(): Iterable<readonly [string, JsonTree]> {
    return this.#members ?? this.entries;
  }

  set(key: string, value: JsonTree): void {
    if (this.entries.has(key)) this.#members ??= [...this.entries];
    this.#members?.push([key, value]);
    this.entries.set(key, value);
  }
}

/** Members of an object in JSON text that were set aside, in the order of the text; a key given twice has two. */
export class JsonMembers {
  readonly members: (readonly [string, JsonTree])[] = [];
}

/** JSON as read from text, with everything that `JSON.parse` would lose. */
export type JsonTree = null | boolean | string | JsonNumber | readonly JsonTree[] | JsonObject;

/** Any JSON value as JavaScript holds it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The path of a member: `tools.functions`, `properties["a b"]`, `messages[2]`. */
export function memberPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** How much of a path an error message quotes, in UTF-16 units: a key may be megabytes long, and a path as deep as a schema. */
const MAX_QUOTED_PATH = 200;

/** A path as an error message quotes it. The `path` of the error holds all of it. */
export function showPath(path: string): string {
  return path.length > MAX_QUOTED_PATH ? `${path.slice(0, MAX_QUOTED_PATH)}…` : path;
}

/** Sets a property of an object, whatever its name: assigning to `__proto__` would set the prototype instead. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    (target as Record<string, unknown>)[key] = value;
  }
}

/** The trees that plain values were made from, so that rendering can go back to the spelling of the text. */
const trees = new WeakMap<object, JsonObject | readonly JsonTree[]>();

/** The tree that a value was made from, if it came from JSON text, or else the value itself. */
export function originalOf(value: JsonValue): JsonValue | JsonTree {
  return typeof value === "object" && value !== null ? (trees.get(value) ?? value) : value;
}

/** Whether a value was read from JSON text, and is therefore frozen and known to be JSON. */
function hasOriginal(value: object): boolean {
  return trees.has(value);
}

/** Turns a tree into a frozen plain value, which is what programs read; {@link originalOf} leads back to the tree. */
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
 * How deep a schema may nest. The reference reads a conversation as JSON text of at most 127 levels, nine of which are
 * around the parameters of a tool. The same limit applies to objects, so that no later walk overflows the stack.
 */
const MAX_SCHEMA_DEPTH: number = 118;

/**
 * Copies a value that a program passed into a frozen one, so that later changes to the original have no effect. Like
 * `JSON.stringify`, it calls `toJSON` where an object has one, and leaves out members that are `undefined`.
 *
 * @param path JSON path of the value, for errors.
 * @throws HarmonyError `wrong-type` for what JSON cannot express, `json-too-deep` for deep or circular values.
 */
export function snapshotJson(value: unknown, path: string, depth = 1): JsonValue {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (!isReadable(value)) throw notJson(value, path);
  if (hasOriginal(value)) return value as JsonValue;
  if (depth > MAX_SCHEMA_DEPTH) throw tooDeep(path);
  if (Array.isArray(value)) {
    return Object.freeze(Array.from(value, (item, index) => snapshotJson(item, memberPath(path, index), depth + 1)));
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return snapshotJson(toJSON.call(value), path, depth + 1);
  if (!isRecord(value)) throw notJson(value, path);
  const copy: { [key: string]: JsonValue } = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) setOwn(copy, key, snapshotJson(member, memberPath(path, key), depth + 1));
  }
  return Object.freeze(copy);
}

function notJson(value: unknown, path: string): HarmonyError {
  return new HarmonyError("wrong-type", `${showPath(path)}: ${showValue(value)} is not a JSON value`, { path });
}

function tooDeep(path: string): HarmonyError {
  const limit = `a schema nests deeper than ${MAX_SCHEMA_DEPTH} levels (or holds itself) at ${showPath(path)}`;
  return new HarmonyError("json-too-deep", `recursion limit exceeded: ${limit}`, { path });
}
