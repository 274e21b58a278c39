import type { Settings } from "../io.js";
import { PROGRAM, version } from "../program.js";
import type { Totals } from "../work/consumer.js";
import type { FinishedInput } from "../work/journal.js";
import type { Statistics } from "./statistics.js";

/** Options that say where and how fast, and not what. */
const INDIFFERENT: readonly string[] = ["jobs", "resume", "quiet", "output", "errors", "manifest"];

/** The names of the counts that the command makes beside those of its summary. */
export interface ManifestCounts {
  readonly dropped: string;
  readonly droppedTokens: string;
  readonly split: string;
}

/**
 * The manifest of training data, as JSON. It has nothing in it that another run on the same input would write differently:
 * no time, and no place.
 */
export function manifestText(
  settings: Settings,
  totals: Totals,
  inputs: readonly FinishedInput[],
  statistics: Statistics,
  names: ManifestCounts,
  outputs: Readonly<Record<string, unknown>>,
): string {
  const pack = settings.number("pack");
  const count = (name: string): number => totals.counts[name] ?? 0;
  const options = Object.entries(settings.values).filter(([name]) => !INDIFFERENT.includes(name));
  const manifest = {
    program: `${PROGRAM} ${version()}`,
    options: Object.fromEntries(options.sort(([a], [b]) => (a < b ? -1 : 1))),
    inputs,
    conversations: {
      read: totals.records,
      bad: totals.failed,
      too_long: count(names.dropped),
      split: count(names.split),
      written: totals.records - totals.failed - count(names.dropped),
    },
    tokens: { written: statistics.tokens, learned: statistics.learned, dropped: count(names.droppedTokens) },
    sequences: {
      written: statistics.sequences,
      documents: statistics.conversations,
      shortest: statistics.shortest,
      longest: statistics.longest,
      up_to: Object.fromEntries(Object.entries(statistics.lengths).sort(([a], [b]) => Number(a) - Number(b))),
      ...(pack === undefined || statistics.sequences === 0
        ? {}
        : { filled: Number((statistics.tokens / (pack * statistics.sequences)).toFixed(4)) }),
    },
    ...outputs,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
