import {
  type ChatCompletion,
  type ChatCompletionChunk,
  type ChatCompletionRequest,
  ChatCompletionWriter,
  joinChatCompletions,
} from "harmony-format/chat-completions";
import type { Hono } from "hono";
import { fieldsOf, readJson } from "../http/body.js";
import { brokenOff } from "../http/broken-off.js";
import { chunkStream } from "../http/event-stream.js";
import { ChatCitations } from "../reply/chat-citations.js";
import { keepMemory, keepRounds } from "../reply/chat-messages.js";
import { type GatewayReply, replyTo } from "../reply/gateway-reply.js";
import { type ReadChat, readChat } from "../reply/read-chat.js";
import type { Settings } from "../settings/options.js";
import type { State } from "../state/state.js";
import { withModel } from "./models.js";

/** `POST /v1/chat/completions`. */
export function serveChatCompletions(app: Hono, settings: Settings): void {
  app.post("/v1/chat/completions", async (context) => {
    const body = withModel(await readJson(context.req.raw), settings);
    const read = await readChat(await withKeptTokens(body, settings.state), settings);
    const { request } = read;
    const controller = new AbortController();
    const signal = AbortSignal.any([context.req.raw.signal, controller.signal]);
    const run = new Run(read, settings, signal);
    if (request.stream) {
      return chunkStream({
        items: run.chunks(),
        stop: (reason) => controller.abort(reason),
        heartbeat: settings.heartbeat,
      });
    }
    try {
      for await (const _chunk of run.chunks());
    } catch (error) {
      if (!run.hasBegun || signal.aborted) throw error;
      return brokenOff(error, run.completion);
    }
    return context.json(run.completion);
  });
}

/** An answer while it is written. */
interface Answer {
  readonly writer: ChatCompletionWriter;
  readonly citations: ChatCitations | undefined;
}

/** A completion while it is made: one reply for each of its answers. */
class Run {
  readonly #read: ReadChat;
  readonly #settings: Settings;
  readonly #signal: AbortSignal;
  readonly #answers: Answer[] = [];
  /** Whether the model has begun. */
  hasBegun = false;

  constructor(read: ReadChat, settings: Settings, signal: AbortSignal) {
    this.#read = read;
    this.#settings = settings;
    this.#signal = signal;
  }

  /** The completion as far as it has come. */
  get completion(): ChatCompletion {
    return joinChatCompletions(
      this.#answers.map(({ writer: { completion }, citations }) => citations?.inCompletion(completion) ?? completion),
    );
  }

  async *chunks(): AsyncGenerator<ChatCompletionChunk, void, undefined> {
    const { n, includeUsage } = this.#read.request;
    // One after the other: the second finds the prompt in the engine's cache.
    let last: ChatCompletionChunk | undefined;
    for (let index = 0; index < n; index++) {
      for await (const chunk of this.#answer(index)) {
        // The chunk that says how many tokens it took: there is one for all answers.
        if (chunk.choices.length === 0) last = chunk;
        else yield chunk;
      }
    }
    const { usage } = this.completion;
    if (includeUsage && last !== undefined && usage !== undefined) yield { ...last, usage };
  }

  async *#answer(index: number): AsyncGenerator<ChatCompletionChunk, void, undefined> {
    const { tools } = this.#read;
    const { sampling } = this.#read.request;
    // The same seed would give the same answer.
    const seed = sampling.seed === undefined ? undefined : sampling.seed + index;
    const request: ChatCompletionRequest = { ...this.#read.request, sampling: { ...sampling, seed } };
    const [first] = this.#answers;
    const begun = first?.writer.completion;
    const frame = begun === undefined ? {} : { id: begun.id, created: begun.created };
    const writer = new ChatCompletionWriter(request, { ...frame, index });
    // A client of Chat Completions takes every call for one of its own: those that the gateway answers are not shown.
    const reply = replyTo(request, this.#settings, this.#signal, { tools, showsCalls: false });
    const citations = reply.citation === undefined ? undefined : new ChatCitations(reply.citation);
    this.#answers.push({ writer, citations });
    for await (const event of reply) {
      this.hasBegun = true;
      for (const chunk of writer.write(event)) yield citations?.inChunk(chunk) ?? chunk;
    }
    const last = writer.end(reply);
    try {
      await this.#keep(reply, writer.completion);
    } catch (error) {
      // What the model has said is worth more than what the next request could be spared.
      this.#settings.logger.warn({ err: error }, "what an answer leaves behind could not be kept");
    }
    yield* last;
  }

  /** Keeps the tokens of an answer that calls a tool, by the id that the result of the call will bring back. */
  async #keep(reply: GatewayReply, { choices }: ChatCompletion): Promise<void> {
    const { state } = this.#settings;
    const message = choices[0]?.message;
    if (message === undefined) return;
    const [call] = message.tool_calls ?? [];
    const { carriedTokens } = reply;
    if (carriedTokens !== undefined && call !== undefined) await state.set(keyOf(call.id), carriedTokens);
    await keepRounds(reply, message, state);
    await keepMemory(reply, this.#read.messages, message, state);
  }
}

/**
 * A request with the tokens of the messages that have calls and come without them: many clients send back the calls, but not
 * what the model thought before it called.
 */
async function withKeptTokens(body: unknown, state: State): Promise<unknown> {
  const { messages } = fieldsOf(body);
  if (!Array.isArray(messages)) return body;
  const restored = await Promise.all(
    messages.map(async (message: unknown) => {
      const { tool_calls: calls, harmony_tokens } = fieldsOf(message);
      const id = Array.isArray(calls) && harmony_tokens === undefined ? fieldsOf(calls[0]).id : undefined;
      const tokens = typeof id === "string" ? await state.get(keyOf(id)) : undefined;
      return typeof tokens === "string" ? { ...fieldsOf(message), harmony_tokens: tokens } : message;
    }),
  );
  return { ...fieldsOf(body), messages: restored };
}

function keyOf(callId: string): string {
  return `tokens:${callId}`;
}
