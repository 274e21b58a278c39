import { checkBoolean, checkOptions, checkString, showValue } from "../../options.js";
import type { Diagnostic } from "../../parse/diagnostic.js";
import type { EndedReply, ReplyFinish } from "../harmony-reply.js";
import { newId, type ReplyEvent, type ReplyPart } from "../reply.js";
import type { ClientTool } from "../tool-names.js";
import type { ChatCompletionRequest } from "./chat-request.js";
import type {
  ChatChoice,
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
  ChatDiagnostic,
  ChatFinishReason,
  ChatMessage,
  ChatToolCall,
  ChatToolCallDelta,
  ChatUsage,
} from "./completion.js";

/** How an answer is written. */
export interface ChatCompletionWriterOptions {
  /** The field for what the model thinks; servers have two names for it. Default: `"reasoning_content"`. */
  readonly reasoningField?: "reasoning_content" | "reasoning" | "both" | undefined;
  /**
   * Where a preamble goes, which is what the model tells the user before it calls a tool. Default: `"content"`; for a
   * request with a form of the answer it is `"reasoning"`, since a program will read the content as JSON.
   */
  readonly preambles?: "content" | "reasoning" | undefined;
  /** Whether the message has its tokens, in the field `harmony_tokens`. Default: `true`. */
  readonly includeTokens?: boolean | undefined;
  /** Whether the message has the diagnostics, in the field `harmony_diagnostics`. Default: `false`. */
  readonly includeDiagnostics?: boolean | undefined;
  /** Default: a random one. */
  readonly id?: string | undefined;
  /** When the answer was made, in seconds since 1970. Default: now. */
  readonly created?: number | undefined;
  /** Which of the answers it is, for a request that asks for several. Default: 0. */
  readonly index?: number | undefined;
}

const OPTIONS = [
  "reasoningField",
  "preambles",
  "includeTokens",
  "includeDiagnostics",
  "id",
  "created",
  "index",
] as const satisfies (keyof ChatCompletionWriterOptions)[];

/** A completion with the one answer that a writer writes. */
export interface WrittenCompletion extends ChatCompletion {
  choices: [ChatChoice];
}

const FINISH_REASONS: Readonly<Record<ReplyFinish, ChatFinishReason>> = {
  stop: "stop",
  "tool-calls": "tool_calls",
  length: "length",
  "content-filter": "content_filter",
  // OpenAI's API has no word for it. The answer is cut short, and this one says so.
  error: "length",
};

/** What stands between two messages of the model that the client is shown as one. */
const BREAK = "\n\n";

type TextField = "content" | "reasoning";

/**
 * Writes a reply as an answer of Chat Completions: piece by piece as chunks, and as a whole.
 *
 *     const writer = new ChatCompletionWriter(request);
 *     for await (const event of reply) for (const chunk of writer.write(event)) send(chunk);
 *     for (const chunk of writer.end(reply)) send(chunk);
 */
export class ChatCompletionWriter {
  readonly #model: string;
  readonly #includesUsage: boolean;
  readonly #usesFunctions: boolean;
  readonly #id: string;
  readonly #created: number;
  readonly #index: number;
  readonly #reasoningFields: readonly ("reasoning_content" | "reasoning")[];
  readonly #preambles: TextField;
  readonly #includesTokens: boolean;
  readonly #includesDiagnostics: boolean;
  readonly #texts: Record<TextField, string> = { content: "", reasoning: "" };
  /** Whether the next piece of a text begins another message than the piece before. */
  readonly #begins: Record<TextField, boolean> = { content: false, reasoning: false };
  readonly #calls: ChatToolCall[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  #functionCall: { name: string; arguments: string } | undefined;
  #hasBegun = false;
  #finishReason: ChatFinishReason | undefined;
  #usage: ChatUsage | undefined;
  #tokens: string | undefined;

  /**
   * @param request What `readChatCompletionRequest` returns.
   * @throws TypeError for an option that is not understood.
   */
  constructor(request: ChatCompletionRequest, options: ChatCompletionWriterOptions = {}) {
    checkWriterOptions(options);
    const {
      reasoningField = "reasoning_content",
      preambles,
      includeTokens = true,
      includeDiagnostics = false,
    } = options;
    this.#model = request.model;
    this.#includesUsage = request.includeUsage;
    this.#usesFunctions = request.usesFunctions;
    this.#id = options.id ?? newId("chatcmpl-");
    this.#created = options.created ?? Math.floor(Date.now() / 1000);
    this.#index = options.index ?? 0;
    this.#reasoningFields = reasoningField === "both" ? ["reasoning_content", "reasoning"] : [reasoningField];
    this.#preambles = preambles ?? (request.responseFormat === undefined ? "content" : "reasoning");
    this.#includesTokens = includeTokens;
    this.#includesDiagnostics = includeDiagnostics;
  }

  /** Where the reply departs from the format. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** Takes an event of the reply, and returns the chunks that it makes. */
  write(event: ReplyEvent): ChatCompletionChunk[] {
    switch (event.type) {
      case "diagnostic":
        this.#diagnostics.push(event.diagnostic);
        return [];
      case "part-start":
        return this.#begin(event.part);
      case "part-delta":
        return [this.#chunk(this.#grow(event.part, event.text))];
      case "part-end":
        return [];
    }
  }

  /** Takes the end of the reply, and returns the last chunks. */
  end({ finish, usage, carriedTokens }: EndedReply): ChatCompletionChunk[] {
    const { promptTokens, cachedTokens, completionTokens, analysisTokens } = usage;
    this.#usage = {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens },
      completion_tokens_details: { reasoning_tokens: analysisTokens },
    };
    if (this.#includesTokens) this.#tokens = carriedTokens;
    const reason = FINISH_REASONS[finish ?? "error"];
    this.#finishReason = reason === "tool_calls" && this.#functionCall !== undefined ? "function_call" : reason;
    const chunks = this.#first();
    chunks.push(this.#chunk(this.#extras(), this.#finishReason));
    if (this.#includesUsage) chunks.push({ ...this.#chunk({}), choices: [], usage: this.#usage });
    return chunks;
  }

  /**
   * The answer as a whole, as far as it has been written. Before its end, it has no usage, and its `finish_reason` is
   * `"length"`.
   */
  get completion(): WrittenCompletion {
    const { content, reasoning } = this.#texts;
    const message: ChatMessage = {
      role: "assistant",
      content: content === "" && (this.#calls.length > 0 || this.#functionCall !== undefined) ? null : content,
      refusal: null,
    };
    if (reasoning !== "") for (const field of this.#reasoningFields) message[field] = reasoning;
    if (this.#calls.length > 0) message.tool_calls = this.#calls.map((call) => structuredClone(call));
    if (this.#functionCall !== undefined) message.function_call = { ...this.#functionCall };
    Object.assign(message, this.#extras());
    return {
      id: this.#id,
      object: "chat.completion",
      created: this.#created,
      model: this.#model,
      choices: [{ index: this.#index, message, logprobs: null, finish_reason: this.#finishReason ?? "length" }],
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
    };
  }

  #begin(part: ReplyPart): ChatCompletionChunk[] {
    const chunks = this.#first();
    const { tool, callId } = part;
    if (tool === undefined || callId === undefined) {
      const field = this.#fieldOf(part);
      this.#begins[field] = this.#texts[field] !== "";
      return chunks;
    }
    if (this.#usesFunctions && this.#functionCall === undefined) {
      this.#functionCall = { name: tool.name, arguments: "" };
      chunks.push(this.#chunk({ function_call: { ...this.#functionCall } }));
      return chunks;
    }
    const call = newCall(tool, callId);
    this.#calls.push(call);
    const index = this.#calls.length - 1;
    chunks.push(this.#chunk({ tool_calls: [{ index, ...structuredClone(call) } as ChatToolCallDelta] }));
    return chunks;
  }

  /** Adds to what there is, and returns what that adds to the message. */
  #grow(part: ReplyPart, text: string): ChatDelta {
    if (part.type === "call") return this.#growCall(text);
    const field = this.#fieldOf(part);
    const piece = this.#begins[field] ? `${BREAK}${text}` : text;
    this.#begins[field] = false;
    this.#texts[field] += piece;
    if (field === "content") return { content: piece };
    const delta: ChatDelta = {};
    for (const name of this.#reasoningFields) delta[name] = piece;
    return delta;
  }

  #growCall(text: string): ChatDelta {
    const call = this.#calls.at(-1);
    if (call === undefined) {
      this.#functionCall!.arguments += text;
      return { function_call: { arguments: text } };
    }
    const index = this.#calls.length - 1;
    if (call.type === "custom") {
      call.custom.input += text;
      return { tool_calls: [{ index, custom: { input: text } }] };
    }
    call.function.arguments += text;
    return { tool_calls: [{ index, function: { arguments: text } }] };
  }

  #fieldOf({ type }: ReplyPart): TextField {
    if (type === "preamble") return this.#preambles;
    return type === "reasoning" ? "reasoning" : "content";
  }

  /** What a message has beside what the model wrote; known at the end. */
  #extras(): Pick<ChatMessage, "harmony_tokens" | "harmony_diagnostics"> {
    const diagnostics: ChatDiagnostic[] = this.#diagnostics.map(({ code, message, text }) => ({ code, message, text }));
    return {
      ...(this.#tokens === undefined ? {} : { harmony_tokens: this.#tokens }),
      ...(this.#includesDiagnostics && diagnostics.length > 0 ? { harmony_diagnostics: diagnostics } : {}),
    };
  }

  /** The chunk that says whose message it is, unless it has been written. */
  #first(): ChatCompletionChunk[] {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    return [this.#chunk({ role: "assistant", content: "" })];
  }

  /** A chunk is made for each token: written out, it takes a fifth of the time that spreading its parts takes. */
  #chunk(delta: ChatDelta, finishReason: ChatFinishReason | null = null): ChatCompletionChunk {
    const chunk: ChatCompletionChunk = {
      id: this.#id,
      object: "chat.completion.chunk",
      created: this.#created,
      model: this.#model,
      choices: [{ index: this.#index, delta, logprobs: null, finish_reason: finishReason }],
    };
    if (this.#includesUsage) chunk.usage = null;
    return chunk;
  }
}

/** A call without arguments yet. */
function newCall({ type, name, namespace }: ClientTool, id: string): ChatToolCall {
  const names = namespace === undefined ? { name } : { name, namespace };
  if (type === "custom") return { id, type, custom: { ...names, input: "" } };
  return { id, type: "function", function: { ...names, arguments: "" } };
}

function checkWriterOptions(options: ChatCompletionWriterOptions): void {
  checkOptions(options, OPTIONS, "ChatCompletionWriter");
  const { reasoningField, preambles, includeTokens, includeDiagnostics, id, created, index } = options;
  checkWord(reasoningField, ["reasoning_content", "reasoning", "both"], "reasoningField");
  checkWord(preambles, ["content", "reasoning"], "preambles");
  checkBoolean(includeTokens, "includeTokens");
  checkBoolean(includeDiagnostics, "includeDiagnostics");
  if (id !== undefined) checkString(id, "id");
  for (const [name, value] of Object.entries({ created, index })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw new TypeError(`${name} must be an integer that is not negative, not ${showValue(value)}`);
  }
}

function checkWord(value: unknown, words: readonly string[], name: string): void {
  if (value === undefined || words.includes(value as string)) return;
  throw new TypeError(`${name} must be one of ${words.map((word) => `"${word}"`).join(", ")}, not ${showValue(value)}`);
}
