import { HarmonyError } from "../errors.js";
import { JsonObject, kindOf, memberPath } from "./json-value.js";

/**
 * Reads the fields of one object, whether a program built it or JSON text spelled it, and names the place of whatever is
 * wrong. `null` and `undefined` are absent, as they are for the reference; unknown fields are ignored.
 */
export class Fields {
  readonly path: string;
  readonly #object: Record<string, unknown> | JsonObject;
  /** Fields read that were given more than once. */
  readonly #repeated: string[] = [];

  /** @throws HarmonyError `wrong-type` where the value is no object. */
  constructor(value: unknown, path: string, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw wrongType(value, path, `${what} (an object)`);
    }
    this.path = path;
    this.#object = value as Record<string, unknown> | JsonObject;
  }

  /** Whether the object was read from JSON text: then its values are trees. */
  get fromText(): boolean {
    return this.#object instanceof JsonObject;
  }

  /** The field's value, `undefined` where it is absent or null. */
  get(key: string): unknown {
    return this.#given(key) ?? undefined;
  }

  string(key: string): string {
    const value = this.required(key);
    if (typeof value !== "string") throw wrongType(value, this.at(key), "a string");
    return value;
  }

  optionalString(key: string): string | undefined {
    const value = this.get(key);
    if (value !== undefined && typeof value !== "string") throw wrongType(value, this.at(key), "a string or nothing");
    return value;
  }

  boolean(key: string): boolean {
    const value = this.required(key);
    if (typeof value !== "boolean") throw wrongType(value, this.at(key), "true or false");
    return value;
  }

  /** A list whose items are read one by one, each with its own path. */
  list<T>(key: string, readItem: (item: unknown, path: string) => T): readonly T[] {
    const value = this.required(key);
    if (!Array.isArray(value)) throw wrongType(value, this.at(key), "an array");
    const path = this.at(key);
    return Object.freeze(
      Array.from(value as readonly unknown[], (item, index) => readItem(item, memberPath(path, index))),
    );
  }

  /** A map whose values are read one by one; `undefined` where it is absent. */
  optionalMap<T>(
    key: string,
    readValue: (value: unknown, path: string) => T,
  ): readonly (readonly [string, T])[] | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (typeof value !== "object" || Array.isArray(value)) throw wrongType(value, this.at(key), "an object");
    const entries: Iterable<[string, unknown]> =
      value instanceof JsonObject
        ? value.entries
        : Object.entries(value as object).filter(([, member]) => member !== undefined);
    const path = this.at(key);
    return Array.from(entries, ([name, member]) => [name, readValue(member, memberPath(path, name))] as const);
  }

  /**
   * The field's value; null counts as given.
   * @throws HarmonyError `missing-field` where it is absent.
   */
  required(key: string): unknown {
    const value = this.#given(key);
    if (value === undefined) {
      this.end();
      const where = this.path === "" ? "" : ` in ${this.path}`;
      throw new HarmonyError("missing-field", `missing field \`${key}\`${where}`, { path: this.at(key) });
    }
    return value;
  }

  /** The path of a field. */
  at(key: string): string {
    return memberPath(this.path, key);
  }

  /**
   * Ends the reading of the object: every field that was read must have been given once. Comes last because what is wrong
   * with a field's first value is the better news.
   * @throws HarmonyError `duplicate-field`.
   */
  end(): void {
    const [key] = this.#repeated;
    if (key === undefined) return;
    throw new HarmonyError("duplicate-field", `duplicate field \`${key}\` at ${this.at(key)}`, { path: this.at(key) });
  }

  #given(key: string): unknown {
    if (!(this.#object instanceof JsonObject)) return this.#object[key];
    const first = this.#object.repeated?.get(key);
    if (first === undefined) return this.#object.entries.get(key);
    this.#repeated.push(key);
    return first;
  }
}

/** The error for a value of the wrong type: what it is, and what belongs there. */
export function wrongType(value: unknown, path: string, expected: string): HarmonyError {
  const where = path === "" ? "" : ` at ${path}`;
  return new HarmonyError("wrong-type", `${kindOf(value)} where ${expected} belongs${where}`, { path });
}

/** A string in a list of strings. */
export function readString(value: unknown, path: string): string {
  if (typeof value !== "string") throw wrongType(value, path, "a string");
  return value;
}
