import { loadHarmonyEncoding } from "../../src/encoding.js";
import type { Engine, EngineOutput, EngineRequest } from "../../src/engines/engine.js";

export const encoding = loadHarmonyEncoding();

/** The tokens of a text whose markers are special tokens. */
export function tokensOf(text: string): number[] {
  return encoding.encode(text, { allowedSpecial: "all" });
}

export interface ScriptedEngine extends Engine {
  /** What it was asked, in order. */
  readonly requests: EngineRequest[];
  /** How often it was stopped before its end. */
  stopped: number;
}

/** An engine that answers with what it is given: outputs, or the text of a completion, as tokens one by one. */
export function scriptedEngine(
  answers: readonly (string | readonly EngineOutput[])[],
  members: Pick<Engine, "constraints"> = {},
): ScriptedEngine {
  const queue = [...answers];
  const engine: ScriptedEngine = {
    name: "scripted",
    requests: [],
    stopped: 0,
    ...members,
    async *generate(request) {
      engine.requests.push(request);
      const answer = queue.shift();
      if (answer === undefined) throw new Error("the engine was asked more often than it has answers");
      const outputs: readonly EngineOutput[] =
        typeof answer === "string"
          ? [...tokensOf(answer).map((token) => ({ tokens: [token] })), { finish: "stop" }]
          : answer;
      let hasEnded = false;
      try {
        yield* outputs;
        hasEnded = true;
      } finally {
        if (!hasEnded) engine.stopped += 1;
      }
    },
  };
  return engine;
}
