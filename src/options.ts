/**
 * Refuses options that do not exist: a misspelled one would otherwise be ignored in silence.
 * @throws TypeError that names the option and those that exist.
 */
export function checkOptions(options: unknown, known: readonly string[], call: string): void {
  if (options === undefined || options === null) return;
  if (typeof options !== "object") throw new TypeError(`${call}: options must be an object, not ${typeof options}`);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new TypeError(`${call}: unknown option "${key}"; the options are ${known.join(", ")}`);
  }
}
