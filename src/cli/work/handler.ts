import type { InputFormat } from "../input/format.js";

/** Something to report about a record. */
export interface Problem {
  /** `error`: the record was left out. `finding`: `check` found it. `note`: what a parser repaired, and the like. */
  readonly kind: "error" | "finding" | "note";
  /** Counted from 1 in the input; absent for an input that is one record. */
  readonly line?: number;
  /** JSON path, or the place in a completion, such as `tokens 3 to 5`. */
  readonly place?: string;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

/** A record as a command gets it. */
export interface RecordInput {
  readonly format: InputFormat;
  /** The text; `""` for binary input. */
  readonly text: string;
  /** The bytes, of an input that is one record. */
  readonly bytes?: Uint8Array;
}

/** Where a command puts what it makes of records. */
export interface Results {
  /** Adds to the output. Bytes are copied: what they stand in may be used again. */
  write(data: string | Uint8Array): void;
  /** Reports something about the record. */
  report(problem: Omit<Problem, "line">): void;
  /** Adds to a count of the summary, such as `tokens`. */
  count(name: string, amount: number): void;
  /** Adds a sequence that is not written yet. */
  addSequence(tokens: Uint32Array, mask: Uint8Array): void;
  /**
   * Notes that the output has a sequence.
   * @param length How many tokens it has.
   * @param learned How many of them the model is to learn.
   */
  noteSequence(length: number, learned: number): void;
}

/**
 * What a command does with each record. Nothing is kept from one record to the next, so that threads can share the work.
 * Errors about the data are thrown as `HarmonyError` or `RecordError`; the record is left out then, with what it wrote.
 */
export interface Handler {
  handle(record: RecordInput, results: Results): void;
}

/** A handler needs something that is not loaded yet. The batch is worked on again when it is. */
export class Pending extends Error {
  readonly loading: Promise<unknown>;

  constructor(loading: Promise<unknown>) {
    super("not loaded yet");
    this.loading = loading;
  }
}

/** Something is wrong with a record. */
export class RecordError extends Error {
  readonly code: string;
  readonly place: string | undefined;

  constructor(code: string, message: string, place?: string) {
    super(message);
    this.code = code;
    this.place = place;
  }
}
