import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../gateway/dist/main.js", import.meta.url));

/** A gateway as a process of its own. */
export interface GatewayProcess {
  /** Such as `http://127.0.0.1:41234`. */
  readonly address: string;
  readonly process: ChildProcess;
  /** What it has written so far, on both of its outputs. */
  output(): string;
  /** Lets it end as a service manager does; waits until it has. @returns Its exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Starts a gateway on a free port. @param flags What stands behind the command. */
export async function startGateway(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [MAIN, "--port", "0", ...flags], { env: { ...process.env, ...env } });
  let output = "";
  const address = await new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output += chunk;
      const found = /listening on (http:\S+)/.exec(output);
      if (found !== null) resolve(found[1]!);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("exit", (code) => reject(new Error(`the gateway ended with ${code}:\n${output}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };
  return {
    address,
    process: child,
    output: () => output,
    stop: async () => {
      await end("SIGTERM");
      return child.exitCode;
    },
    kill: () => end("SIGKILL"),
  };
}
