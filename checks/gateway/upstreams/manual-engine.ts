import type { Engine, EngineOutput, EngineRequest } from "../../../dist/engines.js";
import { EngineError } from "../../../dist/engines.js";
import type { Upstream } from "../../../gateway/dist/index.js";
import { encoding, tokensOf } from "../scripted-engine.js";

/** A request that an engine is working on, in a test's hand. */
export interface Job {
  readonly request: EngineRequest;
  /** Writes a token, or whatever is given. */
  write(output?: EngineOutput): void;
  end(): void;
  fail(error: unknown): void;
  /** Whether it has been stopped from outside. */
  isStopped: boolean;
}

export interface ManualEngine extends Engine {
  /** All requests, in order. */
  readonly jobs: Job[];
  /** Those that have not ended. */
  readonly open: Set<Job>;
}

/** An engine that does nothing by itself. */
export function manualEngine(members: Partial<Engine> = {}): ManualEngine {
  const engine: ManualEngine = {
    name: "manual",
    jobs: [],
    open: new Set(),
    ...members,
    async *generate(request, signal) {
      const steps: ({ output: EngineOutput } | { error: unknown } | "end")[] = [];
      let wake = (): void => {};
      const step = (what: (typeof steps)[number]): void => {
        steps.push(what);
        wake();
      };
      const job: Job = {
        request,
        isStopped: false,
        write: (output = { tokens: [1] }) => step({ output }),
        end: () => step("end"),
        fail: (error) => step({ error }),
      };
      const abort = (): void => wake();
      signal?.addEventListener("abort", abort);
      engine.jobs.push(job);
      engine.open.add(job);
      try {
        while (true) {
          signal?.throwIfAborted();
          const next = steps.shift();
          if (next === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          } else if (next === "end") {
            engine.open.delete(job);
            return;
          } else if ("error" in next) {
            engine.open.delete(job);
            throw next.error;
          } else yield next.output;
        }
      } finally {
        signal?.removeEventListener("abort", abort);
        if (engine.open.delete(job)) job.isStopped = true;
      }
    },
  };
  return engine;
}

/** Upstreams called a, b, c, … before manual engines. */
export function manualUpstreams(count: number, members: Partial<Engine> = {}) {
  const engines = Array.from({ length: count }, () => manualEngine(members));
  const upstreams: Upstream[] = engines.map((engine, index) => ({
    engine,
    address: `http://${String.fromCharCode(97 + index)}`,
  }));
  return { engines, upstreams };
}

/** The prompt of a conversation: the first message of its user, and then all others. */
export function requestOf(first: string, ...more: string[]): EngineRequest {
  const system = "<|start|>system<|message|>You are ChatGPT.<|end|>";
  const messages = more.map((text, index) =>
    index % 2 === 0
      ? `<|start|>assistant<|channel|>final<|message|>${text}<|end|>`
      : `<|start|>user<|message|>${text}<|end|>`,
  );
  const text = `${system}<|start|>user<|message|>${first}<|end|>${messages.join("")}<|start|>assistant`;
  return { tokens: tokensOf(text), encoding };
}

export const UNREACHABLE = new EngineError("unreachable", "cannot be reached", { engine: "manual" });
export const INTERRUPTED = new EngineError("interrupted", "broke off", { engine: "manual" });

export function refused(status: number): EngineError {
  return new EngineError("refused", `refused with status ${status}`, { engine: "manual", status });
}

/** Reads a completion to its end, in the background. */
export function read(outputs: AsyncIterable<EngineOutput>) {
  const reading = {
    outputs: [] as EngineOutput[],
    state: "reading" as "reading" | "ended" | "failed",
    error: undefined as unknown,
    done: Promise.resolve(),
  };
  reading.done = (async () => {
    try {
      for await (const output of outputs) reading.outputs.push(output);
      reading.state = "ended";
    } catch (error) {
      reading.state = "failed";
      reading.error = error;
    }
  })();
  return reading;
}

/** Lets all that can go on go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
