// What runs on each thread of --jobs.
import { parentPort, workerData } from "node:worker_threads";
import { LOAD } from "../commands/load.js";
import { Settings } from "../io.js";
import { type Batch, workOff } from "./batch.js";
import type { ThreadAnswer, ThreadData } from "./workers.js";

const { command, settings } = workerData as ThreadData;
// Work may arrive while the command is being loaded.
const handler = LOAD[command]!().then(({ createHandler }) => createHandler!(new Settings(settings)));

parentPort!.on("message", async (batch: Batch) => {
  let answer: ThreadAnswer;
  try {
    answer = { result: workOff(batch, await handler) };
  } catch (error) {
    answer = { failure: error as Error };
  }
  parentPort!.postMessage(answer, "result" in answer ? buffersOf(answer.result) : []);
});

function buffersOf({ output, sequences }: Extract<ThreadAnswer, { result: unknown }>["result"]): ArrayBuffer[] {
  const { tokens, mask, lengths } = sequences ?? {};
  return [output, tokens, mask, lengths].flatMap((array) => (array === undefined ? [] : [array.buffer]));
}
