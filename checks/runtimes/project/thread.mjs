// Three of Node's worker threads at once; the one with the most failures answers for all.
import { isMainThread, parentPort, Worker } from "node:worker_threads";

if (isMainThread) {
  const answer = (thread) => new Promise((resolve, reject) => thread.on("message", resolve).on("error", reject));
  const threads = Array.from({ length: 3 }, () => answer(new Worker(new URL(import.meta.url))));
  const results = await Promise.all(threads);
  const worst = results.reduce((a, b) => (b.failures.length > a.failures.length ? b : a));
  console.log(`SMOKE ${JSON.stringify(worst)}`);
} else {
  const [harmony, { smoke }, { sample }] = await Promise.all([
    import("./package.mjs"),
    import("./smoke.mjs"),
    import("./sample.mjs"),
  ]);
  parentPort.postMessage(await smoke(harmony, sample));
}
