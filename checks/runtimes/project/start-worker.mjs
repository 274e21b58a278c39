// Bun and Deno: starts a Web Worker and prints its result.
const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => {
  console.log(`SMOKE ${JSON.stringify(data)}`);
  worker.terminate();
};
