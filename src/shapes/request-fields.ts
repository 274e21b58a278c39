import { memberPath } from "../json/value.js";
import { isRecord, showValue } from "../options.js";
import { ApiError } from "./api-error.js";

/** A field that holds what it must not. */
export function invalidField(param: string | null, message: string, cause?: unknown): ApiError {
  return new ApiError(message, { param, code: "invalid_value", cause });
}

/** The bounds of a number. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly isInteger?: boolean;
}

/**
 * An object of a request, whose fields are read with their paths: what is wrong with one is an ApiError that names it. A
 * field that is `null` is absent.
 */
export class RequestObject {
  /** Where it stands in the request; empty for the request itself. */
  readonly path: string;
  /** The object as the client sent it. */
  readonly value: Readonly<Record<string, unknown>>;

  /** @throws ApiError for anything but an object. */
  constructor(value: unknown, path: string) {
    if (!isRecord(value)) {
      const name = path === "" ? "the request" : path;
      throw invalidField(path === "" ? null : path, `${name} must be an object, not ${showValue(value)}`);
    }
    this.value = value;
    this.path = path;
  }

  /** The path of a field. */
  at(key: string): string {
    return memberPath(this.path, key);
  }

  /** The names of the fields. */
  get keys(): string[] {
    return Object.keys(this.value);
  }

  /** What a field holds; `undefined` where it is absent. */
  get(key: string): unknown {
    try {
      return Object.hasOwn(this.value, key) ? (this.value[key] ?? undefined) : undefined;
    } catch (error) {
      // A program's own object can have a getter that throws.
      throw invalidField(this.at(key), `${this.at(key)} cannot be read`, error);
    }
  }

  /** The error for a field that does not hold what it must. */
  wrong(key: string, expected: string): ApiError {
    const path = this.at(key);
    return invalidField(path, `${path} must be ${expected}, not ${showValue(this.get(key))}`);
  }

  /** The error for a field that must be there. */
  missing(key: string): ApiError {
    const param = this.at(key);
    return new ApiError(`${param} is missing`, { param, code: "missing_required_parameter" });
  }

  /** A text. @throws ApiError for anything else. */
  string(key: string): string | undefined {
    const value = this.get(key);
    if (value !== undefined && typeof value !== "string") throw this.wrong(key, "a string");
    return value;
  }

  /** A text that must be there. @throws ApiError for anything else. */
  requiredString(key: string): string {
    const value = this.string(key);
    if (value === undefined) throw this.missing(key);
    return value;
  }

  /** A text that must be there and say something. @throws ApiError for anything else. */
  requiredName(key: string): string {
    const value = this.requiredString(key);
    if (value.trim() === "") throw this.wrong(key, "a name");
    return value;
  }

  /** @throws ApiError for anything but `true` and `false`. */
  boolean(key: string): boolean | undefined {
    const value = this.get(key);
    if (value !== undefined && typeof value !== "boolean") throw this.wrong(key, "true or false");
    return value;
  }

  /** A number within bounds, which are part of it. @throws ApiError for anything else. */
  number(key: string, { min = -Infinity, max = Infinity, isInteger = false }: Bounds = {}): number | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const isGood = typeof value === "number" && value >= min && value <= max && Number.isFinite(value);
    if (isGood && (!isInteger || Number.isSafeInteger(value))) return value;
    const kind = isInteger ? "an integer" : "a number";
    const range = max === Infinity ? (min === -Infinity ? "" : ` of at least ${min}`) : ` from ${min} to ${max}`;
    throw this.wrong(key, `${kind}${range}`);
  }

  /** One of several words. @throws ApiError for anything else. */
  word<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const value = this.get(key);
    if (value === undefined || words.includes(value as Word)) return value as Word | undefined;
    throw this.wrong(key, `one of ${words.join(", ")}`);
  }

  /** @throws ApiError for anything but a list. */
  list(key: string): readonly unknown[] | undefined {
    const value = this.get(key);
    if (value !== undefined && !Array.isArray(value)) throw this.wrong(key, "a list");
    return value as readonly unknown[] | undefined;
  }

  /** A list that must be there. @throws ApiError for anything else. */
  requiredList(key: string): readonly unknown[] {
    const value = this.list(key);
    if (value === undefined) throw this.missing(key);
    return value;
  }

  /** The objects of a list. @throws ApiError for anything else. */
  objects(key: string): readonly RequestObject[] {
    return (this.list(key) ?? []).map((value, index) => new RequestObject(value, memberPath(this.at(key), index)));
  }

  /** @throws ApiError for anything but an object. */
  object(key: string): RequestObject | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : new RequestObject(value, this.at(key));
  }
}
