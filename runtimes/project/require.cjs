// Node and Bun, from CommonJS.
const harmony = { ...require("harmony-format"), ...require("harmony-format/stream") };

Promise.all([import("./smoke.mjs"), import("./sample.mjs")])
  .then(([{ smoke }, { sample }]) => smoke(harmony, sample))
  .then((result) => console.log(`SMOKE ${JSON.stringify(result)}`));
