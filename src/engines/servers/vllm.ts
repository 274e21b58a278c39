import { checkString, isRecord } from "../../options.js";
import type { Engine, EngineOutput, EngineRequest } from "../engine.js";
import { EngineError } from "../engine-error.js";
import { checkContextSize } from "../engine-options.js";
import { countIn } from "./http/fields.js";
import { goOn } from "./http/go-on.js";
import { readJson } from "./http/json.js";
import { postForStream } from "./http/post.js";
import { type HttpEngineOptions, type HttpSettings, httpSettings } from "./http/settings.js";
import { readVllmStream, vllmSampling } from "./vllm-stream.js";

/** Where a vLLM server is, and what it is asked for. */
export interface VllmOptions extends HttpEngineOptions {
  /** The name under which the server has the model, such as `"openai/gpt-oss-20b"`. */
  readonly model: string;
  /**
   * How many tokens prompt and completion may have together: the server's `--max-model-len`. It is needed where a request
   * sets no `maxTokens`, since vLLM would stop after 16. Default: what `/v1/models` says, which is asked once.
   */
  readonly contextSize?: number | undefined;
}

const NAME = "vLLM";

/**
 * A vLLM server (0.10.2 and later), by token ids through `/v1/completions`.
 *
 * The number of cached tokens is known only from a server that was started with `--enable-prompt-tokens-details`.
 *
 * @throws TypeError for an option that does not exist, or is not what it must be.
 */
export function vllm(options: VllmOptions): Engine {
  const settings = httpSettings(options, NAME, "vllm", {
    options: ["model", "contextSize"],
    reserved: ["prompt", "stream", "n", "echo", "return_token_ids"],
  });
  const { model, contextSize } = options;
  checkString(model, "vllm: model");
  checkContextSize(contextSize, "vllm: contextSize");
  return new Vllm(settings, model, contextSize);
}

class Vllm implements Engine {
  readonly name: string = NAME;
  readonly constraints = "structural-tag";
  readonly #settings: HttpSettings;
  readonly #model: string;
  #contextSize: number | undefined;

  constructor(settings: HttpSettings, model: string, contextSize: number | undefined) {
    this.#settings = settings;
    this.#model = model;
    this.#contextSize = contextSize;
  }

  generate(request: EngineRequest, signal?: AbortSignal): AsyncGenerator<EngineOutput, void, undefined> {
    return goOn(request, (part) => this.#ask(part, signal));
  }

  async *#ask(request: EngineRequest, signal?: AbortSignal): AsyncGenerator<EngineOutput, void, undefined> {
    const { tokens, maxTokens } = request;
    const body = {
      model: this.#model,
      prompt: tokens,
      // More than the whole context is refused, even though more than what is left of it is cut to that.
      max_tokens: maxTokens ?? Math.max(1, (await this.#askContextSize(signal)) - tokens.length),
      ...vllmSampling(request),
      stream: true,
      stream_options: { include_usage: true },
      return_token_ids: true,
    };
    const path = "/v1/completions";
    const answer = await postForStream(this.#settings, { path, body, accept: "text/event-stream" }, signal);
    yield* readVllmStream(answer, () => {
      const why = "the server sends no token ids; return_token_ids needs vLLM 0.10.2 or later";
      return answer.error("unsupported", why);
    });
  }

  async #askContextSize(signal: AbortSignal | undefined): Promise<number> {
    if (this.#contextSize !== undefined) return this.#contextSize;
    const path = "/v1/models";
    let cause: unknown;
    try {
      const models = await readJson(await postForStream(this.#settings, { path, accept: "application/json" }, signal));
      this.#contextSize = contextSizeIn(models.data, this.#model);
      if (this.#contextSize !== undefined) return this.#contextSize;
    } catch (error) {
      // A server that is there, but does not say it, is not in the way of a request that does.
      if (!(error instanceof EngineError) || !["refused", "not-understood"].includes(error.code)) throw error;
      cause = error;
    }
    const why = `${path} does not say how long the context is, which is needed as vLLM stops after 16 tokens otherwise`;
    const details = { engine: NAME, url: this.#settings.base, cause };
    throw new EngineError("unsupported", `${why}; set maxTokens, or the option contextSize`, details);
  }
}

/** The context of a model in the answer of `/v1/models`. An adapter has none of its own. */
function contextSizeIn(data: unknown, model: string): number | undefined {
  if (!Array.isArray(data)) return undefined;
  const models = data.filter(isRecord);
  const named = models.filter(({ id }) => id === model);
  for (const { max_model_len: size } of [...named, ...models]) {
    const count = countIn(size);
    if (count !== undefined && count > 0) return count;
  }
  return undefined;
}
