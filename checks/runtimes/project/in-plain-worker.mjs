// Runs in the Web Worker of the page that has no bundler.
import * as harmony from "./package-files.mjs";
import { sample } from "./sample.mjs";
import { smoke } from "./smoke.mjs";

postMessage(await smoke(harmony, sample));
