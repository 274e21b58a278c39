import type { LanguageModelCallOptions } from "./call-options.js";

/** The version of the AI SDK's specification that a model declares. */
export type Specification = "v3" | "v4";

/**
 * A language model as the AI SDK's functions take it. What it does is the same in both versions of the specification; only
 * a completion that broke off is told from others in V4 alone.
 */
export interface HarmonyLanguageModel<Version extends Specification = "v3"> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  /** None: the model reads text only. */
  readonly supportedUrls: Record<string, RegExp[]>;
  /**
   * A whole completion.
   * @throws EngineError for all that goes wrong with the engine; the reason of the signal.
   * @throws ApiError for a prompt that is not well formed, or holds what the model cannot read, such as an image.
   */
  doGenerate(options: LanguageModelCallOptions): Promise<GenerateResult<Version>>;
  /**
   * A completion as it arrives. What fails before anything has arrived rejects the promise; later, it is a part of type
   * `error`, followed by `finish`.
   * @throws EngineError, ApiError, and the reason of the signal, as `doGenerate` does.
   */
  doStream(options: LanguageModelCallOptions): Promise<StreamResult<Version>>;
}

/** A value that JSON can hold. */
export type JsonData = null | string | number | boolean | JsonData[] | { [key: string]: JsonData | undefined };

/** What the parts of a completion say beyond the AI SDK's own terms, under the name `harmony`. */
export type HarmonyMetadata = {
  /**
   * The tokens of the completion that ends with this part, as a short text. The AI SDK sends it back with the part; then
   * the next prompt holds the completion token for token.
   */
  tokens?: string;
  /** Set on what the model told the user before it called a tool. */
  channel?: "commentary";
  /** Where the completion departs from the format. */
  diagnostics?: { code: string; message: string; text: string }[];
  /** A call in which the completion was cut off: nothing that could be executed. */
  incompleteCall?: { toolName: string; input: string };
};

/** What is only known to this provider. */
export type HarmonyProviderMetadata = { harmony: HarmonyMetadata };

/** Something in a call that is not done, or not as it was asked for. */
export type Warning =
  | { type: "unsupported"; feature: string; details?: string }
  | { type: "compatibility"; feature: string; details?: string }
  | { type: "other"; message: string };

/** Why a completion has ended: in the AI SDK's word, and in the engine's. */
export interface FinishReason<Version extends Specification = Specification> {
  unified:
    | "stop"
    | "length"
    | "content-filter"
    | "tool-calls"
    | "error"
    | "other"
    | (Version extends "v4" ? "interrupted" : never);
  raw: string | undefined;
}

/** How many tokens a completion took. */
export interface Usage {
  inputTokens: {
    total: number | undefined;
    noCache: number | undefined;
    cacheRead: number | undefined;
    cacheWrite: number | undefined;
  };
  outputTokens: { total: number | undefined; text: number | undefined; reasoning: number | undefined };
  raw?: { [key: string]: JsonData | undefined };
}

/** When, and by which model, a completion was made. */
export interface ResponseMetadata {
  id: string;
  timestamp: Date;
  modelId: string;
}

/** A part of a whole completion. */
export type Content =
  | { type: "text" | "reasoning"; text: string; providerMetadata?: HarmonyProviderMetadata }
  | ToolCall;

/** A call of a tool. */
export interface ToolCall {
  type: "tool-call";
  toolCallId: string;
  toolName: string;
  /** The arguments as the model wrote them; the code of a call with raw text as a string in JSON. */
  input: string;
  providerMetadata?: HarmonyProviderMetadata;
}

/** A whole completion. */
export interface GenerateResult<Version extends Specification = Specification> {
  content: Content[];
  finishReason: FinishReason<Version>;
  usage: Usage;
  providerMetadata?: HarmonyProviderMetadata;
  request: { body: EngineCall };
  response: ResponseMetadata;
  warnings: Warning[];
}

/** What the engine was asked. */
export interface EngineCall {
  /** The prompt. */
  tokens: readonly number[];
  maxTokens?: number | undefined;
  sampling?: object | undefined;
}

/** A completion as it arrives. */
export interface StreamResult<Version extends Specification = Specification> {
  stream: ReadableStream<StreamPart<Version>>;
  request: { body: EngineCall };
}

/** A part of a completion as it arrives. */
export type StreamPart<Version extends Specification = Specification> =
  | { type: "stream-start"; warnings: Warning[] }
  | ({ type: "response-metadata" } & ResponseMetadata)
  | {
      type: "text-start" | "text-end" | "reasoning-start" | "reasoning-end" | "tool-input-end";
      id: string;
      providerMetadata?: HarmonyProviderMetadata;
    }
  | { type: "text-delta" | "reasoning-delta" | "tool-input-delta"; id: string; delta: string }
  | { type: "tool-input-start"; id: string; toolName: string; inputEncoding?: "json" | "text" }
  | ToolCall
  | { type: "raw"; rawValue: unknown }
  | { type: "error"; error: unknown }
  | {
      type: "finish";
      usage: Usage;
      finishReason: FinishReason<Version>;
      providerMetadata?: HarmonyProviderMetadata;
    };
