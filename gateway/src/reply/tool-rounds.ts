import type {
  CitationResolver,
  EndedReply,
  HarmonyRequest,
  HistoryStep,
  ReplyEvent,
  ReplyFinish,
  ReplyPart,
  ReplyRunOptions,
  RequestWarning,
} from "harmony-format/responses";
import { HarmonyReply } from "harmony-format/responses";
import type { GatewayMetrics } from "../metrics/gateway-metrics.js";
import type { Toolbox } from "../tools/toolbox.js";
import { answerRound, type Round, type RoundPart } from "./round.js";

/** How the rounds of a reply are made. */
export interface ToolRoundsOptions extends ReplyRunOptions {
  readonly signal: AbortSignal;
  readonly toolbox: Toolbox;
  /** How many completions a reply may take. */
  readonly maxRounds: number;
  /** Whether the client is shown the calls of the model's own tools, which the gateway answers. */
  readonly showsCalls: boolean;
  readonly metrics: GatewayMetrics;
}

type Usage = EndedReply["usage"];

/**
 * A reply of several completions: where the model calls a tool of the gateway, or one that nobody offered, the gateway
 * answers, and the model goes on.
 */
export class ToolRounds implements AsyncIterable<ReplyEvent>, EndedReply {
  readonly rounds: Round[] = [];
  readonly #request: HarmonyRequest;
  readonly #options: ToolRoundsOptions;
  readonly #replies: HarmonyReply[];
  #shownCount = 0;
  /** Whether there was no round any more for calls that the gateway has answered. */
  #isCutShort = false;
  #hasEnded = false;

  /** @throws ApiError for what the engine cannot be held to. */
  constructor(request: HarmonyRequest, options: ToolRoundsOptions) {
    this.#request = request;
    this.#options = options;
    // At once: what the engine cannot be asked is an error of the request, before anything is sent.
    this.#replies = [new HarmonyReply(request, this.#runOptions)];
  }

  get toolbox(): Toolbox {
    return this.#options.toolbox;
  }

  get citation(): CitationResolver | undefined {
    return this.toolbox.citation;
  }

  get warnings(): readonly RequestWarning[] {
    return this.#replies[0]!.warnings;
  }

  get finish(): ReplyFinish | undefined {
    if (!this.#hasEnded) return undefined;
    if (!this.#isCutShort) return this.#last.finish;
    return this.#tokensLeft === undefined || this.#tokensLeft > 0 ? undefined : "length";
  }

  get usage(): Usage {
    const sum = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, analysisTokens: 0 };
    for (const { usage } of this.#replies) {
      for (const key of Object.keys(sum) as (keyof Usage)[]) sum[key] += usage[key];
    }
    return sum;
  }

  get carriedTokens(): string | undefined {
    return this.#hasEnded ? this.#last.carriedTokens : undefined;
  }

  /** @throws EngineError for all that goes wrong with the engine; the reason of the signal. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReplyEvent, void, undefined> {
    const { toolbox, signal, metrics } = this.#options;
    let request = this.#request;
    for (;;) {
      const reply = this.#last;
      const parts: RoundPart[] = [];
      yield* this.#shown(reply, request, parts);
      const isCalling = reply.finish === "tool-calls";
      if (!isCalling) {
        this.rounds.push({ parts, carriedTokens: reply.carriedTokens });
        break;
      }
      const { round, steps } = await answerRound(reply, request, parts, toolbox, signal);
      this.rounds.push(round);
      for (const { addressee } of round.parts) {
        if (addressee === undefined || addressee.type === "client") continue;
        const recipient = addressee.type === "gateway" ? addressee.recipient : undefined;
        // Only names that there are: the model may write any, and each would be a figure of its own.
        const tool = request.toolNames.recipients.find((known) => known === recipient) ?? "unknown";
        metrics.toolRounds.inc({ tool });
      }
      if (parts.some(({ addressee }) => addressee?.type === "client")) break;
      const next = this.#nextRequest(request, steps);
      if (next === undefined) {
        this.#isCutShort = true;
        break;
      }
      request = next;
      this.#replies.push(new HarmonyReply(request, { ...this.#runOptions, unsupported: "drop" }));
    }
    this.#hasEnded = true;
  }

  get #last(): HarmonyReply {
    return this.#replies.at(-1)!;
  }

  get #runOptions(): ReplyRunOptions {
    const {
      toolbox: _toolbox,
      maxRounds: _maxRounds,
      showsCalls: _showsCalls,
      metrics: _metrics,
      ...run
    } = this.#options;
    return run;
  }

  /** The events of a completion that the client is shown, its parts counted through the whole reply. */
  async *#shown(
    reply: HarmonyReply,
    request: HarmonyRequest,
    parts: RoundPart[],
  ): AsyncGenerator<ReplyEvent, void, undefined> {
    let open: Pick<RoundPart, "shownAs" | "addressee"> & { readonly shown: ReplyPart | undefined } = NOTHING;
    for await (const event of reply) {
      if (event.type === "diagnostic") {
        this.#options.metrics.diagnostics.inc({ code: event.diagnostic.code });
        yield event;
        continue;
      }
      const { part } = event;
      if (event.type === "part-start") open = this.#open(part, request);
      const { shown, shownAs, addressee } = open;
      if (event.type === "part-end") {
        // A call that was cut off is nothing that could be answered.
        const answered = event.isComplete ? addressee : undefined;
        parts.push({ part, text: event.text, shownAs, addressee: answered });
      }
      if (shown !== undefined) yield { ...event, part: shown };
    }
  }

  #open(
    part: ReplyPart,
    { toolNames }: HarmonyRequest,
  ): { shown: ReplyPart | undefined } & Omit<RoundPart, "part" | "text"> {
    const { tool } = part;
    let shown: ReplyPart | undefined = part;
    let addressee: RoundPart["addressee"];
    if (tool !== undefined) {
      addressee = this.toolbox.addresseeOf(tool.recipient, toolNames);
      if (addressee.type === "nobody") shown = undefined;
      else if (addressee.type === "gateway") {
        const meant = toolNames.called(addressee.recipient);
        shown = this.#options.showsCalls && meant.type === "built-in" ? { ...part, tool: meant } : undefined;
      }
    }
    if (shown === undefined) return { shown, shownAs: undefined, addressee };
    const shownAs = this.#shownCount;
    this.#shownCount += 1;
    return { shown: { ...shown, index: shownAs }, shownAs, addressee };
  }

  /** How many tokens the model may still write; `undefined` without a limit. */
  get #tokensLeft(): number | undefined {
    const { maxTokens } = this.#request;
    return maxTokens === undefined ? undefined : maxTokens - this.usage.completionTokens;
  }

  /** What the engine is asked next; `undefined` if there is to be no further round. */
  #nextRequest(request: HarmonyRequest, steps: readonly HistoryStep[]): HarmonyRequest | undefined {
    const { maxRounds, engine } = this.#options;
    const { allowedTools, toolNames } = this.#request;
    const left = this.#tokensLeft;
    if (this.#replies.length >= maxRounds || (left !== undefined && left <= 0)) return undefined;
    // What had to be called has been called: from now on the model may answer.
    const choice = { toolChoice: request.toolChoice === "none" ? "none" : "auto", allowedTools } as const;
    const history = [...request.history, ...steps];
    const next: HarmonyRequest = { ...request, ...choice, history, maxTokens: left, prefill: undefined };
    const isLast = this.#replies.length + 1 === maxRounds;
    // An engine that can be held to it is not given a chance to call what nobody would answer.
    if (!isLast || engine.constraints === undefined) return next;
    const client = (allowedTools ?? toolNames.recipients).filter(
      (recipient) => this.toolbox.addresseeOf(recipient, toolNames).type === "client",
    );
    return client.length === 0
      ? { ...next, toolChoice: "none", allowedTools: undefined }
      : { ...next, allowedTools: client };
  }
}

const NOTHING = { shown: undefined, shownAs: undefined, addressee: undefined };
