import { type Engine, EngineError, type EngineOutput, type EngineRequest } from "harmony-format/engines";
import { readSituation } from "./situation.js";
import { writeTurn } from "./turn.js";

/** How the demonstration runs. */
export interface DemoOptions {
  /** Default: 60, about as fast as a good computer at home runs gpt-oss. `Infinity`: as fast as they are read. */
  readonly tokensPerSecond?: number | undefined;
}

/**
 * An engine without a model, for trying a gateway out: it says in each answer that it is a demonstration and what it was
 * asked. It writes Harmony as gpt-oss does, at the pace of one: it thinks first, calls a tool once if there are any and uses
 * what the tool gave back, and keeps to a schema.
 */
export function demoEngine({ tokensPerSecond = 60 }: DemoOptions = {}): Engine {
  if (!(tokensPerSecond > 0)) throw new TypeError("demoEngine: tokensPerSecond must be greater than 0");
  return {
    name: "demo",
    constraints: "structural-tag",
    generate: (request, signal) => generate(request, 1000 / tokensPerSecond, signal),
  };
}

async function* generate(
  request: EngineRequest,
  pause: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const { tokens, encoding, maxTokens = Number.POSITIVE_INFINITY } = request;
  if (request.sampling?.logitBias !== undefined) {
    throw new EngineError("unsupported", "sampling.logitBias: the demonstration has no model to lean on", {
      engine: "demo",
    });
  }
  const written = encoding.encode(writeTurn(readSituation(request)), { allowedSpecial: "all" });
  const count = Math.min(written.length, maxTokens);
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted();
    // Late tokens are not paid for by those behind them: the pace is kept from the start on.
    await wait(start + (index + 1) * pause - performance.now(), signal);
    yield { tokens: [written[index]!] };
  }
  const finish = count < written.length ? "length" : "stop";
  yield { finish, usage: { promptTokens: tokens.length, completionTokens: count } };
}

/** @throws The reason of the signal. */
async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", leave);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", leave, { once: true });
  });
}
