// Changes the source in one place after another, and tells which changes no test notices.
//
//   npm run mutation -- --mutate src/render/message.ts          a file
//   npm run mutation -- --mutate "src/parse/strict/**"          a folder
//   npm run mutation                                            everything, which takes many hours
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ROOT } from "../packed.mjs";
import { installTools } from "../tool-folder.mjs";

const here = new URL("./", import.meta.url);
installTools(here);
const stryker = fileURLToPath(new URL("node_modules/.bin/stryker", here));
const options = ["run", "checks/mutation/stryker.config.mjs", ...process.argv.slice(2)];
const { status, signal } = spawnSync(stryker, options, {
  cwd: ROOT,
  // The properties need no more runs than this to notice a change; the long runs are for what nobody thought of.
  env: { HARMONY_RUNS: "200", ...process.env },
  stdio: "inherit",
});
if (signal !== null) console.error(`Stryker was stopped by ${signal}; nothing of this run is kept.`);
process.exitCode = status ?? 1;
