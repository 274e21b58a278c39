/** Checks of what a program passes in. Each throws a `TypeError` that names the argument and says what was expected. */

const PARSER_METHODS = ["push", "finish", "takeEvents"];

/** @param where The public function or class that was given the parser. */
export function checkParser(parser: unknown, where: string): void {
  if (PARSER_METHODS.every((method) => hasMethod(parser, method))) return;
  throw new TypeError(
    `${where}: parser must be a StreamableParser, a HarmonyTextParser or another object with the methods ` +
      `${PARSER_METHODS.join(", ")}, not ${showValue(parser)}`,
  );
}

export function checkSource(source: unknown): void {
  if ([Symbol.asyncIterator, Symbol.iterator, "getReader"].some((method) => hasMethod(source, method))) return;
  throw new TypeError(
    "parseStream: source must be an iterable or async iterable of tokens, token arrays or text, or a ReadableStream, " +
      `not ${showValue(source)}`,
  );
}

/** The signal may come from another realm, or from a library that makes its own. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  if (hasMethod(signal, "addEventListener") && "aborted" in Object(signal)) return;
  throw new TypeError(`parseStream: signal must be an AbortSignal, not ${showValue(signal)}`);
}

/** Whether a value has a method of that name. Never throws. */
export function hasMethod(value: unknown, name: PropertyKey): boolean {
  try {
    return typeof (value as Record<PropertyKey, unknown> | null | undefined)?.[name] === "function";
  } catch {
    return false;
  }
}

/** How much of a value an error message quotes, in UTF-16 units. */
const MAX_QUOTED = 100;

/** Shows a value in an error message, cut at about 100 characters. Never throws. */
export function showValue(value: unknown): string {
  if (typeof value === "string") return shorten(JSON.stringify(value.slice(0, MAX_QUOTED + 1)));
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return shorten(String(value));
  try {
    const kind = shorten(Object.prototype.toString.call(value).slice("[object ".length, -1));
    return `${/^[aeio]/i.test(kind) ? "an" : "a"} ${kind === "Object" || kind === "Array" ? kind.toLowerCase() : kind}`;
  } catch {
    return "an object that cannot be read";
  }
}

function shorten(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}
