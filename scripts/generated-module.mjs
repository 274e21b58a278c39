import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Writes a generated module; with `--check` on the command line compares it instead, and exits with 1 if it differs. */
export function writeOrCheck(url, text) {
  const path = fileURLToPath(url);
  if (!process.argv.includes("--check")) {
    writeFileSync(path, text);
  } else if (readFileSync(path, "utf8") !== text) {
    console.error(`${path} is not what its generator makes: run it without --check`);
    process.exitCode = 1;
  }
}
