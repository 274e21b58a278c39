// workerd: a worker without a file system, with the package's files as its modules.
import * as harmony from "./package-files.mjs";
import { sample } from "./sample.mjs";
import { smoke } from "./smoke.mjs";

export default {
  async test() {
    console.log(`SMOKE ${JSON.stringify(await smoke(harmony, sample))}`);
  },
};
