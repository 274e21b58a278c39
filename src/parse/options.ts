/** How a parser treats what does not follow the format. */
export type ParseMode = "strict" | "permissive";

/** How to parse. */
export interface ParseOptions {
  /**
   * - `"strict"`: as the reference: any departure from the format is an error.
   * - `"permissive"`: as the reference with `strict: false`: as strict, but a stop token ends a header, too.
   *
   * Default: `"strict"`.
   */
  readonly mode?: ParseMode | undefined;
  /** The reference's name for the first two modes: `true` is `"strict"`, `false` is `"permissive"`. */
  readonly strict?: boolean | undefined;
}

const MODES: readonly string[] = ["strict", "permissive"] satisfies ParseMode[];
const OPTIONS: readonly string[] = ["mode", "strict"] satisfies (keyof ParseOptions)[];

/**
 * The mode that options ask for.
 * @throws TypeError for an unknown option, a value of the wrong type, or `strict` and `mode` that contradict each other.
 */
export function modeOf(options: ParseOptions): ParseMode {
  checkNames(options, OPTIONS);
  const { mode, strict } = options;
  if (strict !== undefined && typeof strict !== "boolean") {
    throw new TypeError(`strict must be true or false, not ${JSON.stringify(strict)}`);
  }
  if (mode !== undefined && !MODES.includes(mode)) {
    const expected = MODES.map((name) => `"${name}"`).join(", ");
    throw new TypeError(`mode must be one of ${expected}, not ${JSON.stringify(mode)}`);
  }
  const other = strict === undefined ? undefined : strict ? "strict" : "permissive";
  if (mode !== undefined && other !== undefined && mode !== other) {
    throw new TypeError(`strict: ${strict} contradicts mode: "${mode}"; give one of them`);
  }
  return mode ?? other ?? "strict";
}

/** Refuses options that do not exist: a misspelled one would otherwise be silently without effect. */
function checkNames(options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("options must be an object");
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(`unknown option '${name}'; did you mean '${nearest(name, known)}'?`);
  }
}

function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((other) => editDistance(name.toLowerCase(), other.toLowerCase()));
  return known[distances.indexOf(Math.min(...distances))]!;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j]! + (a[i] === b[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
