import { checkOptions, showValue } from "../options.js";

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

/**
 * @param known The names of the options that exist.
 * @param where The public function or class that was given them.
 */
export function checkStreamOptions(
  options: { readonly finishReason?: unknown; readonly signal?: unknown },
  known: readonly string[],
  where: string,
): void {
  checkOptions(options, known, where);
  const { finishReason, signal } = options;
  // The signal may come from another realm, or from a library that makes its own.
  if (signal !== undefined && !(hasMethod(signal, "addEventListener") && "aborted" in Object(signal))) {
    throw new TypeError(`${where}: signal must be an AbortSignal, not ${showValue(signal)}`);
  }
  if (finishReason !== undefined && typeof finishReason !== "function") {
    throw new TypeError(`${where}: finishReason must be a function, not ${showValue(finishReason)}`);
  }
}

/** Whether a value has a method of that name. Never throws. */
export function hasMethod(value: unknown, name: PropertyKey): boolean {
  try {
    return typeof (value as Record<PropertyKey, unknown> | null | undefined)?.[name] === "function";
  } catch {
    return false;
  }
}
