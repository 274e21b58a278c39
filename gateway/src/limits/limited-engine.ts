import { ApiError } from "harmony-format/client";
import type { Engine, EngineOutput, EngineRequest } from "harmony-format/engines";
import { aroundEngine } from "../upstreams/around-engine.js";
import type { CheckedLimits } from "./limits.js";

/** An engine that is asked for no more tokens, and shown no more, than the limits say. */
export function limitEngine(engine: Engine, limits: CheckedLimits): Engine {
  return aroundEngine(engine, (request, signal) => generate(engine, request, limits, signal));
}

async function* generate(
  engine: Engine,
  request: EngineRequest,
  limits: CheckedLimits,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const { length } = request.tokens;
  if (length > limits.promptTokens) {
    throw new ApiError(
      `the prompt has ${length} tokens, and at most ${limits.promptTokens} are taken here; send less of the conversation`,
      { code: "context_length_exceeded" },
    );
  }
  const most = Math.min(request.maxTokens ?? Infinity, limits.outputTokens);
  const maxTokens = most === Infinity ? undefined : most;
  yield* engine.generate({ ...request, maxTokens }, signal);
}
