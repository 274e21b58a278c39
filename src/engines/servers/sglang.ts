import { isRecord } from "../../options.js";
import { STOP_TOKEN_IDS } from "../../turn/constraints/completion.js";
import type { Engine, EngineOutput, EngineRequest, EngineUsage } from "../engine.js";
import { EngineError } from "../engine-error.js";
import { checkFields } from "../engine-options.js";
import type { HttpAnswer } from "./http/answer.js";
import { countIn, finiteBias, tokensIn, usageOf } from "./http/fields.js";
import { goOn } from "./http/go-on.js";
import { postForStream } from "./http/post.js";
import { readServerSentEvents } from "./http/server-sent-events.js";
import { type HttpEngineOptions, type HttpSettings, httpSettings } from "./http/settings.js";

/** Where an SGLang server is, and what it is asked for. */
export interface SglangOptions extends HttpEngineOptions {
  /** Fields added to `sampling_params`. They win over those that are sent otherwise. */
  readonly samplingParams?: Readonly<Record<string, unknown>> | undefined;
}

const NAME = "SGLang";

/**
 * An SGLang server (0.5 and later), by token ids through its own endpoint `/generate`. It may be started with
 * `--incremental-streaming-output` or without: both kinds of streams are read.
 *
 * It obeys a `seed` only if it was started with `--enable-deterministic-inference`, and it does not say whether it was.
 *
 * @throws TypeError for an option that does not exist, or is not what it must be.
 */
export function sglang(options: SglangOptions): Engine {
  const settings = httpSettings(options, NAME, "sglang", {
    options: ["samplingParams"],
    reserved: ["input_ids", "text", "stream", "sampling_params"],
  });
  const { samplingParams = {} } = options;
  checkFields(samplingParams, "sglang: samplingParams");
  return {
    name: NAME,
    constraints: "structural-tag",
    generate: (request, signal) => goOn(request, (part) => generate(settings, { ...samplingParams }, part, signal)),
  };
}

async function* generate(
  settings: HttpSettings,
  samplingParams: Readonly<Record<string, unknown>>,
  request: EngineRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const body = {
    input_ids: request.tokens,
    sampling_params: { ...sampling(request), ...samplingParams },
    stream: true,
  };
  const answer = await postForStream(settings, { path: "/generate", body, accept: "text/event-stream" }, signal);
  yield* readStream(settings, answer);
}

function sampling({ sampling = {}, maxTokens, stopTokens = STOP_TOKEN_IDS, constraint }: EngineRequest) {
  const { temperature = 1, topP = 1, topK = 0, minP = 0, logitBias } = sampling;
  const { frequencyPenalty = 0, presencePenalty = 0, repetitionPenalty = 1 } = sampling;
  // A deterministic server takes 42 for all who send none, and so gives all of them the same.
  const { seed = Math.floor(Math.random() * 2 ** 32) } = sampling;
  return {
    // Null is as many as fit, while leaving it out is 128.
    max_new_tokens: maxTokens ?? null,
    temperature,
    top_p: topP,
    // 0 is refused.
    top_k: topK === 0 ? -1 : topK,
    min_p: minP,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    repetition_penalty: repetitionPenalty,
    sampling_seed: seed,
    ...(logitBias === undefined ? {} : { logit_bias: finiteBias(logitBias) }),
    stop_token_ids: [...stopTokens],
    skip_special_tokens: false,
    spaces_between_special_tokens: false,
    no_stop_trim: true,
    ...(constraint === undefined ? {} : { structural_tag: JSON.stringify(constraint.structuralTag) }),
  };
}

async function* readStream(settings: HttpSettings, answer: HttpAnswer): AsyncGenerator<EngineOutput, void, undefined> {
  const written: number[] = [];
  for await (const { data } of readServerSentEvents(answer)) {
    if (data.trim() === "[DONE]") break;
    const chunk = answer.object(data);
    // The request is looked at only when the stream has begun, so what is wrong with it comes as an event.
    if (isRecord(chunk.error)) throw failure(settings, answer, chunk.error.message, chunk.error.code, written);
    if (chunk.error !== undefined && chunk.error !== null) throw answer.failed(chunk);
    const meta = isRecord(chunk.meta_info) ? chunk.meta_info : {};
    const { finish_reason: reason } = meta;
    // What the scheduler refuses ends the completion with a reason that says so.
    if (isRecord(reason) && reason.type === "abort" && countIn(reason.status_code) !== undefined) {
      throw failure(settings, answer, reason.message, reason.status_code, written);
    }
    if (chunk.output_ids === undefined || chunk.output_ids === null) {
      const why = "the server sends no output_ids; a newer SGLang does";
      throw answer.error("unsupported", why, { answer: data.slice(0, 500) });
    }
    const ids = tokensIn(answer, chunk.output_ids, "output_ids");
    const tokens = newTokens(ids, written, countIn(meta.completion_tokens));
    written.push(...tokens);
    if (tokens.length > 0) yield { tokens };
    if (isRecord(reason) && typeof reason.type === "string") {
      yield { finish: reason.type, usage: usageIn(meta) };
      return;
    }
  }
  throw answer.brokenOff();
}

/**
 * The ids of a chunk that have not come before. By default a chunk has all of the completion so far; a server can be told
 * to send only what is new, and nothing in a chunk says which it is but how many tokens there are in all.
 */
function newTokens(ids: readonly number[], written: readonly number[], total: number | undefined): readonly number[] {
  if (written.length === 0) return ids;
  if (total !== undefined && ids.length === total - written.length && ids.length !== total) return ids;
  const isCumulative = ids.length >= written.length && written.every((token, index) => token === ids[index]);
  return isCumulative ? ids.slice(written.length) : ids;
}

/** The error for what SGLang reports in a stream, with the status that it would have had without one. */
function failure(
  settings: HttpSettings,
  answer: HttpAnswer,
  message: unknown,
  status: unknown,
  written: readonly number[],
): EngineError {
  const said = typeof message === "string" ? message : "no reason given";
  const isRefusal = written.length === 0 && typeof status === "number" && status >= 400 && status < 500;
  if (!isRefusal) return answer.failed({ error: { message: said } });
  const { text } = answer.serverMessage(said);
  const details = { engine: NAME, url: settings.base, status, answer: text };
  return new EngineError("refused", `refused with status ${status}: ${text}`, details);
}

function usageIn(meta: Readonly<Record<string, unknown>>): EngineUsage {
  return usageOf({
    promptTokens: countIn(meta.prompt_tokens),
    cachedTokens: countIn(meta.cached_tokens),
    completionTokens: countIn(meta.completion_tokens),
  });
}
