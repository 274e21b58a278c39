import { checkBoolean, checkOptions, isRecord, showValue } from "../../options.js";
import { Abortable } from "../../stream/abortable.js";
import { STOP_TOKEN_IDS } from "../../turn/constraints/completion.js";
import type { Engine, EngineOutput, EngineRequest } from "../engine.js";
import { EngineError } from "../engine-error.js";
import { checkContextSize } from "../engine-options.js";
import { takeTurn } from "./one-at-a-time.js";
import { logitsProcessor } from "./transformers-js-logits.js";

/** What {@link transformersJs} needs of a model of transformers.js, as `AutoModelForCausalLM.from_pretrained` loads it. */
export interface TransformersJsModel {
  generate(options: object): Promise<unknown>;
  /** Its `max_position_embeddings` is the length of the context. */
  readonly config?: object | undefined;
}

/** The parts of transformers.js that only its own classes can make. */
export interface TransformersJsOptions {
  /** Its class: `import { Tensor } from "@huggingface/transformers"`. */
  readonly Tensor: new (
    type: "int64",
    data: BigInt64Array,
    dims: number[],
  ) => object;
  /** Its source of random numbers, `random`; without it, the engine takes no `seed`. All of transformers.js shares it. */
  readonly random?: { seed(seed: number): void } | undefined;
  /** How many tokens prompt and completion may have together. Default: what the model's configuration says. */
  readonly contextSize?: number | undefined;
  /**
   * Whether the attention over a prompt and its completion is kept until the next prompt, which needs not be read from its
   * beginning if it only goes on, as the prompts of a session do. It takes the memory that it takes while the model
   * writes. Default: true.
   */
  readonly keepCache?: boolean | undefined;
}

/** An engine that keeps something between completions. */
export interface TransformersJsEngine extends Engine {
  /** Gives the memory of the kept cache back. The engine can still be used. */
  releaseCache(): Promise<void>;
}

/** The attention over tokens that have been read. */
interface Cache {
  readonly tokens: readonly number[];
  readonly pastKeyValues: { readonly dispose?: () => unknown };
}

const NAME = "transformers.js";

/**
 * A model in the process or in the browser, by transformers.js (4.3 and later): tokens are passed to the model's own
 * `generate`, and come from a streamer. Its pipelines and its `TextStreamer` would leave out the markers.
 *
 * A model writes one completion at a time; others wait. It writes as fast as it can, whether or not anybody takes what it
 * writes: what is not taken yet is kept. It stops at the next token after an abort.
 *
 * It takes no constraint.
 *
 * @throws TypeError for what is not a model, and for an unknown option or one of the wrong type.
 */
export function transformersJs(model: TransformersJsModel, options: TransformersJsOptions): TransformersJsEngine {
  if (typeof (model as Partial<TransformersJsModel> | undefined)?.generate !== "function") {
    const how = "as AutoModelForCausalLM.from_pretrained loads it";
    throw new TypeError(`transformersJs: model must be a model of transformers.js, ${how}, not ${showValue(model)}`);
  }
  return new TransformersJs(model, checked(options));
}

function checked(options: TransformersJsOptions): TransformersJsOptions {
  const known = ["Tensor", "random", "contextSize", "keepCache"] satisfies (keyof TransformersJsOptions)[];
  checkOptions(options, known, "transformersJs");
  const { Tensor, random, contextSize, keepCache } = options ?? {};
  if (typeof Tensor !== "function") {
    throw new TypeError(`transformersJs: the option Tensor must be transformers.js's class, not ${showValue(Tensor)}`);
  }
  if (random !== undefined && typeof random?.seed !== "function") {
    throw new TypeError(`transformersJs: the option random must be that of transformers.js, not ${showValue(random)}`);
  }
  checkContextSize(contextSize, "contextSize");
  checkBoolean(keepCache, "keepCache");
  return options;
}

class TransformersJs implements TransformersJsEngine {
  readonly name: string = NAME;
  readonly #model: TransformersJsModel;
  readonly #options: TransformersJsOptions;
  #cache: Cache | undefined;

  constructor(model: TransformersJsModel, options: TransformersJsOptions) {
    this.#model = model;
    this.#options = options;
  }

  async *generate(request: EngineRequest, signal?: AbortSignal): AsyncGenerator<EngineOutput, void, undefined> {
    const { tokens } = request;
    const maxNewTokens = this.#maxNewTokens(request);
    const settings = this.#settings(request);
    const leave = await takeTurn(this.#model, signal);
    const stream = new TokenStream();
    const abortable = new Abortable(signal);
    let run: Promise<void> | undefined;
    try {
      const cachedTokens = await this.#prepareCache(tokens);
      const usage = { promptTokens: tokens.length, cachedTokens };
      if (maxNewTokens === 0) {
        yield { finish: "length", usage: { ...usage, completionTokens: 0 } };
        return;
      }
      abortable.throwIfAborted();
      run = this.#run(tokens, { ...settings, max_new_tokens: maxNewTokens }, request, stream);
      let last = -1;
      let completionTokens = 0;
      for (;;) {
        const next = await abortable.wait(stream.next());
        if (next === undefined) break;
        completionTokens += next.length;
        last = next.at(-1)!;
        yield { tokens: next };
      }
      abortable.throwIfAborted();
      const finish = settings.eos_token_id.includes(last) ? "stop" : "length";
      yield { finish, usage: { ...usage, completionTokens } };
    } finally {
      abortable.release();
      stream.stop();
      // The model goes on to its next token before it stops, and is not free until then.
      if (run === undefined) leave();
      else void run.then(leave);
    }
  }

  async releaseCache(): Promise<void> {
    const leave = await takeTurn(this.#model, undefined);
    try {
      await this.#dropCache();
    } finally {
      leave();
    }
  }

  #maxNewTokens({ tokens, maxTokens }: EngineRequest): number {
    if (tokens.length === 0) throw new EngineError("refused", "the prompt holds no tokens", { engine: NAME });
    const { config } = this.#model;
    const { contextSize = isRecord(config) ? config.max_position_embeddings : undefined } = this.#options;
    if (typeof contextSize !== "number") {
      if (maxTokens !== undefined) return maxTokens;
      const message = "the model does not say how long its context is; set maxTokens, or the option contextSize";
      throw new EngineError("unsupported", message, { engine: NAME });
    }
    const room = contextSize - tokens.length;
    if (room < 0) {
      const message = `${contextSize} tokens fit, and the prompt has ${tokens.length}; drop messages`;
      throw new EngineError("refused", message, { engine: NAME });
    }
    return maxTokens === undefined ? room : Math.min(maxTokens, room);
  }

  /** What `generate` is to be told, whatever the model's own configuration says. */
  #settings({ tokens, sampling = {}, stopTokens = STOP_TOKEN_IDS, constraint }: EngineRequest) {
    if (constraint !== undefined) {
      throw new EngineError("unsupported", "constraint: this engine takes no constraint", { engine: NAME });
    }
    const { temperature = 1, topK = 0, repetitionPenalty = 1, seed } = sampling;
    if (seed !== undefined && this.#options.random === undefined) {
      const message = "sampling.seed needs transformers.js's own random; pass the option random";
      throw new EngineError("unsupported", message, { engine: NAME });
    }
    const processor = logitsProcessor(sampling, tokens.length);
    return {
      eos_token_id: [...stopTokens],
      do_sample: temperature !== 0,
      temperature,
      // It has a setting for this, but does nothing by it: the processor does.
      top_p: 1,
      top_k: topK,
      repetition_penalty: repetitionPenalty,
      ...(processor === undefined ? {} : { logits_processor: [processor] }),
    };
  }

  /** Keeps the cache only if the prompt goes on where it ends. Returns how many tokens are in it. */
  async #prepareCache(tokens: readonly number[]): Promise<number> {
    const cached = this.#cache?.tokens ?? [];
    if (cached.length < tokens.length && cached.every((token, index) => token === tokens[index])) return cached.length;
    await this.#dropCache();
    return 0;
  }

  async #dropCache(): Promise<void> {
    const cache = this.#cache;
    this.#cache = undefined;
    await cache?.pastKeyValues.dispose?.();
  }

  /** Runs the model to the end. What goes wrong is told to the stream; the promise is never rejected. */
  async #run(tokens: readonly number[], settings: object, request: EngineRequest, stream: TokenStream): Promise<void> {
    const { Tensor, random, keepCache = true } = this.#options;
    const cache = this.#cache;
    // Should the model fail, nobody knows what is in it.
    this.#cache = undefined;
    try {
      const dims = [1, tokens.length];
      const seed = request.sampling?.seed;
      if (seed !== undefined) random?.seed(seed);
      const result = await this.#model.generate({
        ...settings,
        input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), dims),
        // Made by transformers.js, it would be longer than the tokens, which then would not be cut to the new ones.
        attention_mask: new Tensor("int64", new BigInt64Array(tokens.length).fill(1n), dims),
        ...(cache === undefined ? {} : { past_key_values: cache.pastKeyValues }),
        return_dict_in_generate: keepCache,
        streamer: stream,
        stopping_criteria: [(ids: readonly unknown[]) => ids.map(() => stream.isStopped)],
      });
      const past = isRecord(result) ? result.past_key_values : undefined;
      if (keepCache && typeof past === "object" && past !== null) {
        // The last token has been chosen, but not read.
        this.#cache = { tokens: [...tokens, ...stream.written].slice(0, -1), pastKeyValues: past };
      }
      stream.close();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : showValue(cause);
      stream.close(new EngineError("failed", message, { engine: NAME, cause }));
    }
  }
}

/** A streamer as `generate` takes it: what is put in on one side can be awaited on the other. */
class TokenStream {
  /** All tokens that the model wrote. */
  readonly written: number[] = [];
  /** Whether nobody wants more. */
  isStopped = false;
  #taken = 0;
  #isFirst = true;
  #isClosed = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  /** Called by the model: with the prompt first, then with each token. */
  put(ids: readonly (readonly (bigint | number)[])[]): void {
    if (!this.#isFirst) this.written.push(...Array.from(ids[0] ?? [], Number));
    this.#isFirst = false;
    this.#wake?.();
  }

  /** Called by the model behind its last token, but before it can be used again: nothing ends here. */
  end(): void {}

  /** The model has come to its end, and can be used again. */
  close(error?: unknown): void {
    this.#isClosed = true;
    this.#error = error;
    this.#wake?.();
  }

  stop(): void {
    this.isStopped = true;
  }

  /** The tokens that have not been taken yet, as soon as there are any; `undefined` at the end. */
  async next(): Promise<readonly number[] | undefined> {
    while (this.#taken === this.written.length) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const tokens = this.written.slice(this.#taken);
    this.#taken = this.written.length;
    return tokens;
  }
}
