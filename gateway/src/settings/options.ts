import { type HarmonyEncoding, loadHarmonyEncoding } from "harmony-format";
import type { Engine } from "harmony-format/engines";
import type { ReadRequestOptions } from "harmony-format/responses";
import { MemoryState } from "../state/memory.js";
import type { State } from "../state/state.js";
import type { ToolsOptions } from "../tools/options.js";

/** What a gateway is made of. */
export interface GatewayOptions {
  /** What runs the model: one of those of `harmony-format/engines`, or any object with the same members. */
  readonly engine: Engine;
  /**
   * The names of the model, the usual one first: a request for any other is refused with a 404. Default: any name will do.
   */
  readonly models?: readonly string[] | undefined;
  /** What becomes of something in a request that Harmony cannot say. Default: `"error"`. */
  readonly unsupported?: "error" | "drop" | undefined;
  /** Where responses and the tokens of calls are kept. Default: the latest in memory. */
  readonly state?: State | undefined;
  /** The tools that the gateway runs itself. Default: none. */
  readonly tools?: ToolsOptions | undefined;
}

/** The options of a gateway, checked, with all that follows from them: what a route works with. */
export interface Settings {
  readonly engine: Engine;
  readonly encoding: HarmonyEncoding;
  readonly models: readonly string[];
  readonly state: State;
  readonly tools: ToolsOptions;
  /** How a request is read that comes now. */
  readOptions(): ReadRequestOptions;
}

/** @throws TypeError for options that cannot be used. */
export function settingsOf(options: GatewayOptions): Settings {
  const { engine, models = [], unsupported, state = new MemoryState(), tools = {} } = options;
  return {
    engine,
    encoding: loadHarmonyEncoding(),
    models,
    state,
    tools,
    readOptions: () => ({ unsupported, conversationStartDate: new Date().toISOString().slice(0, 10) }),
  };
}
