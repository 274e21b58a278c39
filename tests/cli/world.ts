import type { Io, Output } from "../../src/cli/io.js";
import { run } from "../../src/cli/run.js";

/** What a run in this process has come to. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is unusual about the world of a run. */
export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  readonly columns?: number;
  /** How long to wait before each piece of standard input, in milliseconds. */
  readonly delay?: number;
}

/** Runs a command line in this process, with standard input from memory. */
export async function runHere(
  argv: readonly string[],
  input: string | Uint8Array | readonly (string | Uint8Array)[] = "",
  world: World = {},
): Promise<Result> {
  const { env = {}, isTerminal = false, columns = 80, delay = 0 } = world;
  const pieces = typeof input === "string" || input instanceof Uint8Array ? [input] : input;
  const stdout = memory(isTerminal, columns);
  const stderr = memory(isTerminal, columns);
  const io: Io = {
    stdin: {
      isTerminal,
      async *read() {
        for (const piece of pieces) {
          if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
          if (piece.length > 0) yield Buffer.from(piece);
        }
      },
    },
    stdout: stdout.output,
    stderr: stderr.output,
    env,
    signal: new AbortController().signal,
    processors: 1,
  };
  const code = await run(argv, io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function memory(isTerminal: boolean, columns: number): { output: Output; text(): string } {
  const written: Uint8Array[] = [];
  return {
    output: {
      isTerminal,
      columns,
      async write(data) {
        written.push(Buffer.from(data));
      },
    },
    text: () => Buffer.concat(written).toString("utf8"),
  };
}
