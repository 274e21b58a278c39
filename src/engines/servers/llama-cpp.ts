import { checkBoolean, showValue } from "../../options.js";
import { STOP_TOKEN_IDS } from "../../turn/constraints/completion.js";
import type { LlamaCppGrammar } from "../../turn/constraints/gbnf.js";
import type { Engine, EngineFinish, EngineOutput, EngineRequest, EngineTokens, Sampling } from "../engine.js";
import { SplitCharacters } from "../split-characters.js";
import type { HttpAnswer } from "./http/answer.js";
import { postForStream } from "./http/post.js";
import type { ServerMessage } from "./http/server-message.js";
import { readServerSentEvents } from "./http/server-sent-events.js";
import { type HttpEngineOptions, type HttpSettings, httpSettings } from "./http/settings.js";

/** Where a llama-server is, and how it is used. */
export interface LlamaCppOptions extends HttpEngineOptions {
  /**
   * The slot of the server that works on the requests. A conversation that keeps to one slot finds its tokens in that
   * slot's cache. Default: the server chooses, by the longest common beginning.
   */
  readonly slot?: number | undefined;
  /**
   * Which grammar of a constraint is used: `"strict"` holds the whole completion to it, `"lazy"` only a call from where it
   * begins, which makes thinking faster; if a constraint has no lazy grammar, the strict one is used. Default: `"strict"`.
   */
  readonly grammar?: "strict" | "lazy" | undefined;
  /**
   * Asks for the whole completion at once: the server's streams leave out some ids of characters that are split into
   * several tokens. In the tokens that the model was trained on, all letters and emoji are restored for certain; what it
   * writes otherwise may come as other tokens of the same text, marked as approximate. The price of asking for the whole:
   * nothing is yielded before the model has ended, `timeout` is for the whole completion, and some versions of the server
   * (0.7.0 is one) go on to the end when the caller has left. So give such a request a `maxTokens`. Default: `false`.
   */
  readonly exactTokens?: boolean | undefined;
}

const OWN_OPTIONS = ["slot", "grammar", "exactTokens"] as const satisfies (keyof LlamaCppOptions)[];

/** The fields that decide what an answer looks like, or where the completion ends. */
const RESERVED = [
  ..."prompt stream return_tokens response_fields n n_cmpl stop ignore_eos n_predict max_tokens".split(" "),
  ..."grammar grammar_lazy grammar_triggers json_schema preserved_tokens".split(" "),
];

/**
 * A client for llama.cpp's `llama-server`, by token ids (`POST /completion`).
 *
 *     const engine = llamaCpp({ baseURL: "http://127.0.0.1:8080" });
 *
 * Requests are sent again in a few cases, before the answer has begun; see {@link HttpEngineOptions.maxRetries}.
 *
 * @throws TypeError for an option that does not exist, or is not what it must be.
 */
export function llamaCpp(options: LlamaCppOptions): Engine {
  const settings = httpSettings(options, "llama.cpp", "llamaCpp", { options: OWN_OPTIONS, reserved: RESERVED });
  const { slot, grammar = "strict", exactTokens = false } = options;
  if (slot !== undefined && !(Number.isSafeInteger(slot) && slot >= 0)) {
    throw new TypeError(`llamaCpp: slot must be the number of a slot, from 0 on, not ${showValue(slot)}`);
  }
  if (grammar !== "strict" && grammar !== "lazy") {
    throw new TypeError(`llamaCpp: grammar must be "strict" or "lazy", not ${showValue(grammar)}`);
  }
  checkBoolean(exactTokens, "llamaCpp: exactTokens");
  const server: Server = { settings, slot, grammar, exactTokens };
  return {
    name: "llama.cpp",
    constraints: "gbnf",
    generate: (request, signal) => generate(server, request, signal),
  };
}

interface Server {
  readonly settings: HttpSettings;
  readonly slot: number | undefined;
  readonly grammar: "strict" | "lazy";
  readonly exactTokens: boolean;
}

/** How a part of a completion has ended, beside what it says to the caller. */
interface PartEnd extends EngineFinish {
  /** The last token of the part. */
  readonly lastToken: number | undefined;
}

/**
 * A completion is mostly one request. But the server ends at return, call and endoftext in any case: if the caller wants to
 * go on behind one of them, the server is asked for what follows. All that came before is in its cache.
 */
async function* generate(
  server: Server,
  request: EngineRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const { constraint, maxTokens } = request;
  const stopTokens = new Set(request.stopTokens ?? STOP_TOKEN_IDS);
  const written: number[] = [];
  let usage: EngineFinish["usage"];
  for (;;) {
    const left = maxTokens === undefined ? undefined : maxTokens - (usage?.completionTokens ?? 0);
    // The server takes 0 for 1.
    if (left !== undefined && left <= 0) {
      yield { finish: "limit", usage: usage ?? { promptTokens: request.tokens.length, completionTokens: 0 } };
      return;
    }
    let end: PartEnd | undefined;
    for await (const output of generatePart(server, request, written, left, stopTokens, signal)) {
      if ("finish" in output) {
        end = output;
        break;
      }
      for (const token of output.tokens) written.push(token);
      yield output;
    }
    const { finish, lastToken, usage: added } = end!;
    usage =
      usage === undefined
        ? added
        : { ...usage, completionTokens: (usage.completionTokens ?? 0) + (added?.completionTokens ?? 0) };
    const endedAt = finish === "eos" && STOP_TOKEN_IDS.includes(lastToken!) ? lastToken : undefined;
    // A grammar knows nothing of what follows the end of its text.
    const goesOn = constraint === undefined && endedAt !== undefined && !stopTokens.has(endedAt);
    if (goesOn) continue;
    yield { finish, usage };
    return;
  }
}

/** One request to the server, from where the completion has come to; at last its end. */
async function* generatePart(
  server: Server,
  request: EngineRequest,
  written: readonly number[],
  maxTokens: number | undefined,
  stopTokens: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineTokens | PartEnd, void, undefined> {
  const body = bodyOf(server, request, written, maxTokens);
  const accept = server.exactTokens ? "application/json" : "text/event-stream";
  const answer = await postForStream(server.settings, { path: "/completion", body, accept, explain }, signal);
  const characters = new SplitCharacters(request.encoding);
  const events = server.exactTokens ? readWhole(answer) : readEvents(answer);
  let lastToken: number | undefined;
  for await (const event of events) {
    const { count } = event;
    const output = server.exactTokens ? { tokens: event.tokens } : characters.read(event);
    const cut = output?.tokens.findIndex((token) => stopTokens.has(token)) ?? -1;
    if (output !== undefined && output.tokens.length > 0) {
      const tokens = cut < 0 ? output.tokens : output.tokens.slice(0, cut + 1);
      lastToken = tokens.at(-1);
      yield { ...output, tokens };
    }
    // One of the server's own stop tokens is followed by the server's own end, which says more.
    if (cut >= 0 && !STOP_TOKEN_IDS.includes(lastToken!)) {
      const completionTokens = count - (output!.tokens.length - 1 - cut);
      yield { finish: "stop", lastToken, usage: { promptTokens: event.promptTokens, completionTokens } };
      return;
    }
    if (event.stopType === undefined) continue;
    const tail = server.exactTokens ? undefined : characters.end(count);
    if (tail !== undefined) yield tail;
    const { promptTokens, cachedTokens } = event;
    const usage = { promptTokens, cachedTokens, completionTokens: count };
    yield { finish: event.stopType === "word" ? "stop" : event.stopType, lastToken, usage };
    return;
  }
  throw answer.brokenOff();
}

function bodyOf(
  { slot, grammar, exactTokens }: Server,
  { tokens, sampling = {}, constraint }: EngineRequest,
  written: readonly number[],
  maxTokens: number | undefined,
): Readonly<Record<string, unknown>> {
  const { gbnf } = constraint ?? {};
  const rules = gbnf && (grammar === "lazy" ? (gbnf.lazy ?? gbnf.strict) : gbnf.strict);
  // Another part of a completion must not draw the same numbers as the one before it.
  const seed = sampling.seed === undefined ? undefined : (sampling.seed + written.length) % 0xffff_ffff;
  return {
    prompt: [...tokens, ...written],
    stream: !exactTokens,
    return_tokens: true,
    n_predict: maxTokens ?? -1,
    cache_prompt: true,
    ...(slot === undefined ? {} : { id_slot: slot }),
    ...samplingFields(sampling),
    ...(seed === undefined ? {} : { seed }),
    ...rules,
    preserved_tokens: preservedTokens(rules),
  };
}

/**
 * The markers that llama.cpp is to show: those of a grammar, and the stop tokens. With their text, stop tokens arrive also
 * where they cut a character; without, they would not be sent then.
 */
export function preservedTokens(rules: LlamaCppGrammar | undefined): readonly string[] {
  return [...new Set([...(rules?.preserved_tokens ?? []), ...STOP_MARKERS])];
}

const STOP_MARKERS = ["<|return|>", "<|call|>", "<|endoftext|>"];

/** How many tokens the context of gpt-oss holds at most. */
const CONTEXT = 131_072;

/** All that chooses a token, also what the request leaves out: the server's defaults are others, and may be set when it starts. */
export function samplingFields(sampling: Sampling): Readonly<Record<string, unknown>> {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, logitBias = {} } = sampling;
  const hasPenalty = repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0;
  return {
    temperature: sampling.temperature ?? 1,
    top_k: sampling.topK ?? 0,
    top_p: sampling.topP ?? 1,
    min_p: sampling.minP ?? 0,
    typical_p: 1,
    top_n_sigma: -1,
    xtc_probability: 0,
    dynatemp_range: 0,
    mirostat: 0,
    dry_multiplier: 0,
    repeat_penalty: repetitionPenalty,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    // The penalties look at everything, as elsewhere, and not only at the last 64 tokens. Without them, it costs memory.
    ...(hasPenalty ? { repeat_last_n: CONTEXT } : {}),
    // JSON has no infinity; `false` rules a token out.
    logit_bias: Object.entries(logitBias).map(([token, bias]) => [
      Number(token),
      bias === Number.NEGATIVE_INFINITY ? false : bias,
    ]),
  };
}

/** What an event of the server says. */
interface LlamaCppEvent {
  readonly tokens: readonly number[];
  readonly content: string;
  /** How many tokens the model has written so far. */
  readonly count: number;
  readonly promptTokens: number | undefined;
  readonly cachedTokens: number | undefined;
  /** Why the completion has ended; `undefined` as long as it has not. */
  readonly stopType: string | undefined;
}

async function* readEvents(answer: HttpAnswer): AsyncGenerator<LlamaCppEvent, void, undefined> {
  let count = 0;
  for await (const { data } of readServerSentEvents(answer)) {
    if (data === "[DONE]") continue;
    const fields = answer.object(data);
    if (fields.error !== undefined) throw answer.failed(fields);
    // How far the prompt has been read: such an event has an id, but that means nothing.
    if (fields.prompt_progress !== undefined && fields.stop !== true) continue;
    const event = eventOf(answer, fields, count);
    count = event.count;
    yield event;
  }
}

/** An answer that is one object, for a completion that was not streamed. */
async function* readWhole(answer: HttpAnswer): AsyncGenerator<LlamaCppEvent, void, undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of answer) text += decoder.decode(bytes, { stream: true });
  const fields = answer.object(text + decoder.decode());
  if (fields.error !== undefined) throw answer.failed(fields);
  const event = eventOf(answer, { ...fields, stop: true }, 0);
  if (event.tokens.length < event.count) {
    const why = `has given ${event.tokens.length} of ${event.count} tokens; this version does not know return_tokens`;
    throw answer.error("not-understood", why);
  }
  yield event;
}

function eventOf(answer: HttpAnswer, fields: Readonly<Record<string, unknown>>, before: number): LlamaCppEvent {
  const { tokens = [], content = "", stop, stop_type: stopType, timings } = fields;
  const isList = Array.isArray(tokens) && tokens.every((token) => Number.isSafeInteger(token) && token >= 0);
  if (!isList || typeof content !== "string") {
    throw answer.error(
      "not-understood",
      `an event is not one of llama-server's: ${JSON.stringify(fields).slice(0, 200)}`,
    );
  }
  const { cache_n: cached, prompt_n: read } = (timings ?? {}) as { cache_n?: unknown; prompt_n?: unknown };
  const promptTokens = numberOf(fields.tokens_evaluated);
  return {
    tokens,
    content,
    count: numberOf(fields.tokens_predicted) ?? before + tokens.length,
    promptTokens,
    cachedTokens:
      numberOf(cached) ?? (promptTokens !== undefined && typeof read === "number" ? promptTokens - read : undefined),
    stopType: stop !== true ? undefined : typeof stopType === "string" ? stopType : "none",
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** What the server's refusals mean for the caller. */
function explain(status: number, { text, fields }: ServerMessage): string | undefined {
  if (fields.type === "exceed_context_size_error") {
    const { n_prompt_tokens: prompt, n_ctx: context } = fields;
    const sizes = `the prompt has ${prompt} tokens, and the context of the server only ${context}`;
    return `refused with status ${status}: ${sizes}; shorten the conversation, or start the server with a larger --ctx-size`;
  }
  if (status === 404) return `refused with status 404: ${text}; is there a llama-server at this address?`;
  return undefined;
}
