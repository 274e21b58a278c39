/**
 * The lesser of two integers less than 2^31 apart, without a branch: in a search for the least it would be mispredicted
 * half the time.
 */
export function lesser(a: number, b: number): number {
  const difference = b - a;
  return a + (difference & (difference >> 31));
}
