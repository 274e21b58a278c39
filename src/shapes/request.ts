import type { MessageLike } from "../chat/message.js";
import type { Prefill } from "../chat/prefill.js";
import { ToolNamespaceConfig, type ToolNamespaceConfigLike } from "../chat/tools.js";
import type { Sampling } from "../engines/engine.js";
import { HarmonyError } from "../errors.js";
import { checkIterable, checkOptions, checkString, showValue } from "../options.js";
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
  /** The tools that the model was trained with and the program has. Default: none. */
  readonly builtInTools?: readonly BuiltInTool[] | undefined;
}

/** The tools that the model was trained with: `browser.search`, `browser.open` and `browser.find`; and `python`. */
export type BuiltInTool = "browser" | "python";

const OPTIONS = [
  "unsupported",
  "conversationStartDate",
  "modelIdentity",
  "knowledgeCutoff",
  "builtInTools",
] as const satisfies (keyof ReadRequestOptions)[];

/**
 * Checks how a request is to be read.
 * @param own The names of the options that the shape has beyond these.
 * @throws TypeError for an unknown option, or a value of the wrong type.
 */
export function checkReadRequestOptions(options: ReadRequestOptions, own: readonly string[], what: string): void {
  checkOptions(options, [...OPTIONS, ...own], what);
  const { unsupported, builtInTools = [] } = options;
  if (unsupported !== undefined && unsupported !== "error" && unsupported !== "drop") {
    throw new TypeError(`unsupported must be "error" or "drop", not ${showValue(unsupported)}`);
  }
  for (const name of ["conversationStartDate", "modelIdentity", "knowledgeCutoff"] as const) {
    if (options[name] !== undefined) checkString(options[name], name);
  }
  checkIterable(builtInTools, "builtInTools", 'a list such as ["browser", "python"]');
  for (const tool of builtInTools) {
    if (tool === "browser" || tool === "python") continue;
    throw new TypeError(`builtInTools may hold "browser" and "python", not ${showValue(tool)}`);
  }
}

/** Declares the tools that the model was trained with, before all others. */
export function declareBuiltInTools(toolNames: ToolNames, { builtInTools = [] }: ReadRequestOptions): void {
  for (const tool of new Set(builtInTools)) {
    toolNames.declareBuiltIn(tool === "browser" ? ToolNamespaceConfig.browser() : ToolNamespaceConfig.python());
  }
}

/** A request in Harmony's terms: what the model is given, and what the engine must be told. */
export interface HarmonyRequest {
  /** The conversation in order, system message first. */
  readonly history: readonly HistoryStep[];
  /** The tools, by the model's names and the client's. */
  readonly toolNames: ToolNames;
  readonly toolChoice: ToolChoice;
  /** The full names of the tools that may be called, if not all may that are declared. */
  readonly allowedTools?: readonly string[] | undefined;
  /**
   * Whether the client takes several calls in one answer. The model ends its turn with each call, so there are several only
   * where an engine goes on.
   */
  readonly parallelToolCalls: boolean;
  /** The form that an answer must have. Its section is in the conversation already. */
  readonly responseFormat?: RequestedFormat | undefined;
  /** The message that the model is to go on with; absent where it begins one of its own. */
  readonly prefill?: Prefill | undefined;
  /** How many tokens the model may write. */
  readonly maxTokens?: number | undefined;
  /** The strings at which an answer ends; they are not part of it. */
  readonly stop: readonly string[];
  readonly sampling: Sampling;
  /** What was left out, with the option `unsupported: "drop"`. */
  readonly warnings: readonly RequestWarning[];
}

/** The form that an answer must have. */
export interface RequestedFormat {
  readonly schema: unknown;
  /** Whether the engine has to hold the model to it. */
  readonly strict: boolean;
  /** Where the schema stands in the request: `response_format.json_schema.schema`. */
  readonly path?: string | undefined;
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
 * @throws ApiError `unsupported_value` for a schema or tool choice that cannot be held to.
 */
export function constraintOf(request: HarmonyRequest): Constraints | undefined {
  const { toolNames, toolChoice, allowedTools, responseFormat } = request;
  const needsFormat = responseFormat?.strict === true;
  const { all } = toolNames;
  const hasTools = all.length > 0;
  const needsChoice = (toolChoice !== "auto" && (hasTools || toolChoice !== "none")) || allowedTools !== undefined;
  if (!needsFormat && !needsChoice && !toolNames.isStrict) return undefined;
  try {
    return constraintsFor({
      tools: allowedTools === undefined ? all : all.flatMap((namespace) => onlyAllowed(namespace, allowedTools)),
      toolChoice: hasTools ? toolChoice : "auto",
      ...(needsFormat ? { responseFormat: { schema: responseFormat.schema } } : {}),
    });
  } catch (error) {
    if (!(error instanceof HarmonyError || error instanceof TypeError)) throw error;
    const path = error instanceof HarmonyError ? error.path : undefined;
    const param = (path === undefined ? undefined : requestPath(request, path)) ?? demandOf(request);
    throw new ApiError(error.message, { param, code: "unsupported_value", cause: error });
  }
}

/** The field of a request that demands a constraint. */
export function demandOf({ toolNames, toolChoice, allowedTools, responseFormat }: HarmonyRequest): string {
  if (toolChoice !== "auto" || allowedTools !== undefined) return "tool_choice";
  return toolNames.isStrict ? "tools" : (responseFormat?.path ?? "response_format");
}

/** The field of a request that the constraint's own path leads to. */
function requestPath({ toolNames, allowedTools, responseFormat }: HarmonyRequest, path: string): string | undefined {
  const format = "responseFormat.schema";
  if (path.startsWith(format)) {
    return responseFormat?.path === undefined ? undefined : responseFormat.path + path.slice(format.length);
  }
  // With fewer tools, they are counted otherwise.
  return allowedTools === undefined ? toolNames.requestPath(path) : undefined;
}

/** A namespace with those of its tools that may be called; none where none may. */
function onlyAllowed(namespace: ToolNamespaceConfigLike, allowed: readonly string[]): ToolNamespaceConfigLike[] {
  const { name, tools } = namespace;
  if (tools.length === 0) return allowed.includes(name) ? [namespace] : [];
  const left = tools.filter((tool) => allowed.includes(`${name}.${tool.name}`));
  return left.length === 0 ? [] : [{ ...namespace, tools: left }];
}
