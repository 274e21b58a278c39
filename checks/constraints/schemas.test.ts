// JSON schema as GBNF, against a validator: random schemas, and for each some values that are valid and some that are not.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { expect, test } from "vitest";
import { constraintsFor } from "../../src/constraints.js";
import { byLlamaCpp } from "./engines.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Schema = boolean | { [key: string]: Json };

const RUNS = Number(process.env.HARMONY_RUNS ?? 2_000);
const SEED = Number(process.env.HARMONY_SEED ?? 1);
const VALUES = 12;

const PATTERNS = [
  "^[a-z]{2,5}$",
  "^(foo|bar)+$",
  "^\\d{3}-\\d{4}$",
  "^#[0-9a-fA-F]{6}$",
  "^[^\\s@]+@[a-z]+\\.(com|org)$",
  "^$",
  "^a?b*c+$",
  "^(?:[A-Z][a-z]*)( [A-Z][a-z]*){0,2}$",
  "b",
  "^x",
  "y$",
  '^"[^"\\\\]*"$',
  "^\\w+\\.\\w+$",
  "^.{1,3}$",
  "^[ä-ü]+$",
  "^(a|b(c|d){2})?$",
];
const FORMATS = ["date", "time", "date-time", "uuid"];
const KEYS = ["a", "b", "ab", "name", "na", "x-y", 'q"', "ü", "a b", "_1"];

type Gen = fc.GeneratorValue;

/** A schema, of no more than some levels. */
function schemaOf(g: Gen, depth: number): Schema {
  const scalar = [
    integer,
    number,
    string,
    bounded,
    patterned,
    formatted,
    enumerated,
    constant,
    simple,
    several,
    nullable,
  ];
  const nested = [
    object,
    object,
    object,
    map,
    array,
    array,
    tuple,
    anyOf,
    allOf,
    siblings,
    reference,
    oneOf,
    keyed,
    unenforced,
  ];
  const kinds = depth > 0 ? [...scalar, ...nested] : scalar;
  return kinds[pick(g, kinds.length - 1)]!(g, depth - 1);
}

const pick = (g: Gen, most: number): number => g(fc.integer, { min: 0, max: most });
const flip = (g: Gen): boolean => g(fc.boolean);

function integer(g: Gen): Schema {
  const schema: Schema = { type: "integer" };
  return range(g, schema, () =>
    g(fc.constantFrom, ...[pick(g, 20) - 10, pick(g, 4000) - 2000, pick(g, 10 ** 9), 0, -1, 99, 100]),
  );
}

function number(g: Gen): Schema {
  return range(g, { type: "number" }, () =>
    g(fc.constantFrom, ...[(pick(g, 4000) - 2000) / 100, pick(g, 20) - 10, 0, -0.5, 0.05, 1.25]),
  );
}

function range(g: Gen, schema: { [key: string]: Json }, bound: () => number): Schema {
  const [low, high] = [bound(), bound()].sort((a, b) => a - b) as [number, number];
  if (flip(g)) schema[flip(g) ? "minimum" : "exclusiveMinimum"] = low;
  if (flip(g)) schema[flip(g) ? "maximum" : "exclusiveMaximum"] = high;
  return schema;
}

const string = (): Schema => ({ type: "string" });
const simple = (g: Gen): Schema =>
  g(fc.constantFrom, ...[{ type: "boolean" }, { type: "null" }, true, { type: "object" }, { type: "array" }]);
const patterned = (g: Gen): Schema => ({ type: "string", pattern: g(fc.constantFrom, ...PATTERNS) });
const formatted = (g: Gen): Schema => ({ type: "string", format: g(fc.constantFrom, ...FORMATS) });
const several = (g: Gen): Schema => ({
  type: g(fc.subarray, ["string", "integer", "number", "boolean", "null", "object"], { minLength: 1 }),
});
const nullable = (g: Gen, depth: number): Schema => ({
  anyOf: [schemaOf(g, Math.min(depth, 0)), { type: "null" }] as Json[],
});
const constant = (g: Gen): Schema => ({ const: anyOfThese(g) });
const enumerated = (g: Gen): Schema => ({ enum: Array.from({ length: 1 + pick(g, 3) }, () => anyOfThese(g)) });
const anyOfThese = (g: Gen): Json =>
  g(
    fc.constantFrom,
    ...([1, -2.5, "", "a", 'q"\\', "ü🙂", true, null, [], [1, "a"], {}, { a: 1, b: [null] }] as Json[]),
  );

function bounded(g: Gen): Schema {
  const [low, high] = [pick(g, 5), pick(g, 5)].sort() as [number, number];
  return { type: "string", ...(flip(g) ? { minLength: low } : {}), ...(flip(g) ? { maxLength: high } : {}) };
}

function properties(g: Gen, depth: number, keys: string[]): { [key: string]: Json } {
  const names = g(fc.shuffledSubarray, keys, { maxLength: Math.min(4, keys.length) });
  const required = names.filter(() => flip(g));
  return {
    properties: Object.fromEntries(names.map((name) => [name, schemaOf(g, depth) as Json])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function object(g: Gen, depth: number): Schema {
  const more = g(fc.constantFrom, ...([undefined, false, true, "schema"] as const));
  const additional = more === "schema" ? (schemaOf(g, 0) as Json) : more;
  return {
    type: "object",
    ...properties(g, depth, KEYS),
    ...(additional === undefined ? {} : { additionalProperties: additional }),
  };
}

function map(g: Gen, depth: number): Schema {
  const [low, high] = [pick(g, 3), pick(g, 3)].sort() as [number, number];
  const bounds = { ...(flip(g) ? { minProperties: low } : {}), ...(flip(g) ? { maxProperties: high } : {}) };
  return { type: "object", additionalProperties: schemaOf(g, depth) as Json, ...bounds };
}

function lengths(g: Gen): { [key: string]: Json } {
  const [low, high] = [pick(g, 4), pick(g, 4)].sort() as [number, number];
  return { ...(flip(g) ? { minItems: low } : {}), ...(flip(g) ? { maxItems: high } : {}) };
}

const array = (g: Gen, depth: number): Schema => ({ type: "array", items: schemaOf(g, depth) as Json, ...lengths(g) });

function tuple(g: Gen, depth: number): Schema {
  const prefixItems = Array.from({ length: 1 + pick(g, 2) }, () => schemaOf(g, depth) as Json);
  const items = g(fc.constantFrom, ...([undefined, false, true, schemaOf(g, 0)] as const));
  return { type: "array", prefixItems, ...(items === undefined ? {} : { items: items as Json }), ...lengths(g) };
}

const anyOf = (g: Gen, depth: number): Schema => ({
  anyOf: Array.from({ length: 1 + pick(g, 2) }, () => schemaOf(g, depth) as Json),
});
const oneOf = (g: Gen, depth: number): Schema => ({
  oneOf: [integer(g), string(), object(g, depth)].slice(pick(g, 1)) as Json[],
});

function allOf(g: Gen, depth: number): Schema {
  if (flip(g)) return { allOf: [integer(g), integer(g)] as Json[] };
  if (flip(g)) return { allOf: [bounded(g), bounded(g)] as Json[] };
  const parts = [KEYS.slice(0, 3), KEYS.slice(3, 6)].map(
    (keys) => ({ type: "object", ...properties(g, depth, keys) }) as Json,
  );
  return { allOf: parts };
}

function siblings(g: Gen, depth: number): Schema {
  const alternatives = [KEYS.slice(3, 5), KEYS.slice(5, 8)].map((keys) => properties(g, depth, keys) as Json);
  return { type: "object", ...properties(g, depth, KEYS.slice(0, 3)), anyOf: alternatives };
}

const keyed = (g: Gen): Schema => ({
  type: "object",
  patternProperties: { "^z": schemaOf(g, 0) as Json },
  additionalProperties: false,
});

/** What a grammar lets through, with a note: it may never refuse what is valid. */
const unenforced = (g: Gen, depth: number): Schema =>
  [
    { type: "integer", multipleOf: 3 },
    { type: "string", not: { maxLength: 1 } },
    { type: "string", format: "email" },
    { type: "array", items: schemaOf(g, depth) as Json, uniqueItems: true },
    { type: "object", ...properties(g, depth, KEYS), minProperties: 2, maxProperties: 3 },
    {
      type: "object",
      ...properties(g, depth, KEYS),
      patternProperties: { "^z": true },
      additionalProperties: { type: "integer" },
    },
    { oneOf: [integer(g), number(g)] as Json[] },
  ][pick(g, 6)] as Schema;

const reference = (g: Gen): Schema => ({ $ref: g(fc.constantFrom, "#/$defs/tree", "#/$defs/short", "#/$defs/a~1b") });
const DEFINITIONS: Json = {
  tree: {
    type: "object",
    properties: {
      value: { type: "integer" },
      next: { $ref: "#/$defs/tree" },
      children: { type: "array", items: { $ref: "#/$defs/tree" } },
    },
    required: ["value"],
  },
  short: { type: "string", maxLength: 3 },
  "a/b": { anyOf: [{ $ref: "#/$defs/short" }, { type: "array", items: { $ref: "#/$defs/a~1b" } }] },
};

/** What the schema means where objects with `properties` are closed unless they say otherwise: the library's reading. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const { allOf, anyOf, ...own } = schema;
  // Properties that stand in several places are one list, which is closed as a whole.
  const parts = isListOfObjects(allOf) ? allOf : [];
  const alternatives = isListOfObjects(anyOf) && own.properties !== undefined ? anyOf : [];
  if (parts.length > 0) return closed(joined([own, ...parts]));
  if (alternatives.length > 0) return { anyOf: alternatives.map((one) => closed(joined([own, one]))) };
  const all: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "enum" || key === "const" || key === "required") all[key] = value;
    else if (key === "properties" || key === "$defs") {
      all[key] = Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, closed(one as Json)]));
    } else all[key] = closed(value);
  }
  return { ...(all.properties === undefined ? {} : { additionalProperties: false }), ...all };
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfObjects(value: Json | undefined): value is { [key: string]: Json }[] {
  return Array.isArray(value) && value.every((one) => isObject(one) && one.properties !== undefined);
}

function joined(schemas: { [key: string]: Json }[]): { [key: string]: Json } {
  const all: { [key: string]: Json } = Object.assign({}, ...schemas);
  all.properties = Object.assign({}, ...schemas.map((one) => one.properties));
  all.required = schemas.flatMap((one) => (one.required ?? []) as string[]);
  return all;
}

const DATE = new Date("2026-03-04T05:06:07Z").getTime();

/** A value that tends to be valid. */
function sample(g: Gen, schema: Json, depth = 0): Json {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    return schema === false || depth > 3 ? null : anyOfThese(g);
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.slice("#/$defs/".length).replace("~1", "/");
    return sample(g, (DEFINITIONS as { [key: string]: Json })[name]!, depth + 1);
  }
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return g(fc.constantFrom, ...schema.enum);
  const parts = (schema.allOf as Json[] | undefined) ?? [];
  const alternatives = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (parts.length > 0 || (alternatives !== undefined && schema.properties !== undefined)) {
    const { allOf: _a, anyOf: _b, ...own } = schema;
    const chosen = alternatives === undefined ? [] : [g(fc.constantFrom, ...alternatives)];
    const values = [...(Object.keys(own).length > 0 ? [own] : []), ...parts, ...chosen].map((one) =>
      sample(
        g,
        typeof one === "object" && one !== null && "properties" in one ? { type: "object", ...one } : one,
        depth + 1,
      ),
    );
    return values.every((value) => typeof value === "object" && value !== null && !Array.isArray(value))
      ? (Object.assign({}, ...values) as Json)
      : values[0]!;
  }
  if (alternatives !== undefined) return sample(g, g(fc.constantFrom, ...alternatives), depth + 1);
  const type = Array.isArray(schema.type) ? g(fc.constantFrom, ...schema.type) : schema.type;
  switch (type) {
    case "integer":
    case "number": {
      const bounds = [schema.minimum, schema.exclusiveMinimum, schema.maximum, schema.exclusiveMaximum];
      const near = bounds.filter((bound) => typeof bound === "number") as number[];
      const base = near.length > 0 ? g(fc.constantFrom, ...near) : pick(g, 2000) - 1000;
      const steps =
        type === "integer" ? [-1, 0, 1, 7, -30, 1000] : [-1, 0, 1, 0.01, -0.01, 0.5, -0.25, 12.125, -400, 0.001];
      return Number((base + g(fc.constantFrom, ...steps)).toFixed(6));
    }
    case "string": {
      if (typeof schema.pattern === "string") return g(fc.stringMatching, new RegExp(schema.pattern, "u"));
      const date = new Date(DATE + pick(g, 10 ** 9) * 1000).toISOString();
      if (schema.format === "date") return date.slice(0, 10);
      if (schema.format === "time") return flip(g) ? date.slice(11) : `${date.slice(11, 19)}+02:00`;
      if (schema.format === "date-time") return date;
      if (schema.format === "uuid") return g(fc.uuid);
      const length = pick(g, 7);
      return Array.from({ length }, () =>
        g(fc.constantFrom, "a", "Z", " ", '"', "\\", "\n", "é", "🙂", "{", "\u0001", "|"),
      ).join("");
    }
    case "boolean":
      return flip(g);
    case "null":
      return null;
    case "array": {
      const prefix = (schema.prefixItems as Json[] | undefined) ?? [];
      const length = depth > 4 ? 0 : pick(g, 4);
      return Array.from({ length }, (_, index) => sample(g, prefix[index] ?? schema.items ?? true, depth + 1));
    }
    case "object": {
      const named = (schema.properties ?? {}) as { [key: string]: Json };
      const required = (schema.required ?? []) as string[];
      const value: { [key: string]: Json } = {};
      for (const [key, one] of Object.entries(named)) {
        if (required.includes(key) || (depth < 4 && flip(g))) value[key] = sample(g, one, depth + 1);
      }
      if (schema.patternProperties !== undefined) {
        for (const [, one] of Object.entries(schema.patternProperties as object))
          value.z1 = sample(g, one as Json, depth + 1);
      }
      const isOpen = schema.additionalProperties ?? schema.properties === undefined;
      if (isOpen !== false || pick(g, 9) === 0) {
        for (const key of g(fc.subarray, ["zz", "nam", "a1", ""])) {
          if (!Object.hasOwn(value, key)) value[key] = sample(g, isOpen as Json, depth + 1);
        }
      }
      return value;
    }
    default:
      return anyOfThese(g);
  }
}

/** A value with one thing changed, which tends to make it invalid. The order of members stays. */
function mutated(g: Gen, value: Json): Json {
  if (Array.isArray(value)) {
    const change = pick(g, 3);
    if (value.length === 0 || change === 0) return [...value, anyOfThese(g)];
    const at = pick(g, value.length - 1);
    if (change === 1) return value.filter((_, index) => index !== at);
    return value.map((one, index) => (index === at ? mutated(g, one) : one));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    const change = pick(g, 3);
    if (entries.length === 0 || change === 0) return { ...value, zz: anyOfThese(g) };
    const at = pick(g, entries.length - 1);
    if (change === 1) return Object.fromEntries(entries.filter((_, index) => index !== at));
    return Object.fromEntries(entries.map(([key, one], index) => [key, index === at ? mutated(g, one) : one]));
  }
  if (typeof value === "number" && flip(g)) return value + g(fc.constantFrom, 1, -1, 0.5, 100);
  if (typeof value === "string" && flip(g)) return flip(g) ? `${value}x` : value.slice(1);
  return anyOfThese(g);
}

const SPACINGS = [
  (value: Json): string => JSON.stringify(value),
  (value: Json): string => JSON.stringify(value),
  (value: Json): string => JSON.stringify(value, null, 2),
  (value: Json): string => JSON.stringify(value, null, 1).replace(/\n\s*/g, " "),
];

test("a grammar lets through what the schema allows, and nothing else", () => {
  const counts = { schemas: 0, empty: 0, valid: 0, invalid: 0, loose: 0 };
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats.default(ajv);
  const property = (g: Gen): void => {
    const schema = schemaOf(g, 3);
    const whole = typeof schema === "boolean" ? schema : { ...schema, $defs: DEFINITIONS };
    const definitions = isObject(whole as Json)
      ? { $defs: (closed({ $defs: DEFINITIONS }) as { $defs: Json }).$defs }
      : {};
    const validate = ajv.compile(
      isObject(whole as Json) ? { ...(closed(schema as Json) as object), ...definitions } : whole,
    );
    const values = Array.from({ length: VALUES }, (_, index) => {
      const value = sample(g, schema as Json);
      return index % 3 === 2 ? mutated(g, value) : value;
    });
    const texts = values.map((value) => g(fc.constantFrom, ...SPACINGS)(value));
    let constraints: ReturnType<typeof constraintsFor>;
    try {
      constraints = constraintsFor({ responseFormat: { schema: whole } });
    } catch (error) {
      // Refused because nothing can be valid: then nothing is.
      expect((error as Error).message).toContain("no value can be valid");
      counts.empty += 1;
      for (const value of values) expect(validate(value), JSON.stringify(value)).toBe(false);
      return;
    }
    counts.schemas += 1;
    const judge = byLlamaCpp(constraints.gbnf.text);
    values.forEach((value, index) => {
      const isValid = validate(value);
      const isAccepted = judge(`<|channel|>final<|message|>${texts[index]}`);
      counts[isValid ? "valid" : "invalid"] += 1;
      if (!isValid && isAccepted && constraints.notes.length > 0) counts.loose += 1;
      else if (isAccepted !== isValid) {
        const said = `${isValid ? "valid" : "invalid"}, but ${isAccepted ? "let through" : "refused"}: ${texts[index]}`;
        throw new Error(`${said}\n${JSON.stringify(schema)}\n${constraints.gbnf.text}`);
      }
    });
  };
  fc.assert(
    fc.property(fc.gen(), (g) => property(g as Gen)),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  );
  console.log(JSON.stringify(counts));
  expect(counts.valid).toBeGreaterThan(RUNS);
  expect(counts.invalid).toBeGreaterThan(RUNS);
});
