// What runs on each thread of --jobs.
import { parentPort, workerData } from "node:worker_threads";
import { LOAD } from "../commands/load.js";
import { Settings } from "../io.js";
import { type Batch, workOff } from "./batch.js";
import type { ThreadAnswer, ThreadData } from "./workers.js";

const { command, settings } = workerData as ThreadData;
// Work may arrive while the command is being loaded.
const handler = LOAD[command]!().then(({ createHandler }) => createHandler!(new Settings(settings)));

/** Answers go out in the order of the questions. */
let last: Promise<unknown> = Promise.resolve();

parentPort!.on("message", (batch: Batch) => {
  last = last.then(() => answer(batch));
});

async function answer(batch: Batch): Promise<void> {
  let answered: ThreadAnswer;
  try {
    answered = { result: await workOff(batch, await handler) };
  } catch (error) {
    answered = { failure: error as Error };
  }
  parentPort!.postMessage(answered, "result" in answered ? buffersOf(answered.result) : []);
}

function buffersOf({
  output,
  sequences,
  written,
}: Extract<ThreadAnswer, { result: unknown }>["result"]): ArrayBuffer[] {
  const { tokens, mask, lengths } = sequences ?? {};
  return [output, tokens, mask, lengths, written?.lengths, written?.learned].flatMap((array) =>
    array === undefined ? [] : [array.buffer],
  );
}
