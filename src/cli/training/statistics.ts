import type { PackedSequence } from "./window.js";

/** How many sequences have up to 2^n tokens, and more than half of that; by n. */
type Histogram = Record<string, number>;

/** What the manifest says about the sequences that were written. Plain data, which a later run can go on with. */
export interface Statistics {
  sequences: number;
  /** Conversations, and pieces of those that were split. */
  conversations: number;
  tokens: number;
  learned: number;
  shortest: number | null;
  longest: number;
  lengths: Histogram;
}

export function noStatistics(): Statistics {
  return { sequences: 0, conversations: 0, tokens: 0, learned: 0, shortest: null, longest: 0, lengths: {} };
}

/** Adds a sequence to what is known. */
export function addTo(
  statistics: Statistics,
  { tokens, mask, lengths }: Pick<PackedSequence, "tokens" | "mask" | "lengths">,
): void {
  const { length } = tokens;
  statistics.sequences += 1;
  statistics.conversations += lengths.length;
  statistics.tokens += length;
  let learned = 0;
  for (let index = 0; index < mask.length; index++) learned += mask[index]!;
  statistics.learned += learned;
  statistics.shortest = Math.min(statistics.shortest ?? length, length);
  statistics.longest = Math.max(statistics.longest, length);
  const bound = String(2 ** Math.ceil(Math.log2(Math.max(1, length))));
  statistics.lengths[bound] = (statistics.lengths[bound] ?? 0) + 1;
}
