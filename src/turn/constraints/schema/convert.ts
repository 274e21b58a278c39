import { type JsonValue, memberPath } from "../../../json/value.js";
import type { ConstraintNote } from "../notes.js";
import { anyValue, member, whiteSpace } from "./any-value.js";
import { arrayRule } from "./arrays.js";
import { isOneOfDisjoint, satisfies } from "./checks.js";
import { type Conversion, listOf, Unsatisfiable, unsupported } from "./conversion.js";
import { jsonLiteral, literal, oneOf } from "./gbnf-text.js";
import { isObject, mergeSchemas, type SchemaObject, typeNames, withoutAnnotations } from "./merge.js";
import { type Bound, INTEGER, integersWithin, NUMBER, numbersWithin } from "./numbers.js";
import { objectRule } from "./objects.js";
import type { Rules } from "./rules.js";
import { stringRule } from "./strings.js";

/**
 * JSON schema as GBNF.
 *
 * A grammar never refuses what a schema allows, with three exceptions that every converter makes: properties come in the
 * order of the schema; an object with `properties` has no others unless `additionalProperties` says so; and a schema
 * without `type` that has keywords of one type only means that type. What a grammar cannot express is let through, and
 * a note says so.
 */

/** The types of JSON, by the keywords that speak of each. */
const KEYWORDS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  object: ["properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"],
  array: ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"],
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
};
const TYPES: readonly string[] = ["object", "array", "string", "number", "integer", "boolean", "null"];

/** Keywords that restrict values in ways that no grammar of a reasonable size expresses. */
const NOT_ENFORCED: Readonly<Record<string, string>> = {
  not: "values that the schema excludes are let through",
  if: "values are let through whatever the condition says",
  dependentRequired: "properties that others require may be missing",
  dependentSchemas: "values are let through whatever properties they have",
  dependencies: "values are let through whatever properties they have",
  propertyNames: "any name is let through",
  uniqueItems: "equal items are let through",
  contains: "arrays without such an item are let through",
  multipleOf: "numbers that are not multiples are let through",
  unevaluatedItems: "any further items are let through",
  unevaluatedProperties: "properties are let through as additionalProperties has it",
  $dynamicRef: "the schema that is referred to is not looked at",
  $recursiveRef: "the schema that is referred to is not looked at",
};

/** The `$ref`s that are being followed without anything having been written since: meeting one again leads nowhere. */
type OpenReferences = ReadonlySet<string>;
const NONE_OPEN: OpenReferences = new Set();

/** Converts one schema document into rules of a grammar. */
export class SchemaConverter implements Conversion {
  readonly #document: JsonValue;
  readonly #path: string;
  readonly rules: Rules;
  readonly #notes: ConstraintNote[];
  /** The rules of what `$ref`s refer to, by the reference. */
  readonly #references = new Map<string, string>();

  /**
   * @param document The schema, which `$ref`s refer into.
   * @param path Its JSON path, for errors and notes.
   * @param notes Gets a note for everything that is not enforced.
   */
  constructor(document: JsonValue, path: string, rules: Rules, notes: ConstraintNote[]) {
    this.#document = document;
    this.#path = path;
    this.rules = rules;
    this.#notes = notes;
  }

  /**
   * The name of a rule for the values of the schema.
   * @throws HarmonyError `unsupported-schema`, with the path, for what is not a schema, a `$ref` that cannot be followed,
   *   and a schema for which no value is valid.
   */
  convert(name: string): string {
    try {
      return this.rules.add(name, this.#visit(this.#document, this.#path, name, NONE_OPEN));
    } catch (error) {
      if (error instanceof Unsatisfiable) throw unsupported(error.message, "no value can be valid");
      throw error;
    }
  }

  #visit(schema: JsonValue, path: string, name: string, open: OpenReferences): string {
    if (schema === true) return anyValue(this.rules);
    if (schema === false) throw new Unsatisfiable(path);
    if (!isObject(schema)) throw unsupported(path, "a schema must be an object, true or false");
    const keywords = withoutAnnotations(schema);
    if (typeof keywords.$ref === "string" && Object.keys(keywords).length === 1) {
      return this.#reference(keywords.$ref, path, open);
    }
    const flat = this.#flatten(schema, path, open);
    if (flat.anyOf !== undefined) return this.#alternatives(flat, path, name, open);
    if (flat.nullable === true) {
      const { nullable: _, ...others } = flat;
      return oneOf([this.#visit(others, path, name, open), '"null"']);
    }
    this.#noteUnenforced(flat, path);
    if (Array.isArray(flat.enum)) return this.#values(flat, flat.enum as readonly JsonValue[], path);
    return this.#typed(flat, path, name);
  }

  /** The schema without `$ref`, `allOf`, `oneOf` and `const`: what they say is merged into its other keywords. */
  #flatten(schema: SchemaObject, path: string, open: OpenReferences): SchemaObject {
    const { $ref, allOf, oneOf: exclusive, const: constant, ...keywords } = withoutAnnotations(schema);
    let flat: SchemaObject = keywords;
    const add = (other: JsonValue, place: string, nowOpen: OpenReferences): void => {
      if (other === true) return;
      if (other === false) throw new Unsatisfiable(place);
      if (!isObject(other)) throw unsupported(place, "a schema must be an object, true or false");
      flat = mergeSchemas(flat, this.#flatten(other, place, nowOpen), (keyword) => {
        this.note(place, keyword, "only the first of several values is enforced");
      });
    };
    if (constant !== undefined) add({ enum: [constant] }, memberPath(path, "const"), open);
    if (exclusive !== undefined) {
      const place = memberPath(path, "oneOf");
      if (!isOneOfDisjoint(listOf(exclusive, place))) {
        this.note(path, "oneOf", "values that several of the alternatives allow are let through");
      }
      add({ anyOf: exclusive }, place, open);
    }
    if ($ref !== undefined) {
      const { target, place } = this.#resolve($ref, path);
      add(target, place, opened(open, String($ref), path));
    }
    if (allOf !== undefined) {
      const place = memberPath(path, "allOf");
      listOf(allOf, place).forEach((part, index) => {
        add(part, memberPath(place, index), open);
      });
    }
    return flat;
  }

  #alternatives({ anyOf, ...others }: SchemaObject, path: string, name: string, open: OpenReferences): string {
    const place = memberPath(path, "anyOf");
    const expressions: string[] = [];
    listOf(anyOf, place).forEach((schema, index) => {
      const isPlain = Object.keys(others).length === 0;
      const expression = this.#ifSatisfiable(() =>
        this.#visit(
          isPlain ? schema : { allOf: [others, schema] },
          isPlain ? memberPath(place, index) : path,
          name,
          open,
        ),
      );
      if (expression !== undefined) expressions.push(expression);
    });
    if (expressions.length === 0) throw new Unsatisfiable(place);
    return oneOf(expressions);
  }

  #ifSatisfiable(visit: () => string): string | undefined {
    try {
      return visit();
    } catch (error) {
      if (error instanceof Unsatisfiable) return undefined;
      throw error;
    }
  }

  #reference(reference: string, path: string, open: OpenReferences): string {
    if (open.has(reference)) throw circular(reference, path);
    const known = this.#references.get(reference);
    if (known !== undefined) return known;
    const { target, place } = this.#resolve(reference, path);
    const name = this.rules.reserve(reference.replace(/^.*\//, "") || "document");
    this.#references.set(reference, name);
    try {
      this.rules.define(name, this.#visit(target, place, name, opened(open, reference, path)));
    } catch (error) {
      this.#references.delete(reference);
      throw error;
    }
    return name;
  }

  #resolve(reference: JsonValue, path: string): { readonly target: JsonValue; readonly place: string } {
    const pointer = typeof reference === "string" ? reference : "";
    if (!/^#(\/|$)/.test(pointer)) {
      const remedy = "only references into the same schema, such as #/$defs/name, can be followed";
      throw unsupported(memberPath(path, "$ref"), remedy);
    }
    let target: JsonValue | undefined = this.#document;
    let place = this.#path;
    for (const step of pointer.split("/").slice(1)) {
      const key = decodeStep(step);
      if (Array.isArray(target)) target = (target as readonly JsonValue[])[Number(key)];
      else target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
      place = memberPath(place, key);
    }
    if (target === undefined) throw unsupported(memberPath(path, "$ref"), `the schema has nothing at ${pointer}`);
    return { target, place };
  }

  #values(schema: SchemaObject, values: readonly JsonValue[], path: string): string {
    const { enum: _, ...others } = schema;
    const literals = values.filter((value) => satisfies(value, others)).map((value) => this.#constant(value));
    if (literals.length === 0) throw new Unsatisfiable(path);
    return oneOf(literals);
  }

  /** One value, with white space where JSON allows it. */
  #constant(value: JsonValue): string {
    if (Array.isArray(value)) {
      const items = (value as readonly JsonValue[]).map((item) => `${this.#space()} ${this.#constant(item)}`);
      return ['"["', items.join(` ${this.#space()} "," `), this.#space(), '"]"'].filter(Boolean).join(" ");
    }
    if (!isObject(value)) return typeof value === "string" ? jsonLiteral(value) : literal(JSON.stringify(value));
    const members = Object.entries(value).map(([key, inner]) =>
      member(this.rules, jsonLiteral(key), this.#constant(inner)),
    );
    return ['"{"', members.join(` ${this.#space()} "," `), this.#space(), '"}"'].filter(Boolean).join(" ");
  }

  #typed(schema: SchemaObject, path: string, name: string): string {
    const types = this.#typesOf(schema, path);
    if (types === undefined) return anyValue(this.rules);
    const expressions: string[] = [];
    for (const type of types) {
      // Every integer is a number.
      if (type === "integer" && types.includes("number")) continue;
      const expression = this.#ifSatisfiable(() => this.#ofType(type, schema, path, name));
      if (expression !== undefined) expressions.push(expression);
    }
    if (expressions.length === 0) throw new Unsatisfiable(path);
    return oneOf(expressions);
  }

  #typesOf(schema: SchemaObject, path: string): readonly string[] | undefined {
    if (schema.type !== undefined) {
      const names = typeNames(schema.type);
      const place = memberPath(path, "type");
      const unknown = names.find((type) => !TYPES.includes(type));
      if (unknown !== undefined)
        throw unsupported(place, `"${unknown}" is not a type; the types are ${TYPES.join(", ")}`);
      if (names.length === 0) throw new Unsatisfiable(place);
      return names;
    }
    const implied = Object.keys(KEYWORDS_OF_TYPE).filter((type) =>
      KEYWORDS_OF_TYPE[type]!.some((keyword) => schema[keyword] !== undefined),
    );
    return implied.length === 1 ? implied : undefined;
  }

  #ofType(type: string, schema: SchemaObject, path: string, name: string): string {
    switch (type) {
      case "object":
        return objectRule(schema, path, name, this);
      case "array":
        return arrayRule(schema, path, name, this);
      case "string":
        return stringRule(schema, path, this);
      case "boolean":
        return '("true" | "false")';
      case "null":
        return '"null"';
      default:
        return this.#number(type, schema, path);
    }
  }

  #number(type: string, schema: SchemaObject, path: string): string {
    const lower = boundOf(schema.minimum, schema.exclusiveMinimum, Math.max);
    const upper = boundOf(schema.maximum, schema.exclusiveMaximum, Math.min);
    if (lower === undefined && upper === undefined) return this.rules.add(type, type === "integer" ? INTEGER : NUMBER);
    const numbers = type === "integer" ? integersWithin(lower, upper) : numbersWithin(lower, upper);
    if (numbers === undefined) throw new Unsatisfiable(path);
    return this.rules.add(type, numbers);
  }

  inner(schema: JsonValue, path: string, name: string): string | undefined {
    // Something has been written, so every `$ref` may be followed again.
    const expression = this.#ifSatisfiable(() => this.#visit(schema, path, name, NONE_OPEN));
    if (expression === undefined || /^[A-Za-z0-9-]+$/.test(expression)) return expression;
    return this.rules.add(name, expression);
  }

  #space(): string {
    return whiteSpace(this.rules);
  }

  #noteUnenforced(schema: SchemaObject, path: string): void {
    for (const [keyword, message] of Object.entries(NOT_ENFORCED)) {
      if (schema[keyword] !== undefined && schema[keyword] !== false) this.note(path, keyword, message);
    }
  }

  note(path: string, keyword: string, message: string): void {
    const note = { path: memberPath(path, keyword), keyword, message };
    if (!this.#notes.some((other) => other.path === note.path && other.message === message)) this.#notes.push(note);
  }
}

function opened(open: OpenReferences, reference: string, path: string): OpenReferences {
  if (open.has(reference)) throw circular(reference, path);
  return new Set([...open, reference]);
}

function circular(reference: string, path: string): Error {
  return unsupported(memberPath(path, "$ref"), `${reference} refers to itself without an object or array in between`);
}

function decodeStep(step: string): string {
  const plain = step.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

/** The stricter of an inclusive and an exclusive bound; in old drafts the latter is `true`. */
function boundOf(
  inclusive: JsonValue | undefined,
  exclusive: JsonValue | undefined,
  stricter: (left: number, right: number) => number,
): Bound | undefined {
  if (typeof exclusive !== "number") {
    return typeof inclusive === "number" ? { value: inclusive, isExclusive: exclusive === true } : undefined;
  }
  if (typeof inclusive !== "number") return { value: exclusive, isExclusive: true };
  const value = stricter(inclusive, exclusive);
  return { value, isExclusive: value === exclusive };
}
