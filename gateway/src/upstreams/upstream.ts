import type { Engine } from "harmony-format/engines";

/** A place where the model runs, as a pool is told of it. */
export interface Upstream {
  readonly engine: Engine;
  /**
   * What it is called in logs and metrics, without credentials; no two of a pool may be called the same. Several gateways
   * agree on where a conversation goes if they call the upstreams by the same addresses.
   */
  readonly address: string;
  /** How many requests it may work on at once; it wins over the pool's own. */
  readonly concurrentRequests?: number | undefined;
  /** Looks whether it can be used now: rejects if not. Absent: it is never looked at without a request. */
  readonly check?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

/** How an upstream is, for `/ready`, `/metrics` and logs. */
export interface UpstreamStatus {
  /** The name of its engine, such as `"llama.cpp"`. */
  readonly name: string;
  readonly address: string;
  /**
   * `closed`: it is used. `open`: it has failed, and is left alone for a while. `half-open`: one request is to show whether it
   * works again. `draining`: it is sent nothing any more, because a person wants that.
   */
  readonly state: "closed" | "open" | "half-open" | "draining";
  /** How many requests it is working on. */
  readonly busy: number;
  /** How many requests it has been sent. */
  readonly requests: number;
  /** How many requests and health checks have failed by its fault. */
  readonly failures: number;
  /** What went wrong the last time that something did. */
  readonly lastError?: string | undefined;
}

/** Whether an upstream would be sent a request. */
export function isUsable({ state }: UpstreamStatus): boolean {
  return state === "closed" || state === "half-open";
}
