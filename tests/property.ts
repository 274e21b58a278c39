import fc from "fast-check";
import { test } from "vitest";

/** Runs of a property that is cheap to try; one that is not says how many it affords. */
const USUAL_RUNS = 200_000;

const { HARMONY_RUNS, HARMONY_SEED, HARMONY_PATH } = process.env;

/** How many runs the environment asks for; `undefined` leaves each property its own number. */
const ASKED_RUNS: number | undefined = HARMONY_RUNS === undefined ? undefined : positiveInteger(HARMONY_RUNS);
const SEED: number = HARMONY_SEED === undefined ? 1 : Number(HARMONY_SEED);

/** How many times larger than usual the tests of sizes shall be: 10 for HARMONY_RUNS=2000000, and never less than 1. */
export const SCALE: number = Math.max(1, Math.round((ASKED_RUNS ?? USUAL_RUNS) / USUAL_RUNS));

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`HARMONY_RUNS must be a positive integer, not "${text}"`);
  }
  return value;
}

/** The arbitraries of a property's values. */
type Arbitraries<Values extends unknown[]> = { [Index in keyof Values]: fc.Arbitrary<Values[Index]> };

interface PropertyOptions {
  /** How many runs there are unless the environment asks for another number; 200,000 if left out. */
  readonly runs?: number;
}

/**
 * A test that a property holds, which it shows by not throwing, for whatever values the arbitraries give. A failure is
 * shrunk, and tells how to run it again. The environment decides how often and with which values:
 *
 * - `HARMONY_RUNS=1000000`: so many runs of each property, for a long look or a short one;
 * - `HARMONY_SEED=7`: other values;
 * - `HARMONY_PATH=12:3:0`: only the failing run that printed this path, with the same seed.
 */
export function testProperty<Values extends [unknown, ...unknown[]]>(
  title: string,
  arbitraries: Arbitraries<Values>,
  property: (...values: Values) => void,
  options: PropertyOptions = {},
): void {
  const runs = ASKED_RUNS ?? options.runs ?? USUAL_RUNS;
  // The time that a slow machine needs, and as much again.
  const timeout = 60_000 + runs * 2;
  test(`${title} (${runs} runs)`, { timeout }, () => {
    const details = fc.check(fc.property<Values>(...arbitraries, property), {
      numRuns: runs,
      seed: SEED,
      ...(HARMONY_PATH === undefined ? {} : { path: HARMONY_PATH, endOnFailure: true }),
    });
    if (!details.failed) return;
    const replay = `To run it again: HARMONY_SEED=${details.seed} HARMONY_PATH=${details.counterexamplePath} npx vitest run -t ${JSON.stringify(title)}`;
    throw new Error(`${fc.defaultReportMessage(details)}\n\n${replay}`, { cause: details.errorInstance });
  });
}
