import type { MessageLike } from "../chat/message.js";
import type { Sampling } from "../engines/engine.js";
import { HarmonyError } from "../errors.js";
import { type Constraints, constraintsFor } from "../turn/constraints/constraints.js";
import type { ToolChoice } from "../turn/constraints/options.js";
import { ApiError } from "./api-error.js";
import type { ToolNames } from "./tool-names.js";

/** How a request is read, whatever its shape. */
export interface ReadRequestOptions {
  /**
   * What becomes of something in a request that Harmony, or the engine, cannot say (an image, `logprobs`, …): an error that
   * names the field, or it is left out and named in {@link HarmonyRequest.warnings}. Default: `"error"`.
   */
  readonly unsupported?: "error" | "drop" | undefined;
  /** The date in the system message, such as `"2026-11-21"`. Default: none, which keeps a prompt the same from day to day. */
  readonly conversationStartDate?: string | undefined;
  /** Default: that of `SystemContent.new()`. */
  readonly modelIdentity?: string | undefined;
  /** Default: that of `SystemContent.new()`. */
  readonly knowledgeCutoff?: string | undefined;
}

/** A request in Harmony's terms: what the model is given, and what the engine must be told. */
export interface HarmonyRequest {
  /** The conversation in order, system message first. */
  readonly history: readonly HistoryStep[];
  /** The tools, by the model's names and the client's. */
  readonly toolNames: ToolNames;
  readonly toolChoice: ToolChoice;
  /**
   * Whether the client takes several calls in one answer. The model ends its turn with each call, so there are several only
   * where an engine goes on.
   */
  readonly parallelToolCalls: boolean;
  /** The form that an answer must have. Its section is in the conversation already. */
  readonly responseFormat?: { readonly schema: unknown; readonly strict: boolean } | undefined;
  /** How many tokens the model may write. */
  readonly maxTokens?: number | undefined;
  /** The strings at which an answer ends; they are not part of it. */
  readonly stop: readonly string[];
  readonly sampling: Sampling;
  /** What was left out, with the option `unsupported: "drop"`. */
  readonly warnings: readonly RequestWarning[];
}

/** A part of the conversation. */
export interface HistoryStep {
  readonly messages: readonly MessageLike[];
  /** The tokens that the model wrote when it wrote these messages, if the client has kept them. */
  readonly tokens?: readonly number[] | undefined;
}

/** Something in a request that was left out. */
export interface RequestWarning {
  /** Where in the request. */
  readonly param: string;
  readonly message: string;
}

/**
 * Collects what a request cannot say in Harmony: an error, or a warning.
 */
export class Unsupported {
  readonly #mode: "error" | "drop";
  readonly warnings: RequestWarning[] = [];

  constructor(mode: ReadRequestOptions["unsupported"]) {
    this.#mode = mode ?? "error";
  }

  /** Whether such things are errors. */
  get isError(): boolean {
    return this.#mode === "error";
  }

  /**
   * @param param The path of the field.
   * @param message What cannot be done and what to do instead.
   * @throws ApiError unless such things are to be dropped.
   */
  note(param: string, message: string): void {
    if (this.#mode === "error") throw new ApiError(message, { param, code: "unsupported_value" });
    this.warnings.push({ param, message });
  }
}

/**
 * What an engine must be held to for a request; `undefined` where the model may write as it likes. Needed where a tool or an
 * answer has to follow its schema exactly, and where the model must call a tool, or must not.
 * @throws ApiError for a schema or tool choice that cannot be held to.
 */
export function constraintOf(request: HarmonyRequest): Constraints | undefined {
  const { toolNames, toolChoice, responseFormat } = request;
  const needsFormat = responseFormat?.strict === true;
  const hasTools = toolNames.all.length > 0;
  const needsChoice = toolChoice !== "auto" && (hasTools || toolChoice !== "none");
  if (!needsFormat && !needsChoice && !toolNames.isStrict) return undefined;
  try {
    return constraintsFor({
      tools: toolNames.all,
      toolChoice: hasTools ? toolChoice : "auto",
      ...(needsFormat ? { responseFormat: { schema: responseFormat.schema } } : {}),
    });
  } catch (error) {
    if (!(error instanceof HarmonyError || error instanceof TypeError)) throw error;
    const param = error instanceof HarmonyError ? (error.path ?? null) : null;
    throw new ApiError(error.message, { param, code: "invalid_value", cause: error });
  }
}
