// What runs in a worker that resolves packages by name: a Web Worker of Bun or Deno, or one that Vite bundles.
import * as harmony from "./package.mjs";
import { sample } from "./sample.mjs";
import { smoke } from "./smoke.mjs";

postMessage(await smoke(harmony, sample));
