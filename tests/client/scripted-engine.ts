import { loadHarmonyEncoding } from "../../src/encoding.js";
import type { Engine, EngineOutput, EngineRequest, EngineUsage } from "../../src/engines/engine.js";
import type { FinishReason } from "../../src/parse/finish.js";

const encoding = loadHarmonyEncoding();

/** What an engine does next: writes text as tokens, waits, fails, or ends. */
export type Step =
  | string
  | { readonly wait: Promise<unknown> }
  | { readonly fail: unknown }
  | { readonly finish: FinishReason; readonly usage?: EngineUsage };

export interface ScriptedEngineOptions {
  readonly constraints?: Engine["constraints"];
  /** How many tokens an output has. Default: 1. */
  readonly chunk?: number;
  /** Whether it goes on although its signal is aborted, as an engine should not. */
  readonly isDeaf?: boolean;
  /** Gives text in place of tokens. */
  readonly isTextOnly?: boolean;
}

/** An engine that writes what a test wants, and knows what became of it. */
export class ScriptedEngine implements Engine {
  readonly name = "scripted";
  readonly constraints: Engine["constraints"];
  /** What it was asked, in order. */
  readonly requests: EngineRequest[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  /** How many completions have begun and not ended. */
  running = 0;
  /** How many have run at the same time, at most. */
  most = 0;
  /** How many were ended before their end. */
  stopped = 0;
  /** How many outputs it has given. */
  outputs = 0;
  readonly #script: (request: EngineRequest, index: number) => Iterable<Step>;
  readonly #options: ScriptedEngineOptions;

  /** @param script What is written for the request of this index; each is ended with `stop` unless it ends itself. */
  constructor(
    script: readonly Step[] | ((request: EngineRequest, index: number) => Iterable<Step>),
    options: ScriptedEngineOptions = {},
  ) {
    this.#script = typeof script === "function" ? script : () => script;
    this.#options = options;
    this.constraints = options.constraints;
  }

  async *generate(request: EngineRequest, signal?: AbortSignal): AsyncGenerator<EngineOutput, void, undefined> {
    const { chunk = 1, isDeaf = false, isTextOnly = false } = this.#options;
    const heard = isDeaf ? undefined : signal;
    const index = this.requests.push(request) - 1;
    this.signals.push(signal);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    let hasEnded = false;
    try {
      for (const step of this.#script(request, index)) {
        heard?.throwIfAborted();
        if (typeof step === "string") {
          const tokens = isTextOnly ? Array.from(step) : encoding.encode(step, { allowedSpecial: "all" });
          for (let at = 0; at < tokens.length; at += chunk) {
            heard?.throwIfAborted();
            // As an engine does: what is next comes later.
            await Promise.resolve();
            this.outputs += 1;
            const part = tokens.slice(at, at + chunk);
            yield isTextOnly ? { text: part.join("") } : { tokens: part as number[] };
          }
        } else if ("wait" in step) {
          await orAborted(step.wait, heard);
        } else if ("fail" in step) {
          hasEnded = true;
          throw step.fail;
        } else {
          hasEnded = true;
          yield step;
          return;
        }
      }
      hasEnded = true;
      yield { finish: "stop" };
    } finally {
      this.running -= 1;
      if (!hasEnded) this.stopped += 1;
    }
  }
}

/** Waits, but not beyond an abort. */
async function orAborted(promise: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    await promise;
    return;
  }
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop!);
  }
}

/** Never. */
export const FOREVER: Promise<never> = new Promise(() => {});

/** What a model writes: thoughts, then an answer. */
export const ANSWER: readonly Step[] = [
  "<|channel|>analysis<|message|>Two and two.<|end|><|start|>assistant<|channel|>final<|message|>Four, of course.<|return|>",
];

/** What a model writes: a preamble, then a call. */
export const CALL: readonly Step[] = [
  "<|channel|>analysis<|message|>Ask.<|end|><|start|>assistant<|channel|>commentary<|message|>I will look.<|end|>",
  '<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Lisbon"}<|call|>',
];
