import { isRecord } from "../../options.js";
import { STOP_TOKEN_IDS } from "../../turn/constraints/completion.js";
import type { EngineOutput, EngineRequest, EngineUsage } from "../engine.js";
import type { HttpAnswer } from "./http/answer.js";
import { countIn, finiteBias, tokensIn, usageOf } from "./http/fields.js";
import { readJsonEvents } from "./http/json.js";

/** The fields that say how vLLM chooses tokens, and where it stops: the same for both of its endpoints. */
export function vllmSampling({
  sampling = {},
  stopTokens = STOP_TOKEN_IDS,
  constraint,
}: EngineRequest): Readonly<Record<string, unknown>> {
  const { temperature = 1, topP = 1, topK = 0, minP = 0, seed, logitBias } = sampling;
  const { frequencyPenalty = 0, presencePenalty = 0, repetitionPenalty = 1 } = sampling;
  return {
    temperature,
    top_p: topP,
    top_k: topK,
    min_p: minP,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    repetition_penalty: repetitionPenalty,
    ...(seed === undefined ? {} : { seed }),
    ...(logitBias === undefined ? {} : { logit_bias: finiteBias(logitBias) }),
    stop_token_ids: [...stopTokens],
    skip_special_tokens: false,
    spaces_between_special_tokens: false,
    ...(constraint === undefined
      ? {}
      : { structured_outputs: { structural_tag: JSON.stringify(constraint.structuralTag) } }),
  };
}

/**
 * The chunks of a stream by vLLM, from either endpoint. The ids of a chunk are those of its tokens alone; its text lags
 * behind them, and is not used.
 * @param withoutIds The error for a server that gives text but no ids.
 */
export async function* readVllmStream(
  answer: HttpAnswer,
  withoutIds: () => Error,
): AsyncGenerator<EngineOutput, void, undefined> {
  let finish: string | undefined;
  let usage: EngineUsage | undefined;
  let hasIds = false;
  for await (const { choices, usage: counts } of readJsonEvents(answer)) {
    if (isRecord(counts)) usage = usageIn(counts);
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    if (!isRecord(choice)) continue;
    const { token_ids: ids, text, finish_reason: reason } = choice;
    if (ids !== undefined && ids !== null) {
      const tokens = tokensIn(answer, ids, "token_ids");
      hasIds = true;
      if (tokens.length > 0) yield { tokens };
    } else if (typeof text === "string" && text !== "") {
      throw withoutIds();
    }
    if (typeof reason === "string") finish = reason;
  }
  if (finish === undefined) throw answer.brokenOff();
  if (!hasIds && usage?.completionTokens !== 0) throw withoutIds();
  yield { finish, ...(usage === undefined ? {} : { usage }) };
}

function usageIn(counts: Readonly<Record<string, unknown>>): EngineUsage {
  const details = counts.prompt_tokens_details;
  return usageOf({
    promptTokens: countIn(counts.prompt_tokens),
    cachedTokens: isRecord(details) ? countIn(details.cached_tokens) : undefined,
    completionTokens: countIn(counts.completion_tokens),
  });
}
