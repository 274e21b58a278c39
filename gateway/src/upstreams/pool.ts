import { type Engine, EngineError, type EngineOutput, type EngineRequest } from "harmony-format/engines";
import { choose } from "./choose.js";
import type { CircuitOptions } from "./circuit.js";
import { type Conversation, conversationOf, nearness } from "./conversation.js";
import { type HealthOptions, startHealthChecks } from "./health-checks.js";
import { isWorthAnother, Member } from "./member.js";
import { type EngineTimeouts, withTimeouts } from "./timeouts.js";
import type { Upstream, UpstreamStatus } from "./upstream.js";
import { WaitingLine } from "./waiting-line.js";

/** How a pool goes about its upstreams. */
export interface PoolOptions extends EngineTimeouts, CircuitOptions, HealthOptions {
  /** How many requests an upstream may work on at once. Default: no limit. */
  readonly concurrentRequests?: number | undefined;
  /** How many requests may wait for an upstream that is not full. Default: 1,000. */
  readonly queuedRequests?: number | undefined;
  /** How long a request waits, in milliseconds. Default: 60,000. */
  readonly queueTimeout?: number | undefined;
  /**
   * How much of what it has read an upstream is believed to have in its cache, in blocks of 64 tokens. A block takes some 50
   * bytes here. Default: 65,536, which is 4 million tokens.
   */
  readonly rememberedBlocks?: number | undefined;
  /** Called when an upstream has changed its state. */
  readonly onChange?: ((upstream: UpstreamStatus) => void) | undefined;
}

/** Several upstreams as one engine. */
export interface Pool extends Engine {
  /** How each upstream is now. */
  readonly upstreams: readonly UpstreamStatus[];
  /** How many requests are waiting. */
  readonly queued: number;
  /** Sends an upstream nothing any more. Resolves when it works on nothing. @throws RangeError for an unknown address. */
  drain(address: string): Promise<void>;
  /** Uses an upstream again that was drained. @throws RangeError for an unknown address. */
  resume(address: string): void;
  /** Takes no more requests, lets those that have begun come to their end, and stops looking after the upstreams. */
  close(): Promise<void>;
}

/** Whether an engine is a pool. */
export function isPool(engine: Engine): engine is Pool {
  return engine instanceof UpstreamPool;
}

/** No upstream can be used now: all are out of use, or all are busy and have been for too long. */
export class NoUpstreamError extends EngineError {
  /** When it may be worth trying again, in milliseconds from now. */
  readonly retryAfter: number;

  constructor(engine: string, message: string, retryAfter: number) {
    super("refused", message, { engine, status: 503 });
    this.retryAfter = retryAfter;
  }

  static {
    NoUpstreamError.prototype.name = "NoUpstreamError";
  }
}

/**
 * Makes one engine of several. A request goes where most of its prompt is in the cache, or to the least busy; see
 * {@link choose}. If an upstream cannot be reached or says that it is busy, the request goes to another, as long as nothing
 * of an answer has arrived: once the model has begun, there is no second attempt.
 *
 * A request with a constraint goes only to those that take one; if there are any, the pool takes constraints.
 *
 * @throws TypeError for no upstreams, and for two of the same address.
 */
export function createPool(upstreams: readonly Upstream[], options: PoolOptions = {}): Pool {
  return new UpstreamPool(upstreams, options);
}

/** After how long to ask again where nobody can say, in milliseconds. */
const USUAL_RETURN = 5000;

/** A request that looks for an upstream. */
interface Ask {
  readonly request: EngineRequest;
  readonly conversation: Conversation;
  /** Those that have failed it. */
  readonly tried: ReadonlySet<Member>;
  /** What the last of them said. */
  readonly lastError: unknown;
}

/** An upstream that has been given to a request. */
interface Lease {
  readonly member: Member;
  /** The request has ended. */
  readonly end: () => void;
}

class UpstreamPool implements Pool {
  readonly name: string;
  readonly constraints: Engine["constraints"];
  readonly #members: readonly Member[];
  readonly #line = new WaitingLine<Ask, Lease>();
  readonly #options: PoolOptions;
  readonly #shownStates = new Map<Member, UpstreamStatus["state"]>();
  readonly #stopChecks: readonly (() => void)[];
  #isClosed = false;

  constructor(upstreams: readonly Upstream[], options: PoolOptions) {
    if (upstreams.length === 0) throw new TypeError("createPool: upstreams must name at least one");
    this.#options = options;
    const { concurrentRequests = Infinity, rememberedBlocks = 65_536 } = options;
    this.#members = upstreams.map((upstream) => {
      const limit = upstream.concurrentRequests ?? concurrentRequests;
      return new Member(upstream, withTimeouts(upstream.engine, options), limit, rememberedBlocks, options);
    });
    const addresses = this.#members.map(({ address }) => address);
    const twice = addresses.find((address, index) => addresses.indexOf(address) < index);
    if (twice !== undefined) throw new TypeError(`createPool: the upstream ${twice} is there twice`);
    const engines = this.#members.map(({ engine }) => engine);
    const names = new Set(engines.map(({ name }) => name));
    this.name = [...names].join(", ");
    this.constraints = engines.find(({ constraints }) => constraints !== undefined)?.constraints;
    for (const member of this.#members) this.#shownStates.set(member, member.state);
    this.#stopChecks = upstreams.flatMap(({ check }, index) =>
      check === undefined ? [] : [this.#lookAfter(this.#members[index]!, check)],
    );
  }

  get upstreams(): readonly UpstreamStatus[] {
    return this.#members.map(({ status }) => status);
  }

  get queued(): number {
    return this.#line.length;
  }

  async *generate(request: EngineRequest, signal?: AbortSignal): AsyncGenerator<EngineOutput, void, undefined> {
    const conversation = conversationOf(request);
    const tried = new Set<Member>();
    let lastError: unknown;
    while (true) {
      const { member, end } = await this.#take({ request, conversation, tried, lastError }, signal);
      let hasBegun = false;
      try {
        for await (const output of member.engine.generate(request, signal)) {
          if (!hasBegun) {
            hasBegun = true;
            this.#noteAnswer(member);
          }
          yield output;
        }
        return;
      } catch (error) {
        // Whoever asked has left: that says nothing of the upstream.
        if (signal?.aborted) throw error;
        member.failed(error);
        tried.add(member);
        if (hasBegun || !isWorthAnother(error)) throw error;
        lastError = error;
      } finally {
        end();
        this.#settle();
      }
    }
  }

  async drain(address: string): Promise<void> {
    const member = this.#at(address);
    member.drain();
    this.#settle();
    await member.whenIdle();
  }

  resume(address: string): void {
    this.#at(address).resume();
    this.#settle();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stopChecks) stop();
    this.#settle();
    await Promise.all(this.#members.map((member) => member.whenIdle()));
  }

  #at(address: string): Member {
    const member = this.#members.find((one) => one.address === address);
    if (member !== undefined) return member;
    const known = this.#members.map((one) => one.address).join(", ");
    throw new RangeError(`no upstream is at ${address}; there are ${known}`);
  }

  /** Finds an upstream for a request, and waits until one has room. */
  async #take(ask: Ask, signal: AbortSignal | undefined): Promise<Lease> {
    signal?.throwIfAborted();
    // Those that wait have been offered what there was, so that nobody is overtaken by asking at once.
    const found = this.#answer(ask);
    if (found !== undefined) {
      if ("got" in found) return found.got;
      throw found.error;
    }
    const { queuedRequests = 1000, queueTimeout = 60_000 } = this.#options;
    const busy = (why: string) => new NoUpstreamError(this.name, `all upstreams are busy, and ${why}`, 1000);
    if (this.#line.length >= queuedRequests) throw busy(`${queuedRequests} requests wait already`);
    const isTooLate = () => busy(`the request has waited for ${queueTimeout} ms`);
    return this.#line.wait(ask, queueTimeout, isTooLate, signal);
  }

  /** What becomes of a request now; `undefined` if it is to wait. */
  #answer(ask: Ask): { readonly got: Lease } | { readonly error: unknown } | undefined {
    if (this.#isClosed) return { error: new NoUpstreamError(this.name, "the gateway is being stopped", 1000) };
    const { request, conversation, tried } = ask;
    const isConstrained = request.constraint !== undefined;
    const able = this.#members.filter(({ engine }) => !isConstrained || engine.constraints !== undefined);
    if (able.length === 0) {
      const message = "none of the upstreams can hold the model to a constraint";
      return { error: new EngineError("unsupported", message, { engine: this.name }) };
    }
    const left = able.filter((member) => !tried.has(member));
    const candidates = left
      .filter(({ isAdmitting }) => isAdmitting)
      .map((member) => {
        const { busy, limit, memory, place } = member;
        const matched = memory.matched(conversation);
        return { member, busy, limit, matched, nearness: nearness(conversation, place) };
      });
    const chosen = choose(candidates, conversation);
    if (chosen !== undefined) return { got: this.#lease(chosen.member, conversation) };
    if (left.some(({ isWorthWaiting }) => isWorthWaiting)) return undefined;
    // If one has said why not, that none is left is the smaller part of the news.
    return { error: ask.lastError ?? this.#noneLeft(able) };
  }

  #lease(member: Member, conversation: Conversation): Lease {
    member.memory.remember(conversation);
    const end = member.begin();
    this.#tell();
    return { member, end };
  }

  #noneLeft(able: readonly Member[]): NoUpstreamError {
    const each = able.map(({ address, status: { state, lastError } }) => {
      return `${address} is ${state === "draining" ? state : "out of use"}${lastError === undefined ? "" : ` (${lastError})`}`;
    });
    const waits = able.map(({ openFor }) => openFor).filter((wait) => wait > 0);
    const retryAfter = waits.length === 0 ? USUAL_RETURN : Math.max(1000, Math.min(...waits));
    return new NoUpstreamError(this.name, `no upstream can be used now: ${each.join("; ")}`, retryAfter);
  }

  #noteAnswer(member: Member): void {
    const { state } = member;
    member.answered();
    if (member.state !== state) this.#settle();
  }

  #lookAfter(member: Member, check: (signal: AbortSignal) => Promise<void>): () => void {
    const patient = {
      check,
      passed: () => {
        member.passed();
        this.#settle();
      },
      missed: (error: unknown) => {
        member.missed(error);
        this.#settle();
      },
      isOut: () => member.state === "open" || member.state === "half-open",
    };
    return startHealthChecks(patient, this.#options);
  }

  /** Something has changed: whoever listens is told, and whoever waits may be served. */
  #settle(): void {
    this.#tell();
    this.#line.serve((ask) => this.#answer(ask));
  }

  #tell(): void {
    for (const member of this.#members) {
      const { state } = member;
      if (this.#shownStates.get(member) === state) continue;
      this.#shownStates.set(member, state);
      this.#options.onChange?.(member.status);
    }
  }
}
