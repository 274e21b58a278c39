// Runs in a Web Worker that resolves packages by name: one of Bun or Deno, or one that Vite bundled.
import * as harmony from "./package.mjs";
import { sample } from "./sample.mjs";
import { smoke } from "./smoke.mjs";

postMessage(await smoke(harmony, sample));
