import type { Io, Settings } from "../io.js";
import { type Destination, openDestination } from "../output/destination.js";
import type { PlacedProblem } from "../output/problems.js";
import type { BatchResult } from "./batch.js";
import type { FinishedInput } from "./journal.js";

/** What a run has come to. */
export interface Totals {
  records: number;
  /** Records that were left out. */
  failed: number;
  /** What `check` found. */
  findings: number;
  readonly counts: Record<string, number>;
}

/** Takes the results, in the order of the input. */
export interface Consumer {
  accept(result: BatchResult, problems: readonly PlacedProblem[]): Promise<void>;
  /** What it takes to go on from here; `undefined` where no other run could. */
  state(): unknown;
  /** Completes the output. Until then, nothing has its name. */
  finish(totals: Totals, inputs: readonly FinishedInput[]): Promise<void>;
  /** Leaves what there is for another run that resumes it, or removes it. */
  abandon(keep: boolean): Promise<void>;
}

/**
 * Makes a consumer.
 * @param state What the consumer of an earlier run returned as its `state`; `undefined` to begin anew.
 */
export type OpenConsumer = (settings: Settings, io: Io, state: unknown) => Promise<Consumer>;

/** Writes the output as it comes. */
export const openTextConsumer: OpenConsumer = async (settings, io, state) => {
  const destination: Destination = await openDestination(settings.text("output"), io, state as number | undefined);
  return {
    accept: ({ output }) => (output.length === 0 ? Promise.resolve() : destination.write(output)),
    state: () => destination.length,
    finish: () => destination.finish(),
    abandon: (keep) => destination.abandon(keep),
  };
};
