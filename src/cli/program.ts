import { readFileSync } from "node:fs";

/** The name of the program. */
export const PROGRAM = "harmony-format";

/** The version of the package, from its package.json: two folders above this file in the build and in the source alike. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
