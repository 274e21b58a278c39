import { isRecord, showValue } from "../options.js";

/** Checks of options that several engines have. Each throws a `TypeError` that names the option and what was expected. */

/** @param name The option as the error says it: `"vllm: contextSize"`. */
export function checkContextSize(value: unknown, name: string): asserts value is number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) > 0)) return;
  throw new TypeError(`${name} must be a whole number of tokens above 0, not ${showValue(value)}`);
}

/** Refuses what is not an object of fields for a request's body. @param name The option as the error says it. */
export function checkFields(value: unknown, name: string): asserts value is Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new TypeError(`${name} must be an object of fields, not ${showValue(value)}`);
}
