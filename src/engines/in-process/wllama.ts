import { isRecord, showValue } from "../../options.js";
import { STOP_TOKEN_IDS } from "../../turn/constraints/completion.js";
import type { Engine, EngineOutput, EngineRequest, EngineUsage } from "../engine.js";
import { EngineError } from "../engine-error.js";
import { promptText } from "../prompt-text.js";
import { preservedTokens, samplingFields } from "../servers/llama-cpp.js";
import { SplitCharacters } from "../split-characters.js";

/** What {@link wllama} needs of an instance of wllama's class `Wllama` that has loaded its model. */
export interface WllamaModel {
  createCompletion(options: WllamaCompletionOptions): Promise<unknown>;
}

/** What is passed to `createCompletion`, beside fields of llama.cpp's server that wllama passes on. */
export interface WllamaCompletionOptions {
  prompt: string;
  stream: true;
  abortSignal: AbortSignal;
  onData: (chunk: unknown) => void;
}

const NAME = "wllama";

/**
 * A model in the browser, by wllama, which is llama.cpp as WebAssembly: no server is needed. wllama gives the ids of what
 * the model writes, but takes the prompt as text. That costs something:
 *
 * - The prompt is tokenized by llama.cpp, whose tokens differ from those of the model's training where letters have
 *   combining marks, as in Hindi or Thai.
 * - Text that spells a marker, in a user's message for example, gets a zero-width space behind its `<`, as
 *   `neutralizeMarkers` puts it there; llama.cpp would take it for the control token.
 * - A model that writes bytes that are not UTF-8 makes wllama throw. Trained models do not, nor does a model with a constraint.
 *
 *     const instance = new Wllama({ default: wasmURL });
 *     await instance.loadModelFromUrl(modelURL, { n_ctx: 4096 });
 *     const engine = wllama(instance);
 *
 * It takes the stop tokens at which llama.cpp ends in any case, and further ones.
 *
 * @param model From wllama 3.8 on.
 * @throws TypeError for something that is not an instance of `Wllama`.
 */
export function wllama(model: WllamaModel): Engine {
  if (!isRecord(model) || typeof model.createCompletion !== "function") {
    throw new TypeError(`wllama: the model must be an instance of Wllama, not ${showValue(model)}`);
  }
  return { name: NAME, constraints: "gbnf", generate: (request, signal) => generate(model, request, signal) };
}

async function* generate(
  model: WllamaModel,
  request: EngineRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const { encoding, maxTokens, stopTokens = STOP_TOKEN_IDS } = request;
  const body = bodyOf(request);
  if (maxTokens !== undefined && maxTokens <= 0) {
    yield { finish: "limit", usage: { completionTokens: 0 } };
    return;
  }
  const characters = new SplitCharacters(encoding);
  for await (const chunk of readChunks(model, body, signal)) {
    const event = eventOf(chunk);
    const { count, stopType, usage } = event;
    const output = characters.read(event);
    const cut = output?.tokens.findIndex((token) => stopTokens.includes(token)) ?? -1;
    if (output !== undefined && output.tokens.length > 0) {
      yield cut < 0 ? output : { ...output, tokens: output.tokens.slice(0, cut + 1) };
    }
    // One of llama.cpp's own stop tokens is followed by its own end, which says more.
    if (cut >= 0 && !STOP_TOKEN_IDS.includes(output!.tokens[cut]!)) {
      const completionTokens = count - (output!.tokens.length - 1 - cut);
      yield { finish: "stop", usage: { ...usage, completionTokens } };
      return;
    }
    if (stopType === undefined) continue;
    const tail = characters.end(count);
    if (tail !== undefined) yield tail;
    yield { finish: stopType, usage };
    return;
  }
  throw new EngineError("interrupted", "the completion broke off before its end", { engine: NAME });
}

function bodyOf(request: EngineRequest): Omit<WllamaCompletionOptions, "abortSignal" | "onData"> {
  const { constraint, maxTokens, sampling = {}, stopTokens = STOP_TOKEN_IDS } = request;
  const missing = STOP_TOKEN_IDS.find((token) => !stopTokens.includes(token));
  if (missing !== undefined) {
    const why = `stopTokens: llama.cpp ends at the token ${missing} in any case; add it, or use llama-server`;
    throw new EngineError("unsupported", why, { engine: NAME });
  }
  const rules = constraint?.gbnf?.strict;
  const { seed } = sampling;
  const fields = {
    n_predict: maxTokens ?? -1,
    ...samplingFields(sampling),
    ...(seed === undefined ? {} : { seed }),
    ...rules,
    preserved_tokens: preservedTokens(rules),
    // The ids stand nowhere else.
    verbose: true,
  };
  return { ...fields, prompt: promptText(request, NAME), stream: true };
}

/** What wllama hands to its callback, as something to iterate over. Whoever stops early stops the model. */
async function* readChunks(
  model: WllamaModel,
  body: Omit<WllamaCompletionOptions, "abortSignal" | "onData">,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void, undefined> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  signal?.addEventListener("abort", onAbort);
  const chunks: unknown[] = [];
  let hasEnded = false;
  let error: { readonly cause: unknown } | undefined;
  let wake = (): void => {};
  const onData = (chunk: unknown): void => {
    chunks.push(chunk);
    wake();
  };
  const completion = begin(model, { ...body, abortSignal: stop.signal, onData })
    .catch((cause: unknown) => {
      error = { cause };
    })
    .finally(() => {
      hasEnded = true;
      wake();
    });
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (chunks.length > 0) yield chunks.shift();
      else if (hasEnded) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stop.abort();
    // The model is free again only then.
    await completion;
  }
  if (error !== undefined) {
    const { cause } = error;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError("failed", message, { engine: NAME, cause });
  }
}

/** In a function of its own so that what is thrown at once is a rejection, too. */
async function begin(model: WllamaModel, options: WllamaCompletionOptions): Promise<void> {
  await model.createCompletion(options);
}

/** What a chunk says. */
interface WllamaEvent {
  readonly tokens: readonly number[];
  readonly content: string;
  /** How many tokens the model has written so far. */
  readonly count: number;
  readonly usage: EngineUsage;
  /** Why the completion has ended; `undefined` as long as it has not. */
  readonly stopType: string | undefined;
}

function eventOf(chunk: unknown): WllamaEvent {
  const event = isRecord(chunk) ? chunk.__verbose : undefined;
  const { tokens, content, tokens_predicted: count, stop, stop_type: stopType } = isRecord(event) ? event : {};
  if (!Array.isArray(tokens) || typeof content !== "string" || typeof count !== "number") {
    const why = `a chunk has no ids, as those of wllama 3.8 have: ${JSON.stringify(chunk)?.slice(0, 200)}`;
    throw new EngineError("not-understood", why, { engine: NAME });
  }
  const { tokens_evaluated: promptTokens, timings } = event as Readonly<Record<string, unknown>>;
  const cachedTokens = isRecord(timings) ? timings.cache_n : undefined;
  return {
    tokens,
    content,
    count,
    usage: {
      completionTokens: count,
      ...(typeof promptTokens === "number" ? { promptTokens } : {}),
      ...(typeof cachedTokens === "number" ? { cachedTokens } : {}),
    },
    stopType: stop !== true ? undefined : typeof stopType === "string" ? stopType : "stop",
  };
}
