import { ApiError } from "harmony-format/client";
import type { EngineFinish, EngineRequest } from "harmony-format/engines";
import type { Hono } from "hono";
import { z } from "zod";
import { readJson } from "../http/body.js";
import { chunkStream } from "../http/event-stream.js";
import type { Settings } from "../settings/options.js";
import { checkBody, TOKENS } from "./body-schema.js";
import { withModel } from "./models.js";
import { StopStrings } from "./stop-strings.js";

const BODY = z.object({
  model: z.string(),
  prompt: z.union([z.string().min(1), TOKENS], {
    error: "must be a text, or a list of token ids; one prompt at a time",
  }),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  repetition_penalty: z.number().gt(0).nullish(),
  logit_bias: z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100)).nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]).nullish(),
  stop_token_ids: TOKENS.nullish(),
  user: z.string().nullish(),
  n: z.literal(1, { error: "must be 1; send several requests for several completions" }).nullish(),
  best_of: z.literal(1, { error: "must be 1; send several requests for several completions" }).nullish(),
  echo: z.literal(false, { error: "must be false; the prompt is yours already" }).nullish(),
  logprobs: z.null({ error: "must be null; engines are not asked for probabilities" }).optional(),
  suffix: z.literal("", { error: "must be empty; gpt-oss was not trained to fill gaps" }).nullish(),
});

type CompletionBody = z.infer<typeof BODY>;

/** What the answer is, or one chunk of it. */
interface TextCompletion {
  readonly id: string;
  readonly object: "text_completion";
  /** When it was made, in seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: 0;
    /** What the model wrote, markers included. */
    readonly text: string;
    /** The same as the engine gave it; the last may belong to a text that is yet to come. */
    readonly token_ids: readonly number[];
    readonly logprobs: null;
    readonly finish_reason: "stop" | "length" | null;
  }[];
  readonly usage?: Readonly<Record<"prompt_tokens" | "completion_tokens" | "total_tokens", number>> | undefined;
}

/**
 * `POST /v1/completions`: Harmony in and out, for programs that render and parse themselves. The prompt is token ids, or a
 * text whose markers are tokens; nothing is put before it or behind it. The model writes until it stops, unless `max_tokens`
 * says otherwise.
 */
export function serveCompletions(app: Hono, settings: Settings): void {
  app.post("/v1/completions", async (context) => {
    const body = checkBody(BODY, withModel(await readJson(context.req.raw), settings));
    const controller = new AbortController();
    const signal = AbortSignal.any([context.req.raw.signal, controller.signal]);
    const run = new Run(body, settings, signal);
    if (body.stream === true) {
      return chunkStream({
        items: run.chunks(),
        stop: (reason) => controller.abort(reason),
        heartbeat: settings.heartbeat,
      });
    }
    return context.json(await run.whole());
  });
}

class Run {
  readonly #settings: Settings;
  readonly #signal: AbortSignal;
  readonly #body: CompletionBody;
  readonly #request: EngineRequest;
  readonly #frame: Pick<TextCompletion, "id" | "object" | "created" | "model">;

  constructor(body: CompletionBody, settings: Settings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
    this.#body = body;
    this.#request = requestOf(body, settings);
    this.#frame = {
      id: `cmpl-${crypto.randomUUID().replaceAll("-", "")}`,
      object: "text_completion",
      created: Math.floor(Date.now() / 1000),
      model: body.model,
    };
  }

  async whole(): Promise<TextCompletion> {
    let text = "";
    const tokens: number[] = [];
    let last: TextCompletion | undefined;
    for await (const chunk of this.chunks(true)) {
      const [choice] = chunk.choices;
      text += choice?.text ?? "";
      for (const token of choice?.token_ids ?? []) tokens.push(token);
      if (choice?.finish_reason !== null && choice !== undefined) last = chunk;
      if (chunk.usage !== undefined) last = { ...last!, usage: chunk.usage };
    }
    const [choice] = last!.choices;
    return { ...last!, choices: [{ ...choice!, text, token_ids: tokens }] };
  }

  async *chunks(withUsage = this.#body.stream_options?.include_usage === true): AsyncGenerator<TextCompletion, void> {
    const { engine, encoding } = this.#settings;
    const { stop } = this.#body;
    const stops = new StopStrings(typeof stop === "string" ? [stop] : (stop ?? []));
    const decoder = encoding.tokenizer.createStreamDecoder();
    let count = 0;
    let end: EngineFinish | undefined;
    for await (const output of engine.generate(this.#request, this.#signal)) {
      if ("finish" in output) {
        end = output;
        break;
      }
      const tokens = "tokens" in output ? output.tokens : encoding.encode(output.text, { allowedSpecial: "all" });
      count += tokens.length;
      const written = "text" in output ? output.text : tokens.map((token) => decoder.decode(token)).join("");
      yield this.#chunk(stops.take(written), tokens, null);
      if (stops.hasMet) break;
    }
    const rest = stops.hasMet ? "" : stops.take(decoder.flush()) + stops.end();
    yield this.#chunk(rest, [], stops.hasMet ? "stop" : this.#reasonOf(end));
    if (!withUsage) return;
    const promptTokens = end?.usage?.promptTokens ?? this.#request.tokens.length;
    const completionTokens = end?.usage?.completionTokens ?? count;
    const usage = {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    };
    yield { ...this.#frame, choices: [], usage };
  }

  #chunk(text: string, tokens: readonly number[], reason: "stop" | "length" | null): TextCompletion {
    const choice = { index: 0, text, token_ids: tokens, logprobs: null, finish_reason: reason } as const;
    return { ...this.#frame, choices: [choice] };
  }

  /** @throws ApiError for an end that is a failure. */
  #reasonOf(end: EngineFinish | undefined): "stop" | "length" {
    const finish = end?.finish;
    if (finish === "length" || finish === "limit") return "length";
    if (finish === "stop" || finish === "eos" || finish === "word") return "stop";
    throw new ApiError(`the engine ended with ${JSON.stringify(finish ?? null)}`, {
      status: 502,
      type: "server_error",
      code: "engine_failed",
    });
  }
}

function requestOf(body: CompletionBody, { encoding }: Settings): EngineRequest {
  const { prompt, logit_bias: bias } = body;
  const tokens = typeof prompt === "string" ? encoding.encode(prompt, { allowedSpecial: "all" }) : prompt;
  return {
    tokens,
    encoding,
    stopTokens: body.stop_token_ids ?? undefined,
    maxTokens: body.max_tokens ?? undefined,
    sampling: {
      temperature: body.temperature ?? undefined,
      topP: body.top_p ?? undefined,
      topK: body.top_k ?? undefined,
      minP: body.min_p ?? undefined,
      seed: body.seed ?? undefined,
      frequencyPenalty: body.frequency_penalty ?? undefined,
      presencePenalty: body.presence_penalty ?? undefined,
      repetitionPenalty: body.repetition_penalty ?? undefined,
      logitBias: bias === null || bias === undefined ? undefined : { ...bias },
    },
  };
}
