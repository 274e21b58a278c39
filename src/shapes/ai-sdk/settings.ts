import { checkBoolean, checkOptions, checkString, isRecord, showValue } from "../../options.js";
import { checkKeepAnalysis, type KeepAnalysis } from "../../render/keep-analysis.js";
import { reasoningEffortOf } from "../history.js";

/**
 * How a model is used. Each setting can be given to the provider, to one of its models, and to a single call, as
 * `providerOptions: { harmony: { … } }`; the last one counts.
 */
export interface HarmonySettings {
  /** How much the model thinks. It takes precedence over the AI SDK's own `reasoning`. Default: `"medium"`. */
  readonly reasoningEffort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | undefined;
  /** The date in the system message, such as `"2026-11-21"`. Default: none, which keeps a prompt the same from day to day. */
  readonly conversationStartDate?: string | undefined;
  /** Default: that of `SystemContent.new()`. */
  readonly modelIdentity?: string | undefined;
  /** Default: that of `SystemContent.new()`. */
  readonly knowledgeCutoff?: string | undefined;
  /** Which thoughts of earlier turns the prompt keeps. Default: `"after-last-final"`. */
  readonly keepAnalysis?: KeepAnalysis | undefined;
  /** Whether several calls in one completion are taken, where an engine goes on after the first. Default: `true`. */
  readonly parallelToolCalls?: boolean | undefined;
  /** Whether an answer is held to the schema of an output, where the engine can do so. Default: `true`. */
  readonly strictJsonSchema?: boolean | undefined;
  /** What becomes of files in a prompt: an error, or they are left out with a warning. Default: `"error"`. */
  readonly unsupported?: "error" | "drop" | undefined;
  /** Sampling: the least probability of a token, relative to that of the likeliest. Default: 0, which is off. */
  readonly minP?: number | undefined;
  /** Sampling: the penalty for tokens that have occurred. Default: 1, which is off. */
  readonly repetitionPenalty?: number | undefined;
  /** Sampling: what is added to the logits, by token id. */
  readonly logitBias?: Readonly<Record<number, number>> | undefined;
}

export const SETTINGS: readonly (keyof HarmonySettings)[] = [
  "reasoningEffort",
  "conversationStartDate",
  "modelIdentity",
  "knowledgeCutoff",
  "keepAnalysis",
  "parallelToolCalls",
  "strictJsonSchema",
  "unsupported",
  "minP",
  "repetitionPenalty",
  "logitBias",
];

/**
 * Checks settings.
 * @param what What they are for, as the error says it.
 * @throws TypeError for an unknown setting, or a value of the wrong type; ApiError for an unknown reasoning effort.
 */
export function checkSettings(settings: unknown, what: string): HarmonySettings {
  checkOptions(settings, SETTINGS, what);
  const given = (settings ?? {}) as HarmonySettings;
  reasoningEffortOf(given.reasoningEffort, "reasoningEffort");
  for (const name of ["conversationStartDate", "modelIdentity", "knowledgeCutoff"] as const) {
    if (given[name] !== undefined) checkString(given[name], name);
  }
  checkKeepAnalysis(given.keepAnalysis);
  checkBoolean(given.parallelToolCalls, "parallelToolCalls");
  checkBoolean(given.strictJsonSchema, "strictJsonSchema");
  const { unsupported, logitBias } = given;
  if (unsupported !== undefined && unsupported !== "error" && unsupported !== "drop") {
    throw new TypeError(`unsupported must be "error" or "drop", not ${showValue(unsupported)}`);
  }
  for (const name of ["minP", "repetitionPenalty"] as const) {
    const value: unknown = given[name];
    if (value !== undefined && typeof value !== "number") {
      throw new TypeError(`${name} must be a number, not ${showValue(value)}`);
    }
  }
  if (logitBias !== undefined && !isRecord(logitBias)) {
    throw new TypeError(`logitBias must be an object from token ids to numbers, not ${showValue(logitBias)}`);
  }
  return given;
}

/** Settings with others over them; one that is `undefined` changes nothing. */
export function mergeSettings(settings: HarmonySettings, over: HarmonySettings): HarmonySettings {
  const merged: Record<string, unknown> = { ...settings };
  for (const [name, value] of Object.entries(over)) if (value !== undefined) merged[name] = value;
  return merged;
}
