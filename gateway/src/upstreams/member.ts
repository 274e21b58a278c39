import { type Engine, EngineError } from "harmony-format/engines";
import { Circuit, type CircuitOptions } from "./circuit.js";
import { hashOf } from "./conversation.js";
import { LateCheck } from "./health-checks.js";
import { PrefixMemory } from "./prefix-memory.js";
import type { Upstream, UpstreamStatus } from "./upstream.js";

/** An upstream in a pool, with all that the pool knows of it. */
export class Member {
  readonly engine: Engine;
  readonly address: string;
  /** The hash of its address. */
  readonly place: number;
  readonly limit: number;
  readonly memory: PrefixMemory;
  readonly #circuit: Circuit;
  #busy = 0;
  #requests = 0;
  #failures = 0;
  #lastError: string | undefined;
  /** What the last health check has said; `undefined` before the first. */
  #isHealthy: boolean | undefined;
  #isDraining = false;
  #idle: (() => void)[] = [];

  constructor(upstream: Upstream, engine: Engine, limit: number, blocks: number, circuit: CircuitOptions) {
    this.engine = engine;
    this.address = upstream.address;
    this.place = hashOf(upstream.address);
    this.limit = limit;
    this.memory = new PrefixMemory(blocks);
    this.#circuit = new Circuit(circuit);
  }

  get busy(): number {
    return this.#busy;
  }

  get status(): UpstreamStatus {
    const { engine, address, state } = this;
    const [busy, requests, failures, lastError] = [this.#busy, this.#requests, this.#failures, this.#lastError];
    return { name: engine.name, address, state, busy, requests, failures, lastError };
  }

  get state(): UpstreamStatus["state"] {
    if (this.#isDraining) return "draining";
    const { state } = this.#circuit;
    // There is no need to try with a request what the health checks say.
    return state === "half-open" && this.#isHealthy === false ? "open" : state;
  }

  /** Whether it may be sent a request now, if it has room. */
  get isAdmitting(): boolean {
    return this.isWorthWaiting && this.#circuit.isAdmitting;
  }

  /** Whether waiting for it is sensible: it is full, or being tried. */
  get isWorthWaiting(): boolean {
    const { state } = this;
    return state === "closed" || state === "half-open";
  }

  /** How long it stays out of use at least, in milliseconds; 0 if it is in use, or nobody knows. */
  get openFor(): number {
    return this.#isDraining ? 0 : this.#circuit.openFor;
  }

  /** It is sent a request. @returns What is to be called when that has ended. */
  begin(): () => void {
    const endTrial = this.#circuit.begin();
    this.#busy += 1;
    this.#requests += 1;
    return () => {
      this.#busy -= 1;
      endTrial();
      if (this.#busy > 0) return;
      for (const done of this.#idle.splice(0)) done();
    };
  }

  /** A request has brought a first token. */
  answered(): void {
    this.#circuit.succeeded();
  }

  /** A request has failed. */
  failed(error: unknown): void {
    if (isFault(error)) this.#note(error, () => this.#circuit.failed());
  }

  /** A health check has found it well. */
  passed(): void {
    // What fails the requests of an upstream that was well all along is not over because it is still well.
    if (this.#isHealthy !== true) this.#circuit.recovered();
    this.#isHealthy = true;
  }

  /**
   * A health check has failed. The first one decides: the address may be wrong, or the model still be loading. One that is
   * merely late decides nothing alone.
   */
  missed(error: unknown): void {
    const isDecisive = this.#isHealthy === undefined && !(error instanceof LateCheck);
    this.#isHealthy = false;
    this.#note(error, () => (isDecisive ? this.#circuit.open() : this.#circuit.failed()));
  }

  drain(): void {
    this.#isDraining = true;
  }

  resume(): void {
    this.#isDraining = false;
  }

  /** Resolves when it is working on nothing. */
  async whenIdle(): Promise<void> {
    if (this.#busy > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #note(error: unknown, tell: () => void): void {
    this.#failures += 1;
    this.#lastError = error instanceof Error ? error.message : String(error);
    tell();
    // When it comes back, it will have been started again, and its cache be empty.
    if (this.state === "open") this.memory.forget();
  }
}

/** The statuses that say that an upstream, or what stands before it, cannot be used by anybody. */
const UNUSABLE: readonly unknown[] = [401, 403, 404, 502, 503, 504];

/**
 * Whether an error is the upstream's own fault. That of a request is not: whoever sends bad ones must not take the upstream away
 * from everybody else. An engine that is busy (429) has no fault either.
 */
function isFault(error: unknown): boolean {
  if (!(error instanceof EngineError)) return false;
  const { code, status } = error;
  if (code === "refused") return UNUSABLE.includes(status);
  return code === "unreachable" || code === "interrupted" || code === "not-understood";
}

/** The statuses with which an upstream says that another one may well do it. */
const TRY_ANOTHER: readonly unknown[] = [429, 502, 503, 504];

/** Whether a request that failed before anything of its answer had arrived is worth sending to another upstream. */
export function isWorthAnother(error: unknown): boolean {
  if (!(error instanceof EngineError)) return false;
  return error.code === "unreachable" || (error.code === "refused" && TRY_ANOTHER.includes(error.status));
}
