import { report } from "./page.mjs";

const worker = new Worker(new URL("./in-plain-worker.mjs", import.meta.url), { type: "module" });
report(
  () =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
    }),
);
