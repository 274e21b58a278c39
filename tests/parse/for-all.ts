import { Random } from "./random.js";

/** Runs of each property; the environment asks for more of them, or for others. */
export const RUNS: number = Number(process.env.HARMONY_RUNS ?? 200_000);
/** How long a property may take, in milliseconds: a slow machine, with as much again to spare. */
export const TIMEOUT: number = 60_000 + RUNS;
const SEED = Number(process.env.HARMONY_SEED ?? 1);

/** Calls a property with many seeds; a failure names the one. */
export function forAll(property: (random: Random) => void): void {
  for (let run = 0; run < RUNS; run++) {
    const seed = (Math.imul(SEED, 0x9e3779b1) + run) >>> 0;
    try {
      property(new Random(seed));
    } catch (error) {
      throw new Error(`run ${run} of seed ${SEED}`, { cause: error });
    }
  }
}
