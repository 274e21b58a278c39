import { describe, expect, test } from "vitest";
import { constraintsFor } from "../../../src/constraints.js";
import { HarmonyError } from "../../../src/index.js";

function notesFor(schema: unknown): string[] {
  return constraintsFor({ responseFormat: { schema } }).notes.map(({ path, message }) => `${path}: ${message}`);
}

function errorFor(responseFormat: { schema: unknown } | { regex: string }): string | undefined {
  try {
    constraintsFor({ responseFormat });
  } catch (error) {
    if (error instanceof HarmonyError) return `${error.code} ${error.path}: ${error.message}`;
    throw error;
  }
  return undefined;
}

describe("what cannot be enforced is let through, with a note", () => {
  test.each([
    [
      { type: "string", not: { const: "a" } },
      ["responseFormat.schema.not: values that the schema excludes are let through"],
    ],
    [{ type: "array", uniqueItems: true }, ["responseFormat.schema.uniqueItems: equal items are let through"]],
    [{ type: "array", uniqueItems: false }, []],
    [
      { type: "string", format: "email" },
      [expect.stringContaining("responseFormat.schema.format: strings of any format")],
    ],
    [
      { type: "string", pattern: "(?=a)" },
      [expect.stringContaining("responseFormat.schema.pattern: any string is let through")],
    ],
    [{ type: "string", pattern: "(a)\\1" }, [expect.stringContaining("the escape \\1")]],
    [{ type: "string", maxLength: 5000 }, ["responseFormat.schema.maxLength: any length is let through"]],
    [{ type: "string", pattern: "^a+$", maxLength: 3 }, ["responseFormat.schema.maxLength: any length is let through"]],
    [{ type: "array", maxItems: 5000 }, [expect.stringContaining("responseFormat.schema.maxItems")]],
    [{ oneOf: [{ type: "integer" }, { type: "number" }] }, [expect.stringContaining("responseFormat.schema.oneOf")]],
    [{ oneOf: [{ type: "integer" }, { type: "string" }] }, []],
    [
      {
        oneOf: ["a", "b"].map((kind) => ({
          type: "object",
          properties: { kind: { const: kind } },
          required: ["kind"],
        })),
      },
      [],
    ],
    [
      { type: "object", properties: { a: { $ref: "#/$defs/x" } }, $defs: { x: { type: "integer", multipleOf: 2 } } },
      ["responseFormat.schema.$defs.x.multipleOf: numbers that are not multiples are let through"],
    ],
    [{ title: "A", description: "B", default: 1, examples: [1], "x-order": 1, type: "integer" }, []],
  ])("%j", (schema, expected) => {
    expect(notesFor(schema)).toEqual(expected);
  });
});

describe("what is not a schema, or has no values, is refused", () => {
  test.each([
    [
      { type: "strnig" },
      'responseFormat.schema.type: unsupported schema at responseFormat.schema.type: "strnig" is not a type',
    ],
    [{ $ref: "https://example.org/schema" }, "responseFormat.schema.$ref: "],
    [{ $ref: "#/$defs/missing" }, "the schema has nothing at #/$defs/missing"],
    [{ $ref: "#" }, "# refers to itself without an object or array in between"],
    [{ anyOf: [{ $ref: "#" }, { type: "null" }] }, "refers to itself"],
    [
      { $defs: { a: { $ref: "#/$defs/b" }, b: { allOf: [{ $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" },
      "refers to itself",
    ],
    [false, "no value can be valid"],
    [{ enum: [] }, "no value can be valid"],
    [{ enum: ["a"], type: "integer" }, "no value can be valid"],
    [{ type: "integer", minimum: 2, maximum: 1 }, "no value can be valid"],
    [{ type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 }, "no value can be valid"],
    [{ type: "object", properties: { a: false }, required: ["a"] }, "no value can be valid"],
    [{ type: "object", required: ["a"], additionalProperties: false }, "no value can be valid"],
    [{ type: "array", items: false, minItems: 1 }, "no value can be valid"],
    [{ allOf: [{ type: "string" }, { type: "null" }] }, "no value can be valid"],
    [{ type: "string", minLength: -1 }, "responseFormat.schema.minLength: "],
    [{ anyOf: {} }, "responseFormat.schema.anyOf: "],
    [{ properties: { a: 1 } }, "responseFormat.schema.properties.a: "],
  ])("%j", (schema, expected) => {
    const error = errorFor({ schema });
    expect(error).toMatch(/^unsupported-schema responseFormat\.schema/);
    expect(error).toContain(expected);
  });

  test("a schema that holds itself", () => {
    const schema: { [key: string]: unknown } = { type: "array" };
    schema.items = schema;
    expect(errorFor({ schema })).toMatch(/^json-too-deep/);
  });

  test.each(["(?=a)", "a(", "a)", "[a", "*", "\\1", "a{2,1}", "a{5000}", "x^"])(
    "the regular expression %s",
    (regex) => {
      expect(errorFor({ regex })).toMatch(/^unsupported-schema responseFormat\.regex: unsupported regular expression/);
    },
  );
});

test("rules are shared, and their names are those that GBNF allows", () => {
  const schema = {
    type: "object",
    properties: Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`näme_${index} "x"`, { type: "string", maxLength: 10 }]),
    ),
  };
  const { grammar } = constraintsFor({ responseFormat: { schema } }).gbnf.strict;
  const names = Array.from(grammar.matchAll(/^(\S+) ::= /gm), ([, name]) => name!);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-zA-Z0-9-]+$/.test(name))).toEqual([]);
  // Linear: a rule for each member, and two for what may follow it.
  expect(names.length).toBeLessThan(50 * 3 + 30);
});
