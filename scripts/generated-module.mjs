import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Writes a generated module or, with `--check` on the command line, exits with 1 if the file differs from it. */
export function writeOrCheck(url, text) {
  const path = fileURLToPath(url);
  if (!process.argv.includes("--check")) {
    writeFileSync(path, text);
  } else if (readFileSync(path, "utf8") !== text) {
    console.error(`${path} is not what its generator makes: npm run generate`);
    process.exitCode = 1;
  }
}
