import { readFileSync } from "node:fs";
import { type Logger, pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { createGateway, type Gateway } from "../gateway.js";
import { type NodeServer, startNodeServer } from "../http/node-server.js";
import { type Limits, limitsOf } from "../limits/limits.js";
import { toolsNamed } from "../tools/named-tools.js";
import type { FlagValues } from "./flags.js";
import { helpText } from "./help.js";
import { apiKeysOf, engineOf, playgroundOf, stateOf } from "./parts.js";
import { readCommandLine } from "./read-flags.js";
import { UsageError } from "./usage-error.js";

/** The command `harmony-gateway`: runs until it is told to stop, and then ends the process. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const command = readCommandLine(argv, env);
    if (command.run === "gateway") await serve(command.flags);
    else process.stdout.write(command.run === "help" ? helpText() : `${version()}\n`);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof TypeError)) throw error;
    process.stderr.write(`harmony-gateway: ${error.message}\n`);
    process.exitCode = error instanceof UsageError ? error.exitCode : 2;
  }
}

async function serve(flags: FlagValues): Promise<void> {
  const { host = "127.0.0.1", port = 8787 } = flags;
  const logger = loggerOf(flags);
  const metrics = new Registry();
  const apiKeys = apiKeysOf(flags);
  const isLocal = LOOPBACK.test(host);
  const tools = toolsNamed(flags.tools ?? []);
  const limits = limitsOf(limitsIn(flags));
  const { firstTokenTimeout, tokenTimeout, queuedRequests, queueTimeout, idleTimeout } = limits;
  const engine = await engineOf(flags, {
    firstTokenTimeout,
    tokenTimeout,
    queuedRequests,
    queueTimeout,
    onChange: ({ address, state, lastError }) => {
      if (state === "open") logger.warn({ upstream: address, lastError }, "an upstream cannot be used");
      else logger.info({ upstream: address, state }, "an upstream has changed its state");
    },
  });
  const state = await stateOf(flags);
  const gateway = createGateway({
    engine,
    state,
    models: flags.model,
    unsupported: flags.unsupported ?? "drop",
    limits,
    apiKeys,
    hosts: isLocal && apiKeys === undefined ? ["localhost", ...(flags["allow-host"] ?? [])] : undefined,
    cors: flags.cors,
    logger,
    logPrompts: flags["log-prompts"],
    heartbeat: flags.heartbeat,
    playground: playgroundOf(flags),
    tools,
    metrics,
  });
  collectDefaultMetrics({ register: metrics });
  let server: NodeServer;
  try {
    server = await startNodeServer(gateway, {
      host,
      port,
      idleTimeout,
      requestTimeout: flags["request-timeout"] ?? 60_000,
    });
  } catch (error) {
    await gateway.close();
    throw new UsageError(whyNotListening(error, host, port), 1);
  }
  process.stdout.write(`listening on ${server.address}\n`);
  if (!isLocal && apiKeys === undefined) {
    logger.warn(
      `everybody who reaches ${host} can use this gateway; set HARMONY_GATEWAY_API_KEYS, or listen on 127.0.0.1`,
    );
  }
  stopOnSignals(gateway, server, logger, flags["drain-timeout"] ?? 30_000);
}

/** Lets the process end when it is told to: in good order the first time, at once the second time. */
function stopOnSignals(gateway: Gateway, server: NodeServer, logger: Logger, drainTimeout: number): void {
  let isStopping = false;
  const stop = async (signal: "SIGTERM" | "SIGINT"): Promise<void> => {
    if (isStopping) process.exit(signal === "SIGTERM" ? 143 : 130);
    isStopping = true;
    logger.info(`${signal}: no more connections are accepted; what has begun may take ${drainTimeout} ms to end`);
    gateway.drain();
    const wasDrained = await server.stop(drainTimeout);
    if (!wasDrained) logger.warn("answers were broken off: they took longer than --drain-timeout allows");
    try {
      await gateway.close();
    } catch (error) {
      logger.error({ err: error }, "the state could not be closed");
    }
    process.exit(wasDrained ? 0 : 1);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
}

function loggerOf(flags: FlagValues): Logger {
  // What is written is known field by field; this is for a field that somebody adds without thinking.
  const redact = {
    paths: ["headers", "authorization", "*.headers", "*.authorization", "*.apiKey", "*.answer", "*.*.answer"],
    remove: true,
  };
  return pino({ level: flags["log-level"] ?? "info", base: null, redact }, pino.destination({ fd: 2, sync: true }));
}

function limitsIn(flags: FlagValues): Limits {
  return {
    bodyBytes: flags["body-bytes"],
    promptTokens: flags["prompt-tokens"],
    outputTokens: flags["output-tokens"],
    concurrentRequests: flags["concurrent-requests"],
    queuedRequests: flags["queued-requests"],
    queueTimeout: flags["queue-timeout"],
    firstTokenTimeout: flags["first-token-timeout"],
    tokenTimeout: flags["token-timeout"],
    idleTimeout: flags["idle-timeout"],
  };
}

/** The names and addresses that only this machine reaches. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/i;

function whyNotListening(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const place = `${host} port ${port}`;
  if (code === "EADDRINUSE") return `${place} is in use by another program; stop it, or say --port with another number`;
  if (code === "EACCES") return `${place} may not be listened on by this user; say --port with a number from 1024`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `${host} is no address of this machine; say --host with one that is, such as 127.0.0.1`;
  }
  return `cannot listen on ${place}: ${error instanceof Error ? error.message : String(error)}`;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return version;
}
