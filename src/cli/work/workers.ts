import type { Worker } from "node:worker_threads";
import type { Chunk } from "../input/chunks.js";
import type { SettingValue } from "../io.js";
import type { Batch, BatchResult } from "./batch.js";
import { workOff } from "./batch.js";
import type { Handler } from "./handler.js";

/** How many pieces of work a thread has at a time: one that it does, and one that it need not wait for. */
const PLACES = 2;
/** How many buffers are kept for later. */
const MOST_SPARES = 4;

/** Who does the work: this thread, or others. */
export interface Workers {
  /** How many pieces of work there should be at a time, so that nobody waits. */
  readonly places: number;
  work(chunk: Chunk, isStrict: boolean): Promise<BatchResult>;
  /** Takes back a result that nobody reads any longer. */
  recycle(result: BatchResult): void;
  close(): Promise<void>;
}

/** What a thread is told when it starts. */
export interface ThreadData {
  readonly command: string;
  readonly settings: Readonly<Record<string, SettingValue>>;
}

/** What a thread answers: the result, or the error that is no fault of the data. */
export type ThreadAnswer = { readonly result: BatchResult } | { readonly failure: Error };

/** Output buffers that have been written and can be used again. */
class Spares {
  readonly #buffers: ArrayBuffer[] = [];

  add({ output }: BatchResult): void {
    if (output.length > 0 && this.#buffers.length < MOST_SPARES) this.#buffers.push(output.buffer);
  }

  batch({ format, bytes }: Chunk, isStrict: boolean): Batch {
    return { format, bytes, isStrict, spare: this.#buffers.pop() };
  }
}

/** This thread does the work. */
export function here(handler: Handler): Workers {
  const spares = new Spares();
  return {
    places: 1,
    async work(chunk, isStrict) {
      const result = await workOff(spares.batch(chunk, isStrict), handler);
      // Gives signals and timers their turn.
      await new Promise((resolve) => setImmediate(resolve));
      return result;
    },
    recycle: (result) => spares.add(result),
    async close() {},
  };
}

/** Other threads do the work. */
export async function threads(count: number, data: ThreadData): Promise<Workers> {
  const { Worker } = await import("node:worker_threads");
  const url = new URL("./thread.js", import.meta.url);
  const all = Array.from({ length: count }, () => runThread(new Worker(url, { workerData: data })));
  const spares = new Spares();
  return {
    places: PLACES * count,
    work(chunk, isStrict) {
      const idlest = all.reduce((best, thread) => (thread.waiting < best.waiting ? thread : best));
      return idlest.work(spares.batch(chunk, isStrict));
    },
    recycle: (result) => spares.add(result),
    async close() {
      await Promise.all(all.map((thread) => thread.close()));
    },
  };
}

interface Thread {
  /** How many pieces of work it has. */
  readonly waiting: number;
  work(batch: Batch): Promise<BatchResult>;
  close(): Promise<void>;
}

function runThread(worker: Worker): Thread {
  const waiting: { resolve(result: BatchResult): void; reject(error: Error): void }[] = [];
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on("message", (answer: ThreadAnswer) => {
    // Answers come in the order of the questions.
    if ("result" in answer) waiting.shift()?.resolve(answer.result);
    else waiting.shift()?.reject(answer.failure);
  });
  worker.on("error", fail);
  worker.on("exit", (code) => {
    if (code !== 0) fail(failure ?? new Error(`a thread ended with code ${code}`));
  });
  return {
    get waiting() {
      return waiting.length;
    },
    work(batch) {
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        const { bytes, spare } = batch;
        worker.postMessage(batch, spare === undefined ? [bytes.buffer] : [bytes.buffer, spare]);
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}
