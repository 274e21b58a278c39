import { z } from "zod";
import { LIMIT_SCHEMAS } from "../limits/limits.js";
import { TOOLS_SCHEMA } from "../tools/tools-schema.js";
import { withMethods } from "../with-methods.js";

const filledStrings = (error: string) => z.array(z.string().min(1), { error }).readonly();

const ENGINE = "must be an engine: one of those of harmony-format/engines, such as llamaCpp({ baseURL })";

/** What a browser says of a page, and nothing more: `https://chat.example`. */
export const ORIGIN = z.custom<string>((value) => value === "*" || isOrigin(value), {
  error: 'must be an origin such as "https://chat.example", without a path; or "*" for any',
});

/** What `createGateway` takes, field by field. */
const OPTIONS = z.strictObject({
  engine: withMethods(["generate"], ENGINE),
  models: filledStrings('must be a list of names such as ["gpt-oss-20b"]').optional(),
  unsupported: z.enum(["error", "drop"], { error: 'must be "error" or "drop"' }).optional(),
  state: withMethods(["get", "set", "delete", "check", "close"], "must be a State, such as openState gives").optional(),
  tools: TOOLS_SCHEMA.optional(),
  limits: z
    .strictObject(
      Object.fromEntries(Object.entries(LIMIT_SCHEMAS).map(([name, schema]) => [name, schema.optional()])) as {
        [Name in keyof typeof LIMIT_SCHEMAS]: z.ZodOptional<z.ZodType<number>>;
      },
      { error: "must be an object such as { bodyBytes: 1_000_000 }" },
    )
    .optional(),
  apiKeys: filledStrings("must be a list of keys, none of them empty; leave it out to ask for none")
    .refine((keys) => keys.length > 0, { error: "must have a key in it; leave it out to ask for none" })
    .optional(),
  hosts: filledStrings('must be a list of host names such as ["localhost"]').optional(),
  cors: z.array(ORIGIN, { error: 'must be a list of origins such as ["https://chat.example"]' }).readonly().optional(),
  logger: withMethods(["info", "warn", "error", "child"], "must be a logger of pino").optional(),
  logPrompts: z.boolean({ error: "must be true or false" }).optional(),
  metrics: withMethods(["registerMetric", "metrics"], "must be a Registry of prom-client").optional(),
  heartbeat: LIMIT_SCHEMAS.idleTimeout.optional(),
  playground: z.string({ error: "must be the path of a folder" }).min(1).optional(),
});

/**
 * Checks what `createGateway` is given.
 * @throws TypeError that names the first option that cannot be used, and says what it must be.
 */
export function checkOptions(options: unknown): void {
  const result = OPTIONS.safeParse(options);
  if (result.success) return;
  const [issue] = result.error.issues;
  throw new TypeError(`createGateway: ${sentenceOf(issue!)}`);
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const [unknown] = issue.keys;
    return `there is no option ${[...path, unknown].join(".")}; there are ${keysAt(path).join(", ")}`;
  }
  return `${path.length === 0 ? "options" : path.join(".")} ${issue.message}`;
}

/** The options that there are at a place. */
function keysAt(path: readonly string[]): string[] {
  const [first, second] = path;
  if (first === "limits") return Object.keys(LIMIT_SCHEMAS);
  if (first !== "tools") return Object.keys(OPTIONS.shape);
  return second === undefined ? Object.keys(TOOLS_SCHEMA.shape) : ["folder", "instructions"];
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    return new URL(value).origin === value;
  } catch {
    return false;
  }
}
