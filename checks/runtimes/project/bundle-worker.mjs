import { report } from "./page.mjs";

// Written out in full because bundlers recognize a worker by exactly this expression.
const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
report(
  () =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
    }),
);
