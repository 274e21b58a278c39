import { write } from "node:fs";
import { availableParallelism } from "node:os";
import { ExitCode, fileError, Interrupted, systemCodeOf } from "./failures.js";
import type { Input, Io, Output } from "./io.js";

/** How long to wait before a full pipe that does not block is tried again, in milliseconds. */
const RETRY = 5;

/** The world of this process. */
export function processIo(): { io: Io; end(code: ExitCode): void } {
  const stop = new AbortController();
  const onInterrupt = (): void => {
    // The second one takes the way that needs nobody's help: the signal, without a handler.
    process.removeListener("SIGINT", onInterrupt);
    stop.abort(new Interrupted());
  };
  process.on("SIGINT", onInterrupt);
  const io: Io = {
    stdin: processInput(stop.signal),
    stdout: processOutput(1, "standard output", process.stdout),
    stderr: processOutput(2, "standard error", process.stderr),
    env: process.env,
    signal: stop.signal,
    processors: availableParallelism(),
  };
  const end = (code: ExitCode): void => {
    process.removeListener("SIGINT", onInterrupt);
    if (code === ExitCode.INTERRUPTED) {
      // A shell that runs a loop ends the loop only if the program died of the signal.
      process.kill(process.pid, "SIGINT");
    }
    // Standard input may still be open, and nobody will read it.
    process.exit(code);
  };
  return { io, end };
}

function processInput(signal: AbortSignal): Input {
  return {
    get isTerminal() {
      return process.stdin.isTTY === true;
    },
    async *read() {
      const { stdin } = process;
      const onAbort = (): void => {
        stdin.destroy();
      };
      signal.addEventListener("abort", onAbort);
      try {
        for await (const chunk of stdin) yield chunk as Uint8Array;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw fileError(error, "standard input", "read");
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}

/**
 * A standard stream, written by its number: Node's own stream would hold up the whole process while a reader is slow, and
 * with it the answer to Ctrl-C.
 */
function processOutput(fd: number, name: string, stream: { isTTY?: boolean; columns?: number }): Output {
  let queue = Promise.resolve();
  return {
    get isTerminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns ?? 80;
    },
    write(data) {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      const written = queue.then(() => writeAll(fd, bytes, name));
      queue = written.catch(() => {});
      return written;
    },
  };
}

async function writeAll(fd: number, bytes: Uint8Array, name: string): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += await writeSome(fd, bytes, at);
    } catch (error) {
      if (systemCodeOf(error) !== "EAGAIN") throw fileError(error, name, "write");
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

function writeSome(fd: number, bytes: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, at, bytes.length - at, null, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}
