/**
 * Refuses options that do not exist: a misspelled one would otherwise be ignored in silence.
 * @param what What the options are of, for the error: `"render"`, `"prefill"`.
 * @throws TypeError that names the option and those that exist.
 */
export function checkOptions(options: unknown, known: readonly string[], what: string): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what}: options must be an object, not ${options === null ? "null" : typeof options}`);
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new TypeError(`${what}: unknown option "${key}"; the options are ${known.join(", ")}`);
  }
}
