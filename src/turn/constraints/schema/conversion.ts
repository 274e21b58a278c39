import { HarmonyError } from "../../../errors.js";
import { type JsonValue, memberPath } from "../../../json/value.js";
import type { SchemaObject } from "./merge.js";
import type { Rules } from "./rules.js";

/** What the conversion of one type needs of the conversion as a whole. */
export interface Conversion {
  readonly rules: Rules;
  /**
   * The name of a rule for a schema inside of an object or an array; `undefined` where no value is valid for it.
   * @param name The name that the rule should have.
   */
  inner(schema: JsonValue, path: string, name: string): string | undefined;
  /** Reports that a keyword is not enforced. */
  note(path: string, keyword: string, message: string): void;
}

/** Thrown where no value is valid, so that an alternative or an optional property can be left out. */
export class Unsatisfiable extends Error {}

/** Reads a list of schemas. */
export function listOf(value: JsonValue | undefined, path: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw unsupported(path, "a list of schemas belongs here");
  return value as readonly JsonValue[];
}

/** Reads the least and the greatest of a count: of characters, items or properties. */
export function boundsOf(schema: SchemaObject, least: string, most: string, path: string): [number, number] {
  const read = (keyword: string, usual: number): number => {
    const value = schema[keyword];
    if (value === undefined) return usual;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    throw unsupported(memberPath(path, keyword), "an integer that is not negative belongs here");
  };
  const bounds: [number, number] = [read(least, 0), read(most, Number.POSITIVE_INFINITY)];
  if (bounds[0] > bounds[1]) throw new Unsatisfiable(memberPath(path, least));
  return bounds;
}

/** The error for a schema that cannot be converted at all. */
export function unsupported(path: string, why: string): HarmonyError {
  return new HarmonyError("unsupported-schema", `unsupported schema${path === "" ? "" : ` at ${path}`}: ${why}`, {
    path,
  });
}
