import { type HeapProfiler, Session } from "node:inspector";

// Work that is counted rather than timed, so that a busy machine changes nothing.

const session = new Session();
session.connect();

/** Work done by a call: what it allocates, and what it makes the engine's own string functions read. */
export interface Work {
  /**
   * Bytes allocated, including those that were freed again, estimated from a sample. Joining strings is free until somebody
   * looks into the result; then it is copied whole, and that counts here.
   */
  readonly bytes: number;
  /** UTF-16 units read by methods of strings and by regular expressions. */
  readonly units: number;
}

/**
 * Counts what a call does; it is called twice.
 *
 * @param samplingInterval How many bytes there are to a sample, on average: some 50 samples tell well enough.
 */
export function workOf(call: () => void, samplingInterval: number): Work {
  return { units: unitsReadBy(call), bytes: bytesAllocatedBy(call, samplingInterval) };
}

function bytesAllocatedBy(call: () => void, samplingInterval: number): number {
  session.post("HeapProfiler.startSampling", {
    samplingInterval,
    // Node's types do not know these two yet.
    ...{ includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true },
  });
  try {
    call();
  } finally {
    // With a session of the same thread, the answer is there before `post` returns.
    session.post("HeapProfiler.stopSampling", (_, { profile }) => {
      head = profile.head;
    });
  }
  return sizeOf(head!);
}
let head: HeapProfiler.SamplingHeapProfileNode | undefined;

function sizeOf({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}

/** The methods that may read all of a string, whatever their arguments. */
const READING = [
  "includes",
  "indexOf",
  "isWellFormed",
  "lastIndexOf",
  "replace",
  "replaceAll",
  "split",
  "toLowerCase",
  "toWellFormed",
  "trim",
  "trimEnd",
  "trimStart",
] as const;

function unitsReadBy(call: () => void): number {
  let units = 0;
  const strings = String.prototype as unknown as Record<string, (...values: unknown[]) => unknown>;
  const originals = READING.map((name) => [name, strings[name]!] as const);
  const { exec } = RegExp.prototype;
  for (const [name, original] of originals) {
    strings[name] = function (this: string, ...values: unknown[]) {
      units += this.length;
      return original.apply(this, values);
    };
  }
  RegExp.prototype.exec = function (text) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = exec.call(this, text);
    units += found === null ? (this.sticky ? 1 : text.length - from) : found.index + found[0].length - from;
    return found;
  };
  try {
    call();
  } finally {
    Object.assign(String.prototype, Object.fromEntries(originals));
    RegExp.prototype.exec = exec;
  }
  return units;
}
