import type { HarmonyEncoding } from "../encoding.js";
import type { Engine } from "../engines/engine.js";
import { EngineTurn, type EngineTurnUsage } from "../engines/engine-turn.js";
import type { Diagnostic } from "../parse/diagnostic.js";
import { type FinishReason, finishOf } from "../parse/finish.js";
import type { HarmonySession, SessionOptions } from "../turn/session.js";
import { packTokens } from "./carried-tokens.js";
import { type ReplyEvent, ReplyReader } from "./reply.js";
import { constraintOf, type HarmonyRequest, type RequestWarning, Unsupported } from "./request.js";
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

  /**
   * @throws ApiError for what the engine cannot be held to.
   * @throws HarmonyError for a conversation that is not well formed; TypeError for an option that is not understood.
   */
  constructor(request: HarmonyRequest, options: ReplyRunOptions) {
    const { engine, encoding, signal, keepAnalysis, maxMessageLength, newCallId } = options;
    const unsupported = new Unsupported(options.unsupported);
    let constraint = constraintOf(request);
    if (constraint !== undefined && engine.constraints === undefined) {
      unsupported.note(
        request.toolChoice !== "auto"
          ? "tool_choice"
          : request.responseFormat?.strict === true
            ? "response_format"
            : "tools",
        `${engine.name} cannot hold the model to a schema or a tool; use an engine that can, such as llama.cpp or vLLM`,
      );
      constraint = undefined;
    }
    this.#request = request;
    this.warnings = [...request.warnings, ...unsupported.warnings];
    this.session = sessionOf(request, encoding, { keepAnalysis, maxMessageLength });
    this.#reader = new ReplyReader({ toolNames: request.toolNames, stop: request.stop, newCallId });
    const { maxTokens, sampling } = request;
    this.turn = new EngineTurn(
      engine,
      { tokens: this.session.prompt(), encoding, maxTokens, sampling, constraint },
      { signal, tools: request.toolNames.recipients, continueAfterCall: request.parallelToolCalls, maxMessageLength },
    );
  }

  /** @throws EngineError for all that goes wrong with the engine; the reason of the signal. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReplyEvent, void, undefined> {
    const reader = this.#reader;
    for await (const event of this.turn) {
      yield* reader.read(event);
      if (reader.stoppedBy !== undefined) break;
      // Behind a stop token the model writes nothing more, and the engine has still to say what it counted.
      const goesOn = event.type === "message-end" && event.ending !== "call";
      if (goesOn && !this.#request.parallelToolCalls && reader.callCount > 0) break;
    }
    this.#hasEnded = true;
  }

  /** Why the reply has ended; `undefined` as long as it has not. */
  get finish(): ReplyFinish | undefined {
    if (!this.#hasEnded) return undefined;
    const { finish } = this.turn;
    if (this.stoppedBy !== undefined) return "stop";
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
    if (!this.#hasEnded || turn.isApproximate || this.stoppedBy !== undefined || turn.tokens.length === 0) {
      return undefined;
    }
    return packTokens(turn.tokens);
  }
}

/** What the engines' words for a cut completion mean. Any other is an error of the engine. */
const CUT: ReadonlyMap<FinishReason, ReplyFinish> = new Map([
  ["length", "length"],
  ["limit", "length"],
  ["content_filter", "content-filter"],
]);
