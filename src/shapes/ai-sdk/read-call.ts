import type { HarmonyEncoding } from "../../encoding.js";
import type { Sampling } from "../../engines/engine.js";
import { ApiError } from "../api-error.js";
import { type AnswerFormat, History, reasoningEffortOf } from "../history.js";
import type { HarmonyRequest } from "../request.js";
import type { LanguageModelCallOptions } from "./call-options.js";
import type { Warning } from "./language-model.js";
import { PromptReader } from "./read-prompt.js";
import { readToolChoice, readTools } from "./read-tools.js";
import { checkSettings, type HarmonySettings, mergeSettings } from "./settings.js";

/** A call of the AI SDK in Harmony's terms. */
export interface HarmonyCall {
  readonly request: HarmonyRequest;
  /** The settings that apply to it. */
  readonly settings: HarmonySettings;
  /** What is not done, or not as it was asked for. */
  readonly warnings: readonly Warning[];
}

/** What the schema of any JSON is. */
const ANY_JSON = {};

/**
 * Reads the options of a call.
 * @throws UnsupportedInputError for files, unless the settings say that they are dropped.
 * @throws ApiError for what is not well formed; TypeError for an unknown setting in `providerOptions.harmony`.
 */
export function readCall(
  options: LanguageModelCallOptions,
  modelSettings: HarmonySettings,
  encoding: HarmonyEncoding,
): HarmonyCall {
  const own = options.providerOptions?.harmony;
  const settings = mergeSettings(modelSettings, checkSettings(own, "providerOptions.harmony"));
  const warnings: Warning[] = [];
  const toolNames = readTools(options.tools, warnings);
  const history = new History(toolNames);
  new PromptReader({ history, toolNames, encoding, unsupported: settings.unsupported, warnings }).read(options.prompt);
  const format = formatOf(options.responseFormat);
  const reasoningEffort =
    settings.reasoningEffort === undefined
      ? effortOf(options.reasoning, warnings)
      : reasoningEffortOf(settings.reasoningEffort, "reasoningEffort");
  warnOfHeaders(options.headers, warnings);
  const request: HarmonyRequest = {
    history: history.finish({ reasoningEffort, options: settings }, format),
    toolNames,
    toolChoice: readToolChoice(options.toolChoice, toolNames),
    parallelToolCalls: settings.parallelToolCalls ?? true,
    responseFormat:
      format === undefined
        ? undefined
        : { schema: format.schema, strict: settings.strictJsonSchema ?? true, path: format.path },
    maxTokens: options.maxOutputTokens,
    stop: options.stopSequences ?? [],
    sampling: samplingOf(options, settings),
    warnings: [],
  };
  return { request, settings, warnings };
}

/** The section of the prompt that describes the answer. */
function formatOf(format: LanguageModelCallOptions["responseFormat"]): AnswerFormat | undefined {
  if (format === undefined || format.type === "text") return undefined;
  if (format.type !== "json") {
    throw new ApiError("responseFormat.type must be text or json", {
      param: "responseFormat.type",
      code: "invalid_value",
    });
  }
  const { name = "response", schema } = format;
  const description = format.description ?? (schema === undefined ? "Any value, in JSON." : undefined);
  return { name, schema: schema ?? ANY_JSON, description, path: "responseFormat.schema" };
}

/** The efforts of the AI SDK that the model does not know, and those that come nearest. */
const NEAREST: ReadonlyMap<string, string> = new Map([
  ["none", "low"],
  ["minimal", "low"],
  ["xhigh", "high"],
  ["max", "high"],
]);

function effortOf(reasoning: string | undefined, warnings: Warning[]): ReturnType<typeof reasoningEffortOf> {
  if (reasoning === undefined || reasoning === "provider-default") return undefined;
  const nearest = NEAREST.get(reasoning);
  if (nearest !== undefined) {
    const details = `the model knows low, medium and high; "${reasoning}" is taken as "${nearest}"`;
    warnings.push({ type: "compatibility", feature: "reasoning", details });
  }
  return reasoningEffortOf(reasoning, "reasoning");
}

/** An engine sends its own headers. The AI SDK always names itself, which nobody misses. */
function warnOfHeaders(headers: LanguageModelCallOptions["headers"], warnings: Warning[]): void {
  const names = Object.keys(headers ?? {}).filter((name) => name.toLowerCase() !== "user-agent");
  if (names.length === 0) return;
  const details = `${names.join(", ")}: give headers to the engine instead, as its option headers`;
  warnings.push({ type: "unsupported", feature: "headers", details });
}

function samplingOf(options: LanguageModelCallOptions, settings: HarmonySettings): Sampling {
  const { temperature, topP, topK, seed, frequencyPenalty, presencePenalty } = options;
  const { minP, repetitionPenalty, logitBias } = settings;
  const sampling: Record<string, unknown> = {};
  const given = {
    temperature,
    topP,
    topK,
    minP,
    seed,
    frequencyPenalty,
    presencePenalty,
    repetitionPenalty,
    logitBias,
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) sampling[name] = value;
  return sampling;
}
