import type { EngineTurnUsage } from "../../engines/engine-turn.js";
import type { Diagnostic } from "../../parse/diagnostic.js";
import type { EndedReply } from "../harmony-reply.js";
import type { ReplyEvent, ReplyPart } from "../reply.js";
import type {
  FinishReason,
  HarmonyMetadata,
  HarmonyProviderMetadata,
  ResponseMetadata,
  Specification,
  StreamPart,
  Usage,
  Warning,
} from "./language-model.js";

/** A reply that has ended, with why the engine ended it, in its own word; absent where the reply was ended for it. */
type EngineEndedReply = EndedReply & { readonly rawFinish: string | undefined };

type PartEnd = Extract<ReplyEvent, { type: "part-end" }>;

/** Writes the events of a reply as parts of the AI SDK's streams. */
export class StreamPartWriter {
  readonly #isJson: boolean;
  readonly #specification: Specification;
  readonly #diagnostics: Diagnostic[] = [];
  #open: ReplyPart | undefined;
  /** The end of a part, until it is known whether it is the last one, which bears the tokens. */
  #ended: PartEnd | undefined;
  #incomplete: PartEnd | undefined;

  /**
   * @param isJson Whether the text is to be JSON: then a preamble is not text but reasoning, since the AI SDK reads all
   *   text together.
   */
  constructor(isJson: boolean, specification: Specification) {
    this.#isJson = isJson;
    this.#specification = specification;
  }

  begin(warnings: readonly Warning[], metadata: ResponseMetadata): StreamPart[] {
    return [
      { type: "stream-start", warnings: [...warnings] },
      { type: "response-metadata", ...metadata },
    ];
  }

  write(event: ReplyEvent): StreamPart[] {
    switch (event.type) {
      case "part-start": {
        const parts = this.#end(undefined);
        this.#open = event.part;
        parts.push(this.#start(event.part));
        return parts;
      }
      case "part-delta": {
        const { part, text: delta } = event;
        return [{ type: `${this.#kindOf(part)}-delta`, id: idOf(part), delta }];
      }
      case "part-end":
        this.#open = undefined;
        this.#ended = event;
        this.#incomplete = event.isComplete ? undefined : event;
        return [];
      case "diagnostic":
        this.#diagnostics.push(event.diagnostic);
        return [];
    }
  }

  end({ finish, rawFinish, usage, carriedTokens }: EngineEndedReply): StreamPart[] {
    const parts = this.#end(carriedTokens);
    const finishReason = { unified: this.#unified(finish, rawFinish), raw: rawFinish };
    parts.push({ type: "finish", usage: usageOf(usage), finishReason, ...this.#metadataOfReply(carriedTokens) });
    return parts;
  }

  /** The end of a reply whose engine has failed. What had begun is ended, and no call is made of it. */
  fail(error: unknown, usage: EngineTurnUsage): StreamPart[] {
    const parts = this.#end(undefined);
    if (this.#open !== undefined) parts.push({ type: `${this.#kindOf(this.#open)}-end`, id: idOf(this.#open) });
    this.#open = undefined;
    const finishReason = { unified: "error", raw: undefined } as const;
    parts.push({ type: "error", error });
    parts.push({ type: "finish", usage: usageOf(usage), finishReason, ...this.#metadataOfReply(undefined) });
    return parts;
  }

  #start(part: ReplyPart): StreamPart {
    const kind = this.#kindOf(part);
    if (kind !== "tool-input") return { type: `${kind}-start`, id: idOf(part), ...metadata(this.#metadataOf(part)) };
    return {
      type: "tool-input-start",
      id: idOf(part),
      toolName: part.tool!.name,
      ...(takesText(part) ? { inputEncoding: "text" } : {}),
    };
  }

  #end(tokens: string | undefined): StreamPart[] {
    const ended = this.#ended;
    if (ended === undefined) return [];
    this.#ended = undefined;
    const { part, text, isComplete } = ended;
    const data = metadata({ ...this.#metadataOf(part), ...(tokens === undefined ? {} : { tokens }) });
    const kind = this.#kindOf(part);
    const parts: StreamPart[] = [{ type: `${kind}-end`, id: idOf(part), ...(kind === "tool-input" ? {} : data) }];
    // Half a call must not be executed.
    if (kind === "tool-input" && isComplete) {
      const input = takesText(part) ? JSON.stringify(text) : text;
      parts.push({ type: "tool-call", toolCallId: idOf(part), toolName: part.tool!.name, input, ...data });
    }
    return parts;
  }

  #kindOf({ type }: ReplyPart): "text" | "reasoning" | "tool-input" {
    if (type === "call") return "tool-input";
    if (type === "reasoning") return "reasoning";
    return type === "preamble" && this.#isJson ? "reasoning" : "text";
  }

  #metadataOf({ type }: ReplyPart): HarmonyMetadata {
    return type === "preamble" ? { channel: "commentary" } : {};
  }

  #unified(finish: EndedReply["finish"], raw: string | undefined): FinishReason["unified"] {
    if (finish === "error") return raw === "error" ? "error" : "other";
    // The engine has not said that the model had come to an end, and it had not.
    if (raw === undefined && this.#incomplete !== undefined) {
      return this.#specification === "v4" ? "interrupted" : "other";
    }
    return finish ?? "other";
  }

  #metadataOfReply(tokens: string | undefined): { providerMetadata?: HarmonyProviderMetadata } {
    const diagnostics = this.#diagnostics.map(({ code, message, text }) => ({ code, message, text }));
    const { part, text = "" } = this.#incomplete ?? {};
    return metadata({
      ...(tokens === undefined ? {} : { tokens }),
      ...(diagnostics.length === 0 ? {} : { diagnostics }),
      ...(part?.tool === undefined ? {} : { incompleteCall: { toolName: part.tool.name, input: text } }),
    });
  }
}

function metadata(harmony: HarmonyMetadata): { providerMetadata?: HarmonyProviderMetadata } {
  return Object.keys(harmony).length === 0 ? {} : { providerMetadata: { harmony } };
}

/** The id of a part; that of a call is the one that its result has. */
function idOf(part: ReplyPart): string {
  return part.callId ?? String(part.index);
}

/** Whether a tool is called with text that is not JSON. */
function takesText({ tool }: ReplyPart): boolean {
  return tool?.type === "custom" || (tool?.type === "built-in" && tool.recipient === "python");
}

function usageOf({ promptTokens, cachedTokens, completionTokens, analysisTokens }: EngineTurnUsage): Usage {
  return {
    inputTokens: {
      total: promptTokens,
      noCache: promptTokens - cachedTokens,
      cacheRead: cachedTokens,
      cacheWrite: undefined,
    },
    outputTokens: { total: completionTokens, text: completionTokens - analysisTokens, reasoning: analysisTokens },
    raw: { promptTokens, cachedTokens, completionTokens, analysisTokens },
  };
}
