import { checkString } from "../../options.js";
import type { Engine, EngineOutput, EngineRequest } from "../engine.js";
import { checkFields } from "../engine-options.js";
import { goOn } from "./http/go-on.js";
import { postForStream } from "./http/post.js";
import type { ServerMessage } from "./http/server-message.js";
import { type HttpEngineOptions, type HttpSettings, httpSettings } from "./http/settings.js";
import { readVllmStream, vllmSampling } from "./vllm-stream.js";

/** Where a vLLM server with scale-out endpoints is, and what it is asked for. */
export interface VllmGenerateOptions extends HttpEngineOptions {
  /** The name under which the server has the model. Default: the server's only one. */
  readonly model?: string | undefined;
  /** Fields added to `sampling_params`. They win over those that are sent otherwise. */
  readonly samplingParams?: Readonly<Record<string, unknown>> | undefined;
}

const NAME = "vLLM";

/**
 * A vLLM server (0.32 and later), by token ids through `/inference/v1/generate`, which knows no text at all. The server has
 * to be started with `--enable-scale-out` or `--tokens-only`; {@link vllm} needs neither.
 *
 * The number of cached tokens is known only from a server that was started with `--enable-prompt-tokens-details`.
 *
 * @throws TypeError for an option that does not exist, or is not what it must be.
 */
export function vllmGenerate(options: VllmGenerateOptions): Engine {
  const settings = httpSettings(options, NAME, "vllmGenerate", {
    options: ["model", "samplingParams"],
    reserved: ["token_ids", "stream", "sampling_params", "output_mode"],
  });
  const { model, samplingParams = {} } = options;
  if (model !== undefined) checkString(model, "vllmGenerate: model");
  checkFields(samplingParams, "vllmGenerate: samplingParams");
  return {
    name: NAME,
    constraints: "structural-tag",
    generate: (request, signal) =>
      goOn(request, (part) => generate(settings, { model, samplingParams: { ...samplingParams } }, part, signal)),
  };
}

async function* generate(
  settings: HttpSettings,
  { model, samplingParams }: Pick<VllmGenerateOptions, "model" | "samplingParams">,
  request: EngineRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const { tokens, maxTokens, constraint } = request;
  const body = {
    ...(model === undefined ? {} : { model }),
    token_ids: tokens,
    sampling_params: {
      // Left out, it is as many as fit, unlike at the other endpoint.
      ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
      ...vllmSampling(request),
      ...samplingParams,
    },
    stream: true,
    stream_options: { include_usage: true },
    // The constraint describes the reasoning as well, and holds from the first token.
    ...(constraint === undefined ? {} : { reasoning_ended: true }),
  };
  const answer = await postForStream(
    settings,
    { path: "/inference/v1/generate", body, accept: "text/event-stream", explain },
    signal,
  );
  yield* readVllmStream(answer, () => answer.error("not-understood", "the server sends no token ids"));
}

function explain(status: number, { text }: ServerMessage): string | undefined {
  if (status === 403 && /scale-out/i.test(text)) {
    return "the endpoint is switched off; start the server with --enable-scale-out, or use vllm(), which does without";
  }
  if (status === 404) return "the server has no such endpoint; it needs vLLM 0.32 or later, or use vllm() instead";
  return undefined;
}
