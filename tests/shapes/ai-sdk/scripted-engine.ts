import type { Engine, EngineOutput, EngineRequest, EngineUsage } from "../../../src/engines/engine.js";
import { loadHarmonyEncoding } from "../../../src/index.js";

/** What a model writes next: Harmony with markers, one token at a time, and what the engine then says or does. */
export interface Script {
  readonly output: string;
  /** Why it ends; `undefined` for an engine that does not say, and so yields no end at all. Default: `"stop"`. */
  readonly finish?: string | undefined;
  readonly usage?: EngineUsage;
  /** What the engine throws behind the output. */
  readonly error?: Error;
  /** Whether the engine waits forever behind the output, until it is stopped. */
  readonly hangs?: boolean;
  /** Whether it gives text, in pieces of three characters, instead of tokens. */
  readonly isText?: boolean;
}

/** An engine that plays scripts, one for each request, and notes what it is asked. */
export interface ScriptedEngine extends Engine {
  readonly requests: EngineRequest[];
  /** How many requests were stopped before their end. */
  readonly stopped: number;
}

const encoding = loadHarmonyEncoding();

/** The tokens of what a model writes. */
export function tokensOf(output: string): number[] {
  return encoding.encode(output, { allowedSpecial: "all" });
}

export function scriptedEngine(
  scripts: readonly (string | Script)[],
  constraints?: Engine["constraints"],
): ScriptedEngine {
  const requests: EngineRequest[] = [];
  let stopped = 0;
  const left = scripts.map((script) => (typeof script === "string" ? { output: script } : script));
  return {
    name: "script",
    constraints,
    requests,
    get stopped() {
      return stopped;
    },
    async *generate(request, signal): AsyncGenerator<EngineOutput> {
      requests.push(request);
      const script: Script | undefined = left.shift();
      if (script === undefined) throw new Error("the script has no more completions");
      const { output, usage, error, hangs, isText } = script;
      let isOver = false;
      try {
        for (const piece of isText === true ? (output.match(/.{1,3}/gsu) ?? []) : tokensOf(output)) {
          await Promise.resolve();
          signal?.throwIfAborted();
          yield typeof piece === "string" ? { text: piece } : { tokens: [piece] };
        }
        if (hangs === true) {
          await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
        }
        isOver = true;
        if (error !== undefined) throw error;
        const finish = "finish" in script ? script.finish : "stop";
        if (finish !== undefined) yield { finish, usage };
      } finally {
        if (!isOver) stopped += 1;
      }
    },
  };
}
