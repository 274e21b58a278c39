type Schema = Readonly<Record<string, unknown>>;

/** How deep a schema is followed that refers to itself. */
const DEEPEST = 12;

/**
 * A small value that a JSON schema allows: its required members, the first of alternatives, the shortest of lists. Patterns
 * are not obeyed.
 */
export function exampleOfSchema(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (typeof schema !== "object" || schema === null || depth > DEEPEST) return {};
  const fields = schema as Schema;
  if ("const" in fields) return fields.const;
  if (Array.isArray(fields.enum)) return fields.enum[0];
  if ("default" in fields) return fields.default;
  if (Array.isArray(fields.examples)) return fields.examples[0];
  const below = (part: unknown) => exampleOfSchema(part, root, depth + 1);
  if (typeof fields.$ref === "string") return below(referredTo(fields.$ref, root));
  if (Array.isArray(fields.allOf)) return below(Object.assign({}, fields, { allOf: undefined }, ...fields.allOf));
  for (const alternatives of [fields.anyOf, fields.oneOf])
    if (Array.isArray(alternatives)) return below(alternatives[0]);
  const type = Array.isArray(fields.type)
    ? fields.type[0]
    : (fields.type ?? ("properties" in fields ? "object" : "string"));
  switch (type) {
    case "object": {
      const properties = (fields.properties ?? {}) as Schema;
      const required = Array.isArray(fields.required) ? (fields.required as string[]) : [];
      return Object.fromEntries(required.map((name) => [name, below(properties[name] ?? {})]));
    }
    case "array":
      return Array.from({ length: numberOf(fields.minItems, 0) }, (_, index) => {
        const prefix = Array.isArray(fields.prefixItems) ? fields.prefixItems[index] : undefined;
        return below(prefix ?? fields.items ?? {});
      });
    case "number":
    case "integer":
      return exampleOfNumber(fields);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return exampleOfString(fields);
  }
}

function referredTo(pointer: string, root: unknown): unknown {
  let found = root;
  for (const part of pointer.replace(/^#\/?/, "").split("/")) {
    if (part === "") continue;
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    found = (found as Schema | undefined)?.[name];
  }
  return found;
}

function exampleOfNumber({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: Schema): number {
  const step = numberOf(multipleOf, 1);
  const low = numberOf(minimum, typeof exclusiveMinimum === "number" ? exclusiveMinimum + step : 1);
  const high = numberOf(
    maximum,
    typeof exclusiveMaximum === "number" ? exclusiveMaximum - step : Number.POSITIVE_INFINITY,
  );
  return Math.min(Math.ceil(low / step) * step, Math.floor(high / step) * step);
}

const OF_FORMAT: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  time: "12:00:00Z",
  duration: "PT1M",
  email: "demonstration@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function exampleOfString({ format, minLength, maxLength }: Schema): string {
  const text = (typeof format === "string" ? OF_FORMAT[format] : undefined) ?? "demonstration";
  return text.padEnd(numberOf(minLength, 0), ".").slice(0, numberOf(maxLength, Number.POSITIVE_INFINITY));
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
