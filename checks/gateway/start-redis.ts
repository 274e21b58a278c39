import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Redis as a process of its own, with a folder of its own. */
export interface RedisServer {
  /** Such as `redis://127.0.0.1:41234`. */
  readonly address: string;
  /** Ends it at once; what it has acknowledged stays in its folder. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with what it had kept. */
  restart(): Promise<void>;
  /** Ends it and throws its folder away. */
  remove(): Promise<void>;
  /** Stops answering, without closing a connection; `go` goes on. */
  freeze(): void;
  go(): void;
}

/** Starts Redis (or Valkey) on a free port. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "gateway-redis-"));
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const flags = ["--port", port, "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--save", ""];
    child = spawn("redis-server", [...flags, "--appendfsync", "always"].map(String));
    let output = "";
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
      child.stdout?.on("data", (chunk: Buffer) => {
        output += chunk;
        if (output.includes("Ready to accept connections")) resolve();
      });
    });
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  await start();
  return {
    address: `redis://127.0.0.1:${port}`,
    kill,
    restart: start,
    remove: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
    freeze: () => void child.kill("SIGSTOP"),
    go: () => void child.kill("SIGCONT"),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}
