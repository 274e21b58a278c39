/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {readonly number[]} values */
export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * How many times better one contender was than another, round by round. A machine that slows down slows both, so ratios
 * within one round are not affected.
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 * @param {"higher" | "lower"} better
 */
export function ratios(ours, theirs, better) {
  const rounds = Math.min(ours.length, theirs.length);
  return Array.from({ length: rounds }, (_, i) => (better === "higher" ? ours[i] / theirs[i] : theirs[i] / ours[i]));
}
