import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Engine } from "harmony-format/engines";
import { demoEngine } from "../demo/demo-engine.js";
import { openState } from "../state/open-state.js";
import type { State } from "../state/state.js";
import { upstreamsAt } from "../upstreams/addresses.js";
import { createPool, type PoolOptions } from "../upstreams/pool.js";
import type { FlagValues } from "./flags.js";
import { UsageError } from "./usage-error.js";

const NOTHING_BEHIND = `there is no engine to stand before; say where it is, or see it work without one:
  harmony-gateway --engine llama.cpp --upstream http://localhost:8080
  harmony-gateway --demo`;

/**
 * What runs the model.
 * @param options How several engines are gone about.
 * @throws UsageError if the flags name nothing, or two things.
 */
export async function engineOf(flags: FlagValues, options: PoolOptions = {}): Promise<Engine> {
  const { engine = "llama.cpp", upstream = [], model = [], demo = false } = flags;
  if (demo && upstream.length > 0) throw new UsageError("--demo stands for an engine: leave out --upstream, or --demo");
  if (demo) return demoEngine();
  if (upstream.length === 0) throw new UsageError(NOTHING_BEHIND);
  // The pool itself looks how long an answer takes.
  const settings = { engine, model: model[0], apiKey: flags["upstream-key"], timeout: Infinity };
  return createPool(upstreamsAt(upstream, settings), { ...options, concurrentRequests: flags["upstream-requests"] });
}

/** The folder of the playground: the one that the flags name, or the one that comes with the package. */
export function playgroundOf({ playground }: FlagValues): string | undefined {
  const own = fileURLToPath(new URL("../../playground", import.meta.url));
  return playground ?? (existsSync(own) ? own : undefined);
}

/**
 * Where the gateway keeps what the next request may need.
 * @throws UsageError if the store cannot be opened.
 */
export async function stateOf({ state = "memory" }: FlagValues): Promise<State> {
  try {
    return await openState(state);
  } catch (error) {
    throw new UsageError(`--state: ${error instanceof Error ? error.message : String(error)}`, 1);
  }
}

/**
 * The keys of which a request must bring one; `undefined` if none is asked for.
 * @throws UsageError for a file that cannot be read, or has no key in it.
 */
export function apiKeysOf(flags: FlagValues): readonly string[] | undefined {
  const file = flags["api-keys-file"];
  const keys = [...(flags["api-key"] ?? []), ...(file === undefined ? [] : keysIn(file))];
  return keys.length === 0 ? undefined : keys;
}

function keysIn(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--api-keys-file: ${error instanceof Error ? error.message : String(error)}`);
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  // Without this, a file that somebody has emptied by mistake would open the gateway to all.
  if (keys.length === 0) throw new UsageError(`--api-keys-file: there is no key in ${file}; write one a line`);
  return keys;
}
