// Node and Bun, from CommonJS.
const harmony = {
  ...require("harmony-format"),
  ...require("harmony-format/stream"),
  text: require("harmony-format/text"),
};

Promise.all([import("./smoke.mjs"), import("./sample.mjs")])
  .then(([{ smoke }, { sample }]) => smoke(harmony, sample))
  .then((result) => console.log(`SMOKE ${JSON.stringify(result)}`));
