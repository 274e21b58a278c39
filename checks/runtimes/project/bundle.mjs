import * as harmony from "./package.mjs";
import { report } from "./page.mjs";
import { sample } from "./sample.mjs";
import { smoke } from "./smoke.mjs";

report(() => smoke(harmony, sample));
