import type { Worker } from "node:worker_threads";
import type { SettingValue } from "../io.js";
import type { Batch, BatchResult } from "./batch.js";
import { workOff } from "./batch.js";
import type { Handler } from "./handler.js";

/** Who does the work: this thread, or others. */
export interface Workers {
  /** How many pieces of work there should be at a time, so that nobody waits. */
  readonly places: number;
  work(batch: Batch): Promise<BatchResult>;
  close(): Promise<void>;
}

/** What a thread is told when it starts. */
export interface ThreadData {
  readonly command: string;
  readonly settings: Readonly<Record<string, SettingValue>>;
}

/** What a thread answers: the result, or the error that is no fault of the data. */
export type ThreadAnswer = { readonly result: BatchResult } | { readonly failure: Error };

/** This thread does the work. */
export function here(handler: Handler): Workers {
  return {
    places: 1,
    async work(batch) {
      const result = await workOff(batch, handler);
      // Gives signals and timers their turn.
      await new Promise((resolve) => setImmediate(resolve));
      return result;
    },
    async close() {},
  };
}

/** Threads do the work. */
export async function threads(count: number, data: ThreadData): Promise<Workers> {
  const { Worker } = await import("node:worker_threads");
  const url = new URL("./thread.js", import.meta.url);
  const all = Array.from({ length: count }, () => runThread(new Worker(url, { workerData: data })));
  return {
    places: 2 * count,
    work(batch) {
      const idlest = all.reduce((best, thread) => (thread.waiting < best.waiting ? thread : best));
      return idlest.work(batch);
    },
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
        worker.postMessage(batch, [batch.bytes.buffer]);
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}
