// A page that loads the package's files as they are, without a bundler or an import map.
import * as harmony from "./package-files.mjs";
import { report } from "./page.mjs";
import { sample } from "./sample.mjs";
import { smoke } from "./smoke.mjs";

report(() => smoke(harmony, sample));
