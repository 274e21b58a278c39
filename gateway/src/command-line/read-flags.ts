import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { FLAGS, type Flag, type FlagName, type FlagValues, variableOf } from "./flags.js";
import { UsageError } from "./usage-error.js";

/** What a command line asks for. */
export type Command = { readonly run: "help" | "version" } | { readonly run: "gateway"; readonly flags: FlagValues };

/**
 * Reads the flags of a command line. What is not there is looked for in the environment, and then in the configuration file.
 * @throws UsageError for the first thing that is wrong, wherever it stands.
 */
export function readCommandLine(argv: readonly string[], env: NodeJS.ProcessEnv): Command {
  const given = parsed(argv);
  if (given.help !== undefined) return { run: "help" };
  if (given.version !== undefined) return { run: "version" };
  const file = given.config ?? env.HARMONY_GATEWAY_CONFIG;
  const flags = {
    ...(typeof file === "string" && file !== "" ? fromFile(file) : {}),
    ...fromEnvironment(env),
    ...fromArguments(given),
  };
  return { run: "gateway", flags };
}

type Given = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function parsed(argv: readonly string[]): Given {
  const options = Object.fromEntries(
    Object.entries<Flag>(FLAGS).map(([name, { kind }]) => [
      name,
      { type: kind === "switch" ? ("boolean" as const) : ("string" as const), multiple: kind === "list" },
    ]),
  );
  const own = {
    config: { type: "string" as const },
    help: { type: "boolean" as const, short: "h" },
    version: { type: "boolean" as const, short: "v" },
  };
  const known = { ...options, ...own };
  const { tokens } = parseArgs({ args: [...argv], options: known, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional") {
      throw new UsageError(`${JSON.stringify(token.value)} belongs to no flag; harmony-gateway --help lists them`);
    }
    if (token.kind === "option") checkToken(token.name, token.rawName, token.value, known);
  }
  return parseArgs({ args: [...argv], options: known, strict: false }).values;
}

/** @throws UsageError for a flag that there is not, that has no value and needs one, or has one and takes none. */
function checkToken(
  name: string,
  rawName: string,
  value: string | undefined,
  known: Readonly<Record<string, { readonly type: "string" | "boolean" }>>,
): void {
  if (!Object.hasOwn(known, name)) {
    const near = Object.keys(known).find((flag) => isNear(flag, name));
    const hint = near === undefined ? "harmony-gateway --help lists them" : `did you mean --${near}?`;
    throw new UsageError(`there is no flag ${rawName}; ${hint}`);
  }
  const takesValue = known[name]?.type === "string";
  if (takesValue && (value === undefined || value === "")) {
    throw new UsageError(`${rawName} needs a value, such as in --${name}=…; harmony-gateway --help shows which`);
  }
  if (!takesValue && value !== undefined) throw new UsageError(`${rawName} takes no value; leave out =${value}`);
}

/** Whether somebody may have meant a flag: one is in the other, or two letters at most are other ones; dashes aside. */
function isNear(flag: string, written: string): boolean {
  const bare = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, "");
  const [a, b] = [bare(flag), bare(written)];
  if (b.length < 3) return false;
  return a.includes(b) || b.includes(a) || (a.length === b.length && otherLetters(a, b) <= 2);
}

function otherLetters(a: string, b: string): number {
  return [...a].filter((letter, index) => letter !== b[index]).length;
}

function fromArguments(given: Given): FlagValues {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(FLAGS) as FlagName[]) {
    const value = given[name];
    if (value === undefined) continue;
    values[name] = checked(name, typeof value === "string" ? readValue(name, value) : value, `--${name}`);
  }
  return values;
}

function fromEnvironment(env: NodeJS.ProcessEnv): FlagValues {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(FLAGS) as FlagName[]) {
    const variable = variableOf(name);
    const value = env[variable];
    if (value === undefined || value === "") continue;
    const { kind }: Flag = FLAGS[name];
    let read: unknown = readValue(name, value);
    if (kind === "list") {
      const items = value.split(",").map((item) => item.trim());
      read = items.filter((item) => item !== "");
    } else if (kind === "switch") {
      read = /^(?:1|true|yes|on)$/i.test(value) || (/^(?:0|false|no|off)$/i.test(value) ? false : value);
    }
    values[name] = checked(name, read, variable);
  }
  return values;
}

function fromFile(file: string): FlagValues {
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the configuration file ${file} cannot be read as JSON: ${why}`);
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new UsageError(`the configuration file ${file} must hold an object, such as {"engine": "llama.cpp"}`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    if (!Object.hasOwn(FLAGS, name)) {
      const near = Object.keys(FLAGS).find((flag) => isNear(flag, name));
      const hint = near === undefined ? "a field is named as a flag, without its dashes" : `did you mean "${near}"?`;
      throw new UsageError(`${file}: there is no setting ${JSON.stringify(name)}; ${hint}`);
    }
    const { kind }: Flag = FLAGS[name as FlagName];
    const read = kind === "list" && typeof value === "string" ? [value] : value === "none" ? Infinity : value;
    values[name] = checked(name as FlagName, read, `${file}: ${JSON.stringify(name)}`);
  }
  return values;
}

/** A value as its flag has it, of a text. */
function readValue(name: FlagName, value: string): unknown {
  const { kind }: Flag = FLAGS[name];
  if (kind !== "number") return value;
  return value === "none" ? Infinity : /^\d+$/.test(value) ? Number(value) : value;
}

/** @throws UsageError that names where a value stands, and never the value of a key. */
function checked(name: FlagName, value: unknown, where: string): unknown {
  const { schema, kind }: Flag = FLAGS[name];
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const what = issue?.path.length === 0 && kind === "list" ? "must be a list of texts" : issue?.message;
  const remedy = kind === "number" ? what?.replace("Infinity", '"none"') : what;
  const shown = isSecret(name) ? "" : `, not ${JSON.stringify(value) ?? String(value)}`;
  throw new UsageError(`${where} ${remedy}${shown}`);
}

function isSecret(name: FlagName): boolean {
  // An address, of an engine or of a store, may hold a password.
  return name === "api-key" || name === "upstream-key" || name === "upstream" || name === "state";
}
