import { EngineError } from "../engines/engine-error.js";
import { isRecord } from "../options.js";
import type { ChatCompletionRequest } from "../shapes/chat-completions/chat-request.js";
import type { ChatCompletion, ChatCompletionChunk } from "../shapes/chat-completions/completion.js";
import { ChatCompletionWriter } from "../shapes/chat-completions/completion-writer.js";
import { joinChatCompletions } from "../shapes/chat-completions/join-completions.js";
import { readChatCompletionRequest } from "../shapes/chat-completions/read-request.js";
import { newId } from "../shapes/reply.js";
import { PartialReplyError } from "./partial-reply-error.js";
import type { ReplyStore } from "./reply-store.js";
import { ReplyStream } from "./reply-stream.js";
import { type RequestOptions, signalOf } from "./request-options.js";
import { eventsOf, replyTo } from "./run-reply.js";
import type { ClientSettings } from "./settings.js";

/**
 * The fields of a request, for a program that writes one: that of the official client fits. What the messages, tools and
 * objects hold is checked when the request is read.
 */
export interface ChatCompletionCreateBody {
  readonly messages: readonly object[];
  readonly model?: string | null;
  readonly tools?: readonly object[] | null;
  readonly tool_choice?: string | object | null;
  readonly parallel_tool_calls?: boolean | null;
  readonly functions?: readonly object[] | null;
  readonly function_call?: string | object | null;
  readonly response_format?: object | null;
  readonly reasoning_effort?: string | null;
  readonly max_completion_tokens?: number | null;
  readonly max_tokens?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly top_k?: number | null;
  readonly min_p?: number | null;
  readonly frequency_penalty?: number | null;
  readonly presence_penalty?: number | null;
  readonly repetition_penalty?: number | null;
  readonly logit_bias?: Readonly<Record<string, number>> | null;
  readonly seed?: number | null;
  /** How many answers are wanted: each is a turn of the engine, one after the other. */
  readonly n?: number | null;
  readonly continue_final_message?: boolean | null;
  readonly stream?: boolean | null;
  readonly stream_options?: object | null;
  readonly user?: string | null;
  readonly metadata?: object | null;
}

/** Chat Completions. */
export interface ChatCompletions {
  /**
   * Lets the model answer: whole, or with `stream: true` as a stream of chunks. The message that it returns can be sent back
   * as it is, with the next: then the engine is sent the very tokens that the model wrote, and finds them in its cache.
   *
   * @throws ApiError for a request that is malformed or that cannot be carried out; the engine has not been asked then.
   * @throws EngineError for all that goes wrong with the engine; PartialReplyError if the model had begun.
   * @throws The reason of the signal.
   */
  create(
    body: ChatCompletionCreateBody & { readonly stream?: false | null },
    options?: RequestOptions,
  ): Promise<ChatCompletion>;
  create(
    body: ChatCompletionCreateBody & { readonly stream: true },
    options?: RequestOptions,
  ): Promise<ReplyStream<ChatCompletionChunk>>;
  create(
    body: ChatCompletionCreateBody,
    options?: RequestOptions,
  ): Promise<ChatCompletion | ReplyStream<ChatCompletionChunk>>;
}

/** The Chat Completions of a client. */
export function chatCompletionsOf(settings: ClientSettings): ChatCompletions {
  async function create(
    body: ChatCompletionCreateBody,
    options?: RequestOptions,
  ): Promise<ChatCompletion | ReplyStream<ChatCompletionChunk>> {
    const signal = signalOf(options, "chat.completions.create");
    const restored = await withStoredTokens(settings.withModel(body), settings.store);
    const request = readChatCompletionRequest(restored, settings.readOptions);
    signal?.throwIfAborted();
    if (request.stream) return new ReplyStream((own) => new Run(request, settings, own).chunks(), signal);
    const run = new Run(request, settings, signal);
    try {
      for await (const _chunk of run.chunks());
    } catch (error) {
      if (!run.hasBegun || !(error instanceof EngineError)) throw error;
      throw new PartialReplyError(error, run.completion);
    }
    return run.completion;
  }
  return { create } as ChatCompletions;
}

/** A completion while it is made: one turn for each of its answers. */
class Run {
  readonly #request: ChatCompletionRequest;
  readonly #settings: ClientSettings;
  readonly #signal: AbortSignal | undefined;
  readonly #writers: ChatCompletionWriter[] = [];
  /** Whether the model has begun. */
  hasBegun = false;

  constructor(request: ChatCompletionRequest, settings: ClientSettings, signal: AbortSignal | undefined) {
    this.#request = request;
    this.#settings = settings;
    this.#signal = signal;
  }

  /** The completion as far as it has come. */
  get completion(): ChatCompletion {
    return joinChatCompletions(this.#writers.map(({ completion }) => completion));
  }

  async *chunks(): AsyncGenerator<ChatCompletionChunk, void, undefined> {
    const { n, includeUsage } = this.#request;
    const frame = { id: newId("chatcmpl-"), created: Math.floor(Date.now() / 1000) };
    // One after the other: an engine in the process can write one at a time, and finds the prompt in its cache.
    let last: ChatCompletionChunk | undefined;
    for (let index = 0; index < n; index++) {
      for await (const chunk of this.#answer(index, frame)) {
        // The chunk that says how many tokens it took: there is one for all answers.
        if (chunk.choices.length === 0) last = chunk;
        else yield chunk;
      }
    }
    const { usage } = this.completion;
    if (includeUsage && last !== undefined && usage !== undefined) yield { ...last, usage };
  }

  async *#answer(
    index: number,
    frame: { readonly id: string; readonly created: number },
  ): AsyncGenerator<ChatCompletionChunk, void, undefined> {
    const settings = this.#settings;
    const { sampling } = this.#request;
    // The same seed would give the same answer.
    const seed = sampling.seed === undefined ? undefined : sampling.seed + index;
    const request = { ...this.#request, sampling: { ...sampling, seed } };
    const { reasoningField } = settings;
    const writer = new ChatCompletionWriter(request, { ...frame, index, reasoningField });
    const reply = replyTo(request, settings, this.#signal);
    this.#writers.push(writer);
    for await (const event of eventsOf(reply, settings, this.#signal)) {
      this.hasBegun = true;
      yield* writer.write(event);
    }
    const last = writer.end(reply);
    await this.#keep(reply.carriedTokens, writer.completion);
    yield* last;
  }

  /** Keeps the tokens of an answer that calls a tool, by the id that the result of the call will bring back. */
  async #keep(tokens: string | undefined, { choices }: ChatCompletion): Promise<void> {
    const [call] = choices[0]?.message.tool_calls ?? [];
    if (tokens !== undefined && call !== undefined) await this.#settings.store?.set(call.id, { tokens });
  }
}

/** A request with the tokens of the messages that have calls and come without them. */
async function withStoredTokens(body: unknown, store: ReplyStore | undefined): Promise<unknown> {
  // What is not as it should be is refused by the one who reads it.
  if (store === undefined || !isRecord(body) || !Array.isArray(body.messages)) return body;
  const messages: unknown[] = [];
  for (const message of body.messages) {
    const calls: unknown = isRecord(message) && message.harmony_tokens === undefined ? message.tool_calls : undefined;
    const id: unknown = Array.isArray(calls) && isRecord(calls[0]) ? calls[0].id : undefined;
    const tokens = typeof id === "string" ? (await store.get(id))?.tokens : undefined;
    messages.push(tokens === undefined ? message : { ...message, harmony_tokens: tokens });
  }
  return { ...body, messages };
}
