import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** The built command line. `npm test` builds it first. */
export const MAIN: string = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
if (!existsSync(MAIN)) throw new Error("the command line has not been built: npm run build");

/** A temporary folder for the tests of a file, with the program in its folder `bin`. */
export const FOLDER: string = mkdtempSync(`${tmpdir()}/harmony-format-cli-`);
writeFileSync(`${FOLDER}/harmony-format`, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** What a process has come to. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of the processes: the program is in the path, and nothing says how to colour. */
export function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...rest } = process.env;
  return { ...rest, PATH: `${FOLDER}:${process.env.PATH}`, ...extra };
}

/** Runs a line in bash, in the temporary folder. */
export function shell(line: string, input: string | Uint8Array = "", extra: Record<string, string> = {}): Outcome {
  const options = { cwd: FOLDER, input, env: environment(extra), encoding: "utf8", maxBuffer: 2 ** 28 } as const;
  const { status, signal, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", line], options);
  return { code: status, signal, stdout, stderr };
}
