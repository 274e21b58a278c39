/**
 * The numbers below `length` in an order that follows from a seed: the same on every machine.
 * @param window Counts the shuffles of a run, so that each has an order of its own.
 */
export function shuffled(length: number, seed: number, window: number): number[] {
  const random = generator(seed, window);
  const order = Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const chosen = Math.floor((random() * (last + 1)) / 2 ** 32);
    const value = order[last]!;
    order[last] = order[chosen]!;
    order[chosen] = value;
  }
  return order;
}

/** Numbers from 0 to 2^32 - 1: sfc32, a small generator that passes the usual statistical tests. */
function generator(seed: number, window: number): () => number {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = window >>> 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  // The first numbers still show the seed.
  for (let round = 0; round < 15; round++) next();
  return next;
}
