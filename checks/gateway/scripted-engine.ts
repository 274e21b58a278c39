import type { Engine, EngineOutput, EngineRequest } from "../../dist/engines.js";
import { loadHarmonyEncoding } from "../../dist/index.js";

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

/** What an engine answers: outputs, or the text of a completion, token by token; or made from what it is asked. */
export type ScriptedAnswer =
  | string
  | readonly EngineOutput[]
  | ((request: EngineRequest, prompt: string) => string | AsyncIterable<EngineOutput>);

/** An engine that answers with what it is given, in order; the last answer is given again and again. */
export function scriptedEngine(answers: readonly ScriptedAnswer[], members: Partial<Engine> = {}): ScriptedEngine {
  let asked = 0;
  const engine: ScriptedEngine = {
    name: "scripted",
    requests: [],
    stopped: 0,
    ...members,
    async *generate(request, signal) {
      engine.requests.push(request);
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      const given = typeof answer === "function" ? answer(request, encoding.decode(request.tokens)) : (answer ?? "");
      const outputs =
        typeof given === "string"
          ? [...tokensOf(given).map((token) => ({ tokens: [token] })), { finish: "stop" as const }]
          : given;
      let hasEnded = false;
      try {
        for await (const output of outputs) {
          signal?.throwIfAborted();
          yield output;
        }
        hasEnded = true;
      } finally {
        if (!hasEnded) engine.stopped += 1;
      }
    },
  };
  return engine;
}
