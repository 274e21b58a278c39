import { checkString } from "../../options.js";
import { STOP_TOKENS_FOR_ASSISTANT_ACTIONS } from "../../special-tokens.js";
import { STOP_TOKEN_IDS } from "../../turn/constraints/completion.js";
import type { Engine, EngineOutput, EngineRequest, EngineUsage } from "../engine.js";
import { EngineError } from "../engine-error.js";
import { checkContextSize, checkFields } from "../engine-options.js";
import { promptText } from "../prompt-text.js";
import type { HttpAnswer } from "./http/answer.js";
import { countIn, usageOf } from "./http/fields.js";
import { readJsonLines } from "./http/json-lines.js";
import { postForStream } from "./http/post.js";
import { type HttpEngineOptions, type HttpSettings, httpSettings } from "./http/settings.js";

/** Where an Ollama server is, and what it is asked for. */
export interface OllamaOptions extends HttpEngineOptions {
  /** The name of the model, such as `"gpt-oss:20b"`. */
  readonly model: string;
  /** How many tokens prompt and completion may have together: `num_ctx`. Default: the server's, which may be 4,096. */
  readonly contextSize?: number | undefined;
  /** Fields added to `options`, such as `num_gpu`. They win over those that are sent otherwise. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

const NAME = "Ollama";

/**
 * An Ollama server, by text through `/api/generate` with `raw`: Ollama takes and gives no token ids. That costs something:
 *
 * - The prompt is written as text, and tokenized by llama.cpp, whose tokens differ from those of the model's training where
 *   letters have combining marks, as in Hindi or Thai.
 * - Text that spells a marker, in a user's message for example, gets a zero-width space behind its `<`, as
 *   `neutralizeMarkers` puts it there; Ollama would take it for the control token.
 * - The token at which the model stopped is not known. Whether a message is a call is told by its recipient.
 * - What a session keeps of a completion are the tokens of its text, which may not be those that the model wrote.
 *
 * It takes no constraint, no `logitBias`, and no `stopTokens` but those at which the model stops by itself; the number of
 * cached tokens is not known.
 *
 * @throws TypeError for an option that does not exist, or is not what it must be.
 */
export function ollama(options: OllamaOptions): Engine {
  const settings = httpSettings(options, NAME, "ollama", {
    options: ["model", "contextSize", "options"],
    reserved: ["model", "prompt", "raw", "stream", "options", "template", "system", "context"],
  });
  const { model, contextSize, options: own = {} } = options;
  checkString(model, "ollama: model");
  checkContextSize(contextSize, "ollama: contextSize");
  checkFields(own, "ollama: options");
  const modelOptions = { ...(contextSize === undefined ? {} : { num_ctx: contextSize }), ...own };
  return { name: NAME, generate: (request, signal) => generate(settings, model, modelOptions, request, signal) };
}

async function* generate(
  settings: HttpSettings,
  model: string,
  modelOptions: Readonly<Record<string, unknown>>,
  request: EngineRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const body = {
    model,
    prompt: promptText(request, NAME),
    raw: true,
    stream: true,
    // Otherwise text between what the model's template has around thoughts would be taken out of the response.
    think: false,
    // Otherwise the beginning of the prompt is dropped without a word: at once, or to make room while the model writes.
    truncate: false,
    shift: false,
    options: { ...samplingOptions(request), ...modelOptions },
  };
  const answer = await postForStream(settings, { path: "/api/generate", body, accept: "application/x-ndjson" }, signal);
  yield* readStream(answer);
}

function samplingOptions({ sampling = {}, maxTokens = -1, stopTokens, constraint }: EngineRequest) {
  if (constraint !== undefined) throw unsupported("constraint", "no grammar can be sent");
  if (sampling.logitBias !== undefined && Object.keys(sampling.logitBias).length > 0) {
    throw unsupported("sampling.logitBias", "Ollama has no such option");
  }
  checkStopTokens(stopTokens);
  const { temperature = 1, topP = 1, topK = 0, minP = 0, seed } = sampling;
  const { frequencyPenalty = 0, presencePenalty = 0, repetitionPenalty = 1 } = sampling;
  return {
    num_predict: maxTokens,
    temperature,
    top_p: topP,
    top_k: topK,
    min_p: minP,
    ...(seed === undefined ? {} : { seed }),
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    repeat_penalty: repetitionPenalty,
    // The penalties look at everything, and not only at the last 64 tokens.
    repeat_last_n: -1,
  };
}

/** The model stops at return, call and endoftext by itself, whatever is asked for. Nobody misses endoftext. */
function checkStopTokens(stopTokens: readonly number[] | undefined): void {
  if (stopTokens === undefined) return;
  const added = stopTokens.find((token) => !STOP_TOKEN_IDS.includes(token));
  if (added !== undefined) throw unsupported("stopTokens", `Ollama cannot be told to stop at the token ${added}`);
  const missing = STOP_TOKENS_FOR_ASSISTANT_ACTIONS.find((token) => !stopTokens.includes(token));
  if (missing !== undefined) throw unsupported("stopTokens", `Ollama stops at the token ${missing} in any case`);
}

function unsupported(field: string, why: string): EngineError {
  return new EngineError("unsupported", `${field}: ${why}`, { engine: NAME });
}

async function* readStream(answer: HttpAnswer): AsyncGenerator<EngineOutput, void, undefined> {
  for await (const line of readJsonLines(answer)) {
    if (line.error !== undefined && line.error !== null) throw answer.failed(line);
    const { response, thinking, done, done_reason: reason } = line;
    if (typeof thinking === "string" && thinking !== "") {
      const why = "the server has taken thoughts out of the text, so that it cannot be read; a newer Ollama does not";
      throw answer.error("unsupported", why);
    }
    if (typeof response === "string" && response !== "") yield { text: response };
    if (done !== true) continue;
    yield { finish: typeof reason === "string" && reason !== "" ? reason : "stop", usage: usageIn(line) };
    return;
  }
  throw answer.brokenOff();
}

function usageIn(line: Readonly<Record<string, unknown>>): EngineUsage {
  return usageOf({ promptTokens: countIn(line.prompt_eval_count), completionTokens: countIn(line.eval_count) });
}
