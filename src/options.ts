/**
 * Checks of what a program passes to a public function. A mistake is a `TypeError` that names the argument, what belongs
 * there, and what was given instead.
 */

/** How much of a value an error message quotes, in UTF-16 units. */
const MAX_QUOTED = 100;

/** Cuts a text that an error message quotes: nobody reads more of it, and it may be megabytes long. */
export function shorten(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

/**
 * Shows a value in an error message: strings and numbers as a program writes them, cut at about 100 characters, objects by
 * their kind. Never throws, whatever the value.
 */
export function showValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return shorten(JSON.stringify(value.slice(0, MAX_QUOTED + 1)));
    case "symbol":
      return shorten(String(value));
    case "bigint":
      // Printing a very large one takes seconds.
      return value > -(2n ** 256n) && value < 2n ** 256n ? `${value}n` : "a bigint";
    case "object":
    case "function":
      return kindOf(value);
    default:
      return String(value);
  }
}

/** Names the kind of a value in an error message: `a string`, `an array`, `a Map`. Never throws. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const kind = typeof value === "object" ? classOf(value) : typeof value;
  return `${/^[aeio]/i.test(kind) ? "an" : "a"} ${kind}`;
}

/** What kind of object a value is, by the name that the language gives it. */
function classOf(value: object): string {
  try {
    if (Array.isArray(value)) return "array";
    const name = shorten(Object.prototype.toString.call(value).slice("[object ".length, -1));
    // A boxed value is not the value: `new String("a")`.
    if (BOXES.includes(name)) return `${name} object`;
    return name === "Object" ? "object" : name;
  } catch {
    return "object that cannot be read";
  }
}

const BOXES: readonly string[] = ["String", "Number", "Boolean", "BigInt", "Symbol"];

/**
 * Whether a value holds its data in properties of its own, as object literals and instances of most classes do. False for
 * arrays, and for what keeps its data elsewhere: maps, sets, promises, dates, boxed values, revoked proxies. Never throws.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  try {
    if (Object.getPrototypeOf(value) === Object.prototype) return true;
    const tag = Object.prototype.toString.call(value);
    return tag === "[object Object]" || tag === "[object Module]";
  } catch {
    return false;
  }
}

/** Whether a value is an object that can be looked at: not a revoked proxy, which throws even at `instanceof`. */
export function isReadable(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  try {
    Array.isArray(value);
    return true;
  } catch {
    return false;
  }
}

/** Whether a value is an object literal, or made like one. Never throws. */
function isPlainObject(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The second condition is true of object literals of every realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Refuses what is not an object of options, and options that do not exist: a misspelled one would otherwise be ignored
 * in silence.
 *
 * @param options The options; `undefined` for none.
 * @param what What the options are for, as the error says it: `"render"`, `"prefill"`.
 * @throws TypeError that names the option and those that exist.
 */
export function checkOptions(options: unknown, known: readonly string[], what: string): void {
  if (options === undefined) return;
  if (!isPlainObject(options)) {
    throw new TypeError(`${what}: options must be an object such as { ${known[0]}: … }, not ${showValue(options)}`);
  }
  for (const key of Object.keys(options as object)) {
    if (known.includes(key)) continue;
    throw new TypeError(`${what}: unknown option ${showValue(key)}; the options are ${known.join(", ")}`);
  }
}

/**
 * Refuses what is not a string.
 * @param name The name of the argument or option, for the error.
 * @throws TypeError
 */
export function checkString(value: unknown, name: string): asserts value is string {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string, not ${showValue(value)}`);
}

/**
 * Refuses an option that is neither `true`, `false` nor absent (`undefined`).
 * @param name The name of the option, for the error.
 * @throws TypeError
 */
export function checkBoolean(value: unknown, name: string): asserts value is boolean | undefined {
  if (value !== undefined && typeof value !== "boolean") {
    throw new TypeError(`${name} must be true or false, not ${showValue(value)}`);
  }
}

/**
 * Refuses what cannot be iterated, and strings, which would be iterated character by character.
 * @param name The name of the argument, for the error.
 * @param expected What it must be: `"a list of messages"`.
 * @throws TypeError
 */
export function checkIterable(value: unknown, name: string, expected: string): asserts value is Iterable<unknown> {
  if (!isIterable(value)) throw new TypeError(`${name} must be ${expected}, not ${showValue(value)}`);
}

/** Whether a value can be iterated and is not a string. Never throws. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    return typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";
  } catch {
    return false;
  }
}
