// A llama-server with the tiny gpt-oss, for one test or many.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { installEngine } from "./install.mjs";

/** A running server. */
export interface LlamaServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly baseURL: string;
  /** What it has logged so far. */
  readonly log: string;
  /** Ends it in good order, and waits for that. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would, and waits for that. */
  kill(): Promise<void>;
}

export interface LlamaServerOptions {
  /** Options of llama-server, which win over the usual ones: `["--ctx-size", "512"]`. */
  readonly args?: readonly string[];
  /** Where it listens, for a server that comes back in the place of another. Default: a free port. */
  readonly port?: number;
  /** How long the server may take to load the model, in milliseconds. */
  readonly timeout?: number;
}

/** One thread is the fastest for so small a model, and one slot makes its cache foreseeable. */
const USUAL = ["--threads", "1", "--parallel", "1", "--ctx-size", "4096", "--no-ui", "--host", "127.0.0.1"];

/** How much of the log is kept, in UTF-16 units. */
const MAX_LOG = 200_000;

/** How many free ports are tried: another program may take one before the server does. */
const ATTEMPTS = 3;

/** Has Linux end the server when this process ends, however that comes about. */
const SETPRIV = "/usr/bin/setpriv";
const LEASH: readonly string[] = existsSync(SETPRIV) ? [SETPRIV, "--pdeathsig", "KILL"] : [];

/** Servers that no test has stopped, because it failed before. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const server of running) server.kill("SIGKILL");
});

/** Starts a server on a free port, and waits until it is ready. */
export async function startLlamaServer(options: LlamaServerOptions = {}): Promise<LlamaServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options, options.port ?? (await freePort()));
    } catch (error) {
      if (attempt >= ATTEMPTS || !/couldn't bind|address already in use/i.test(String(error))) throw error;
    }
  }
}

async function start({ args = [], timeout = 60_000 }: LlamaServerOptions, port: number): Promise<LlamaServer> {
  const engine = installEngine();
  const given = [...engine.options, "--model", engine.model, ...USUAL, "--port", String(port), ...args];
  const [program, ...options] = [...LEASH, engine.program, ...given] as [string, ...string[]];
  const server = spawn(program, options, {
    env: { ...process.env, ...engine.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(server);
  let log = "";
  for (const output of [server.stdout, server.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-MAX_LOG);
    });
  }
  let failure: Error | undefined;
  server.on("error", (error) => {
    failure = error;
  });
  const ended = new Promise<void>((resolve) => {
    server.on("close", () => {
      running.delete(server);
      resolve();
    });
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    server.kill(signal);
    const patience = setTimeout(() => server.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(patience);
  };
  const baseURL = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + timeout;
  while (!(await isReady(baseURL))) {
    const isGone = failure !== undefined || server.exitCode !== null || server.signalCode !== null;
    if (!isGone && Date.now() < deadline) {
      await pause(50);
      continue;
    }
    if (!isGone) await end("SIGKILL");
    throw new Error(`llama-server ${isGone ? "has ended" : "is not ready"}: ${args.join(" ")}\n${log}`, {
      cause: failure,
    });
  }
  return {
    baseURL,
    get log() {
      return log;
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** Whether the server has loaded the model; it says 503 until then. */
async function isReady(baseURL: string): Promise<boolean> {
  try {
    return (await fetch(`${baseURL}/health`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
