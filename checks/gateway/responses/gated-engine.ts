import type { Engine } from "../../../dist/engines.js";
import { type ScriptedEngine, scriptedEngine, tokensOf } from "../scripted-engine.js";

/** An engine that goes on only when it is told to. */
export interface GatedEngine extends Engine, Pick<ScriptedEngine, "requests"> {
  /** Lets it write so many tokens. */
  allow(count: number): void;
  /** Lets it write to the end, now and later. */
  open(): void;
  /** Makes it fail where it stands. */
  break(error: Error): void;
  readonly stopped: number;
  /** Whether it waits for being told to go on. */
  readonly isWaiting: boolean;
}

/** @param text The completion. @param before What it may write of it before it is told to go on. */
export function gatedEngine(text: string, before = ""): GatedEngine {
  if (!text.startsWith(before)) throw new Error("the completion does not begin like that");
  let budget = tokensOf(before).length;
  let error: Error | undefined;
  let isWaiting = false;
  let wake: () => void = () => {};
  let news = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const tell = (): void => {
    wake();
    news = new Promise((resolve) => {
      wake = resolve;
    });
  };
  async function* outputs(signal: AbortSignal | undefined) {
    const aborted = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
    for (const token of tokensOf(text)) {
      while (budget <= 0 && error === undefined && !signal?.aborted) {
        isWaiting = true;
        await Promise.race([news, aborted]);
        isWaiting = false;
      }
      if (error !== undefined) throw error;
      signal?.throwIfAborted();
      budget -= 1;
      yield { tokens: [token] };
    }
    yield { finish: "stop" as const };
  }
  const signals: (AbortSignal | undefined)[] = [];
  const inner = scriptedEngine([() => outputs(signals.at(-1))]);
  return {
    name: "gated",
    requests: inner.requests,
    get isWaiting() {
      return isWaiting;
    },
    get stopped() {
      return inner.stopped;
    },
    generate(request, signal) {
      signals.push(signal);
      return inner.generate(request, signal);
    },
    allow(count) {
      budget += count;
      tell();
    },
    open() {
      budget = Infinity;
      tell();
    },
    break(reason) {
      error = reason;
      tell();
    },
  };
}
