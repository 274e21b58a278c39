import type { Engine, EngineOutput, EngineRequest, EngineUsage } from "harmony-format/engines";
import { aroundEngine } from "../upstreams/around-engine.js";
import type { GatewayMetrics } from "./gateway-metrics.js";

/** An engine whose completions are counted. */
export function measureEngine(engine: Engine, metrics: GatewayMetrics): Engine {
  return aroundEngine(engine, (request, signal) => generate(engine, request, metrics, signal));
}

async function* generate(
  engine: Engine,
  request: EngineRequest,
  metrics: GatewayMetrics,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const begun = performance.now();
  let written = 0;
  let usage: EngineUsage = {};
  let hasBegun = false;
  try {
    for await (const output of engine.generate(request, signal)) {
      if (!hasBegun) {
        hasBegun = true;
        metrics.firstToken.observe((performance.now() - begun) / 1000);
      }
      if ("tokens" in output) written += output.tokens.length;
      else if ("finish" in output) usage = output.usage ?? {};
      yield output;
    }
  } finally {
    if (hasBegun) {
      const { promptTokens = request.tokens.length, cachedTokens = 0, completionTokens = written } = usage;
      metrics.tokens.inc({ kind: "prompt" }, promptTokens);
      metrics.tokens.inc({ kind: "cached" }, cachedTokens);
      metrics.tokens.inc({ kind: "completion" }, completionTokens);
    }
  }
}
