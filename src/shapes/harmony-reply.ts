import type { HarmonyEncoding } from "../encoding.js";
import type { Engine } from "../engines/engine.js";
import { EngineTurn, type EngineTurnUsage } from "../engines/engine-turn.js";
import type { Diagnostic } from "../parse/diagnostic.js";
import { type FinishReason, finishOf } from "../parse/finish.js";
import type { Constraints } from "../turn/constraints/constraints.js";
import type { HarmonySession, SessionOptions } from "../turn/session.js";
import { ApiError } from "./api-error.js";
import { packTokens } from "./carried-tokens.js";
import { type ReplyEvent, ReplyReader } from "./reply.js";
import { constraintOf, demandOf, type HarmonyRequest, type RequestWarning, Unsupported } from "./request.js";
import { sessionOf } from "./session-of-request.js";

/** What answers a request, and how. */
export interface ReplyRunOptions extends Pick<SessionOptions, "keepAnalysis" | "maxMessageLength"> {
  readonly engine: Engine;
  readonly encoding: HarmonyEncoding;
  /** Stops the engine; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** What becomes of a constraint that the engine cannot be held to. Default: `"error"`. */
  readonly unsupported?: "error" | "drop" | undefined;
  /** Makes the ids of calls; the default is random. */
  readonly newCallId?: (() => string) | undefined;
}

/** Why a reply has ended, whatever the shape. */
export type ReplyFinish = "stop" | "tool-calls" | "length" | "content-filter" | "error";

/** What a writer of any format must know of a reply that has ended. A {@link HarmonyReply} is one. */
export interface EndedReply {
  /** `undefined` for a reply that the program has stopped. */
  readonly finish: ReplyFinish | undefined;
  readonly usage: EngineTurnUsage;
  /** The tokens of the reply, for the next request to carry. */
  readonly carriedTokens?: string | undefined;
}

/**
 * The reply of an engine to a request, as it arrives: iterating over it gives the events of its parts. What has been read
 * can be looked at any time, also after an error.
 */
export class HarmonyReply implements AsyncIterable<ReplyEvent> {
  /** The conversation of the request. The reply is not added to it. */
  readonly session: HarmonySession;
  /** What the engine is asked, and how it answers. */
  readonly turn: EngineTurn;
  /** What was left out of the request, with the option `unsupported: "drop"`. */
  readonly warnings: readonly RequestWarning[];
  readonly #request: HarmonyRequest;
  readonly #reader: ReplyReader;
  #hasEnded = false;
  /** How many tokens the reply has to the end of its call, if it may hold one call only. */
  #callEnd: number | undefined;

  /**
   * @throws ApiError for what the engine cannot be held to.
   * @throws HarmonyError for a conversation that is not well formed; TypeError for an option that is not understood.
   */
  constructor(request: HarmonyRequest, options: ReplyRunOptions) {
    const { engine, encoding, signal, keepAnalysis, maxMessageLength, newCallId } = options;
    const unsupported = new Unsupported(options.unsupported);
    const constraint = constraintFor(request, engine, unsupported);
    this.#request = request;
    this.warnings = [...request.warnings, ...unsupported.warnings];
    this.session = sessionOf(request, encoding, { keepAnalysis, maxMessageLength });
    const { maxTokens, sampling, prefill, toolNames, stop } = request;
    this.#reader = new ReplyReader({ toolNames, stop, newCallId, prefilled: prefill?.content });
    const tokens = this.session.prompt(prefill === undefined ? undefined : { prefill });
    this.turn = new EngineTurn(
      engine,
      { tokens, encoding, maxTokens, sampling, constraint },
      {
        signal,
        tools: toolNames.recipients,
        continueAfterCall: request.parallelToolCalls,
        maxMessageLength,
        prefill,
      },
    );
  }

  /** @throws EngineError for all that goes wrong with the engine; the reason of the signal. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReplyEvent, void, undefined> {
    const reader = this.#reader;
    const takesOneCall = !this.#request.parallelToolCalls;
    for await (const event of this.turn) {
      // Not as soon as the call has ended: the engine usually ends then, and says what it has counted.
      if (event.type === "message-start" && this.#callEnd !== undefined) break;
      yield* reader.read(event);
      if (reader.stoppedBy !== undefined) break;
      if (takesOneCall && event.type === "message-end" && reader.callCount > 0) {
        this.#callEnd ??= event.spans.terminator[1];
      }
    }
    this.#hasEnded = true;
  }

  /** Why the reply has ended; `undefined` as long as it has not. */
  get finish(): ReplyFinish | undefined {
    if (!this.#hasEnded) return undefined;
    const { finish } = this.turn;
    if (this.stoppedBy !== undefined) return "stop";
    if (this.#callEnd !== undefined) return "tool-calls";
    const isCut = finish !== undefined && finishOf({ reason: finish }) === "cut";
    if (isCut) return CUT.get(finish) ?? "error";
    return this.#reader.callCount > 0 ? "tool-calls" : "stop";
  }

  /** The stop string that has ended the reply. */
  get stoppedBy(): string | undefined {
    return this.#reader.stoppedBy;
  }

  get usage(): EngineTurnUsage {
    return this.turn.usage;
  }

  /** Where the reply departs from the format. */
  get diagnostics(): readonly Diagnostic[] {
    return this.turn.diagnostics;
  }

  /** The tokens of the reply, for the next request to carry; `undefined` where they are not known exactly. */
  get carriedTokens(): string | undefined {
    const { turn } = this;
    const isWhole = this.#hasEnded && this.stoppedBy === undefined && this.#request.prefill === undefined;
    if (!isWhole || turn.isApproximate || turn.tokens.length === 0) return undefined;
    return packTokens(turn.tokens.slice(0, this.#callEnd));
  }
}

/**
 * What the engine is held to.
 * @throws ApiError for what it cannot be held to, unless such things are to be dropped.
 */
function constraintFor(request: HarmonyRequest, engine: Engine, unsupported: Unsupported): Constraints | undefined {
  let constraint: Constraints | undefined;
  try {
    constraint = constraintOf(request);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    unsupported.note(error.param ?? demandOf(request), error.message);
  }
  if (constraint === undefined) return undefined;
  if (engine.constraints === undefined) {
    unsupported.note(
      demandOf(request),
      `${engine.name} cannot hold the model to a schema or a tool; use an engine that can, such as llama.cpp or vLLM`,
    );
    return undefined;
  }
  if (request.prefill === undefined) return constraint;
  unsupported.note(
    demandOf(request),
    "a message that is to be continued cannot be held to a schema or a tool; let the model begin a message of its own",
  );
  return undefined;
}

/** What the engines' words for a cut completion mean. Any other is an error of the engine. */
const CUT: ReadonlyMap<FinishReason, ReplyFinish> = new Map([
  ["length", "length"],
  ["limit", "length"],
  ["content_filter", "content-filter"],
]);
