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

/** How many tokens of a mask the model is to learn. */
export function learnedIn(mask: Uint8Array): number {
  let learned = 0;
  for (let index = 0; index < mask.length; index++) learned += mask[index]!;
  return learned;
}

/**
 * Adds a sequence to what is known.
 * @param length How many tokens it has.
 * @param conversations How many conversations were packed into it.
 */
export function addTo(statistics: Statistics, length: number, learned: number, conversations: number): void {
  statistics.sequences += 1;
  statistics.conversations += conversations;
  statistics.tokens += length;
  statistics.learned += learned;
  statistics.shortest = Math.min(statistics.shortest ?? length, length);
  statistics.longest = Math.max(statistics.longest, length);
  const bound = String(2 ** Math.ceil(Math.log2(Math.max(1, length))));
  statistics.lengths[bound] = (statistics.lengths[bound] ?? 0) + 1;
}
