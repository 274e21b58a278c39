import { type HarmonyEncoding, loadHarmonyEncoding } from "harmony-format";
import type { Engine } from "harmony-format/engines";
import type { ReadRequestOptions } from "harmony-format/responses";
import { type Logger, pino } from "pino";
import type { Registry } from "prom-client";
import { limitEngine } from "../limits/limited-engine.js";
import { type CheckedLimits, type Limits, limitsOf } from "../limits/limits.js";
import { Slots } from "../limits/slots.js";
import { GatewayMetrics } from "../metrics/gateway-metrics.js";
import { measureEngine } from "../metrics/measured-engine.js";
import { memoryState } from "../state/memory.js";
import type { State } from "../state/state.js";
import type { ToolsOptions } from "../tools/options.js";
import { isPool } from "../upstreams/pool.js";
import { withTimeouts } from "../upstreams/timeouts.js";
import type { UpstreamStatus } from "../upstreams/upstream.js";
import { checkOptions } from "./check-options.js";

/** What a gateway is made of. */
export interface GatewayOptions {
  /**
   * What runs the model: one of those of `harmony-format/engines`, or any object with the same members; or a pool of several,
   * which `createPool` makes. A pool has time limits of its own, for each upstream: those of `limits` are not for it.
   */
  readonly engine: Engine;
  /**
   * The names of the model, the usual one first: a request for any other is refused with a 404. Default: any name will do.
   */
  readonly models?: readonly string[] | undefined;
  /** What becomes of something in a request that Harmony cannot say. Default: `"error"`. */
  readonly unsupported?: "error" | "drop" | undefined;
  /** Where responses and the tokens of calls are kept. Default: the latest in memory. */
  readonly state?: State | undefined;
  /** What it takes upon itself at most. */
  readonly limits?: Limits | undefined;
  /** The keys of which a request must bring one, as `Authorization: Bearer KEY`. Default: none is asked for. */
  readonly apiKeys?: readonly string[] | undefined;
  /**
   * The names of hosts that a request may be for, in its `Host`; addresses of numbers always may. It keeps pages of the web
   * from reaching a gateway of this machine by a name that they point at it. Default: any.
   */
  readonly hosts?: readonly string[] | undefined;
  /** The origins of web pages that may ask, such as `"https://chat.example"`, or `"*"`. Default: none. */
  readonly cors?: readonly string[] | undefined;
  /** Where it tells what it does. Default: nowhere. */
  readonly logger?: Logger | undefined;
  /** Whether the log holds the bodies of requests. Default: false. */
  readonly logPrompts?: boolean | undefined;
  /** Where its figures are registered. Default: a registry of its own. */
  readonly metrics?: Registry | undefined;
  /**
   * After how many milliseconds without an event a stream is given a comment, for proxies that end quiet connections.
   * Default: `Infinity`.
   */
  readonly heartbeat?: number | undefined;
  /** A folder whose files are served at `/playground/`, such as that of the built playground. Default: none is. */
  readonly playground?: string | undefined;
  /** The tools that the gateway runs itself. Default: none. */
  readonly tools?: ToolsOptions | undefined;
}

/** The options of a gateway, checked, with all that follows from them: what a route works with. */
export interface Settings {
  readonly engine: Engine;
  readonly encoding: HarmonyEncoding;
  readonly models: readonly string[];
  readonly state: State;
  readonly limits: CheckedLimits;
  /** The requests that are worked on. */
  readonly slots: Slots;
  readonly apiKeys: readonly string[];
  readonly hosts: readonly string[] | undefined;
  readonly cors: readonly string[];
  readonly logger: Logger;
  readonly logPrompts: boolean;
  readonly metrics: GatewayMetrics;
  readonly heartbeat: number;
  readonly playground: string | undefined;
  readonly tools: ToolsOptions;
  /** How the upstreams are now; none if the engine is not a pool. */
  upstreams(): readonly UpstreamStatus[];
  /** How a request is read that comes now. */
  readOptions(): ReadRequestOptions;
}

/** @throws TypeError for options that cannot be used. */
export function settingsOf(options: GatewayOptions): Settings {
  checkOptions(options);
  const { models = [], unsupported, state = memoryState(), tools = {} } = options;
  const { apiKeys = [], hosts, cors = [] } = options;
  const { logger = pino({ level: "silent" }), logPrompts = false, heartbeat = Infinity, playground } = options;
  const limits = limitsOf(options.limits);
  const slots = new Slots(limits);
  const { engine } = options;
  const pool = isPool(engine) ? engine : undefined;
  const upstreams = (): readonly UpstreamStatus[] => pool?.upstreams ?? [];
  const timed = pool ?? withTimeouts(engine, limits);
  const metrics = new GatewayMetrics(options.metrics, slots, upstreams);
  return {
    engine: measureEngine(limitEngine(timed, limits), metrics),
    encoding: loadHarmonyEncoding(),
    models,
    state,
    limits,
    slots,
    apiKeys,
    hosts,
    cors,
    logger,
    logPrompts,
    metrics,
    heartbeat,
    playground,
    tools,
    upstreams,
    readOptions: () => ({ unsupported, conversationStartDate: new Date().toISOString().slice(0, 10) }),
  };
}
