// Starts the Web Worker of Bun and Deno.
const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => {
  console.log(`SMOKE ${JSON.stringify(data)}`);
  worker.terminate();
};
