// Node, Bun and Deno, as an ES module.
import * as harmony from "./package.mjs";
import { sample } from "./sample.mjs";
import { smoke } from "./smoke.mjs";

console.log(`SMOKE ${JSON.stringify(await smoke(harmony, sample))}`);
