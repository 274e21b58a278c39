import { type HarmonyEncoding, loadHarmonyEncoding } from "../encoding.js";
import type { Engine } from "../engines/engine.js";
import { checkIterable, checkOptions, checkString, isRecord, showValue } from "../options.js";
import { settingsOf } from "../parse/options.js";
import { checkKeepAnalysis } from "../render/keep-analysis.js";
import { ApiError } from "../shapes/api-error.js";
import type { HarmonyReply, ReplyRunOptions } from "../shapes/harmony-reply.js";
import { checkReadRequestOptions, type ReadRequestOptions } from "../shapes/request.js";
import type { ReplyStore } from "./reply-store.js";

/** What a client is made of. */
export interface HarmonyClientOptions
  extends Omit<ReadRequestOptions, "conversationStartDate">,
    Pick<ReplyRunOptions, "keepAnalysis" | "maxMessageLength"> {
  /** What runs the model: one of those of `harmony-format/engines`, or any object with the same members. */
  readonly engine: Engine;
  /**
   * The names of the model, the usual one first: a request for any other is refused with a 404. Default: any name will do,
   * and what comes back has the name that the request had, or `"gpt-oss"`.
   */
  readonly model?: string | readonly string[] | undefined;
  /** Default: that of `loadHarmonyEncoding()`, loaded with the first request. */
  readonly encoding?: HarmonyEncoding | undefined;
  /**
   * The date in the system message, such as `"2026-11-21"`, or what says it when a request comes; `null` for none. Default:
   * today's, in UTC, as other servers of the model have it.
   *
   * The date stands near the beginning of every prompt. When it changes, an engine finds nothing in its cache of what
   * stands behind it, so at midnight each conversation is read from its beginning once more. For conversations that shall
   * not notice, give a date of your own, or `null`.
   */
  readonly conversationStartDate?: string | null | (() => string | null | undefined) | undefined;
  /** The field for what the model thinks, in chat completions. Default: `"reasoning_content"`. */
  readonly reasoningField?: "reasoning_content" | "reasoning" | "both" | undefined;
  /**
   * Keeps what the model wrote, for requests that do not bring it back themselves: a `ReplyMemory`, or any object with the
   * same methods, such as a `Map`. Default: nothing is kept.
   *
   * - With it, a request can go on from a response by `previous_response_id`; without it, that is refused.
   * - Clients of Chat Completions often send back the calls of a message, but not what the model thought before it called, as
   *   the official client's `runTools` does. With it, the model sees its thoughts as it wrote them all the same.
   */
  readonly store?: ReplyStore | undefined;
  /**
   * Is called with each reply when it is over, however it ended: for its diagnostics, its warnings, its tokens and its usage,
   * as a log wants them.
   */
  readonly onReply?: ((reply: HarmonyReply) => void) | undefined;
}

const OPTIONS = [
  "engine",
  "model",
  "encoding",
  "conversationStartDate",
  "modelIdentity",
  "knowledgeCutoff",
  "builtInTools",
  "unsupported",
  "keepAnalysis",
  "maxMessageLength",
  "reasoningField",
  "store",
  "onReply",
] as const satisfies (keyof HarmonyClientOptions)[];

/** What the model is called where nobody says it. */
export const ANY_MODEL = "gpt-oss";

/** The options of a client, checked. */
export class ClientSettings {
  readonly engine: Engine;
  readonly reasoningField: HarmonyClientOptions["reasoningField"];
  readonly store: ReplyStore | undefined;
  /** The names of the model; none if any name will do. */
  readonly models: readonly string[];
  readonly #options: HarmonyClientOptions;
  #encoding: HarmonyEncoding | undefined;

  /** @throws TypeError, RangeError for options that cannot be used, and for unknown ones. */
  constructor(options: HarmonyClientOptions) {
    checkOptions(options, OPTIONS, "createHarmonyClient");
    const { engine, model, encoding, reasoningField, store } = options;
    if (typeof (engine as Partial<Engine> | undefined)?.generate !== "function") {
      const example = 'llamaCpp({ baseURL: "http://127.0.0.1:8080" })';
      throw new TypeError(`createHarmonyClient: engine must be an engine such as ${example}, not ${showValue(engine)}`);
    }
    checkOneOf(reasoningField, ["reasoning_content", "reasoning", "both"], "reasoningField");
    checkKeepAnalysis(options.keepAnalysis);
    settingsOf("assistant", { maxMessageLength: options.maxMessageLength });
    const { unsupported, modelIdentity, knowledgeCutoff, builtInTools } = options;
    checkReadRequestOptions({ unsupported, modelIdentity, knowledgeCutoff, builtInTools }, [], "createHarmonyClient");
    checkMethods(store, ["get", "set"], "store");
    if (options.onReply !== undefined && typeof options.onReply !== "function") {
      throw new TypeError(`createHarmonyClient: onReply must be a function, not ${showValue(options.onReply)}`);
    }
    const models = typeof model === "string" ? [model] : (model ?? []);
    checkIterable(models, "createHarmonyClient: model", "a name or a list of names");
    this.models = Array.from(models);
    for (const name of this.models) checkString(name, "createHarmonyClient: model");
    checkDate(typeof options.conversationStartDate === "function" ? undefined : options.conversationStartDate);
    this.engine = engine;
    this.reasoningField = reasoningField;
    this.store = store;
    this.#encoding = encoding;
    this.#options = options;
  }

  /** How a request is read that comes now. @throws TypeError if the function for the date does not return one. */
  get readOptions(): ReadRequestOptions {
    const { conversationStartDate = today, modelIdentity, knowledgeCutoff } = this.#options;
    const { builtInTools, unsupported } = this.#options;
    const date = typeof conversationStartDate === "function" ? conversationStartDate() : conversationStartDate;
    checkDate(date);
    return { conversationStartDate: date ?? undefined, modelIdentity, knowledgeCutoff, builtInTools, unsupported };
  }

  /** How a reply is made. */
  get runOptions(): Omit<ReplyRunOptions, "signal"> {
    const { keepAnalysis, maxMessageLength, unsupported } = this.#options;
    this.#encoding ??= loadHarmonyEncoding();
    return { engine: this.engine, encoding: this.#encoding, keepAnalysis, maxMessageLength, unsupported };
  }

  get onReply(): ((reply: HarmonyReply) => void) | undefined {
    return this.#options.onReply;
  }

  /**
   * The body of a request, with the name of the model in it.
   * @throws ApiError for a model that there is not.
   */
  withModel(body: unknown): unknown {
    // What is not an object is refused by the one who reads it.
    if (!isRecord(body)) return body;
    const { model } = body;
    const [usual = ANY_MODEL] = this.models;
    if (model === undefined || model === null) return { ...body, model: usual };
    if (this.models.length === 0 || typeof model !== "string" || this.models.includes(model)) return body;
    const message = `the model ${showValue(model)} does not exist; there is ${this.models.join(", ")}`;
    throw new ApiError(message, { param: "model", code: "model_not_found", status: 404 });
  }
}

/** Today's date in UTC. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function checkDate(date: unknown): void {
  if (date !== undefined && date !== null) checkString(date, "createHarmonyClient: conversationStartDate");
}

function checkOneOf(value: unknown, known: readonly string[], name: string): void {
  if (value === undefined || known.includes(value as string)) return;
  throw new TypeError(`createHarmonyClient: ${name} must be one of ${known.join(", ")}, not ${showValue(value)}`);
}

function checkMethods(value: unknown, methods: readonly string[], name: string): void {
  if (value === undefined) return;
  const isThere = (method: string): boolean =>
    typeof (value as Readonly<Record<string, unknown>> | null)?.[method] === "function";
  if (methods.every(isThere)) return;
  throw new TypeError(`createHarmonyClient: ${name} must have the methods ${methods.join(" and ")}`);
}
