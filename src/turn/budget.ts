import { Conversation, type ConversationLike, readConversation } from "../chat/conversation.js";
import { Message } from "../chat/message.js";
import { Role } from "../chat/role.js";
import type { HarmonyEncoding } from "../encoding.js";
import { HarmonyError } from "../errors.js";
import { checkOptions, showValue } from "../options.js";
import {
  COMPLETION_OPTIONS,
  checkCompletionOptions,
  messagesLeftOut,
  type RenderCompletionOptions,
} from "../render/conversation.js";
import { isInstruction, type Turn, turnsOf } from "./turns.js";

/** How much a conversation may cost, and what may be done about it. */
export interface FitOptions extends RenderCompletionOptions {
  /** How many tokens prompt and completion may have together: the size of the engine's context. */
  readonly maxTokens: number;
  /** How many of these tokens to leave for the completion. Default: 0. */
  readonly reserve?: number | undefined;
  /**
   * Says which messages must stay, such as the first question; the whole turn of such a message stays. It is not asked
   * about system and developer messages, which always stay, as does the current turn. Default: none.
   * @param index The index of the message in the conversation.
   */
  readonly keep?: ((message: Message, index: number) => boolean) | undefined;
  /**
   * Shortens the result of a tool, a message with the role `tool`. It gets each result at most once, oldest first, and only
   * while the conversation is too long. What it returns becomes the content of the message, unless that saves nothing.
   * Default: results stay as they are.
   * @param tokens How many tokens the message has.
   * @returns The new text, or `undefined` to leave the message as it is.
   */
  readonly shorten?: ((result: Message, tokens: number) => string | undefined) | undefined;
  /** The role whose message the prompt will begin. Default: `"assistant"`. */
  readonly nextTurnRole?: Role | undefined;
}

/** Messages that were dropped: all of one turn that stood next to each other. */
export interface DroppedMessages {
  /** The half-open range of their indices in the conversation that was given. */
  readonly messages: readonly [from: number, to: number];
  /** How many tokens of the prompt they were; messages that rendering leaves out were none. */
  readonly tokens: number;
}

/** A tool's result that was shortened. */
export interface ShortenedResult {
  /** The index of the message in the conversation that was given. */
  readonly message: number;
  readonly tokensBefore: number;
  readonly tokens: number;
}

/** A conversation that fits, and what it took. */
export interface FittedConversation {
  /** The conversation that fits: the one that was given, if it did already. */
  readonly conversation: Conversation;
  /** How many tokens its prompt has, the beginning of the next turn included. */
  readonly tokens: number;
  /** What was dropped, in order; empty if nothing was. */
  readonly dropped: readonly DroppedMessages[];
  /** Which results were shortened, in order; empty if none were. */
  readonly shortened: readonly ShortenedResult[];
}

/**
 * Makes a conversation fit into the context of an engine. As far as needed, and in this order:
 *
 * 1. results of tools in earlier turns are shortened, oldest first, if the option `shorten` says how;
 * 2. whole turns are dropped, oldest first, so a call never loses its result, nor a result its call;
 * 3. results in the turns that stay are shortened, oldest first.
 *
 * System and developer messages, the current turn (from the last user's message on) and what `keep` names are never
 * dropped. What rendering leaves out, such as the analysis of earlier turns, costs nothing and counts as nothing. Each
 * message is counted once, and a shortened one once more.
 *
 * @throws HarmonyError `over-budget` where what must stay is too long, with the number of tokens that it needs; or where
 *   the conversation is not well formed, with the JSON path.
 * @throws TypeError for an unknown option, or a value of the wrong type; RangeError for numbers out of range.
 */
export function fitConversation(
  encoding: HarmonyEncoding,
  conversation: ConversationLike,
  options: FitOptions,
): FittedConversation {
  checkEncoding(encoding);
  checkFitOptions(options);
  const { maxTokens, reserve = 0 } = options;
  const prompt = new Prompt(encoding, readConversation(conversation), options);
  const budget = maxTokens - reserve;
  if (prompt.tokens > budget) prompt.shortenIn(prompt.droppable, budget);
  if (prompt.tokens > budget) prompt.drop(budget);
  if (prompt.tokens > budget) prompt.shortenIn(prompt.staying, budget);
  if (prompt.tokens > budget) throw overBudget(prompt.tokens, options);
  return prompt.result();
}

/** A conversation while it is made to fit. */
class Prompt {
  /** The turns that may be dropped, and those that may not. */
  readonly droppable: readonly Turn[];
  readonly staying: readonly Turn[];
  /** How many tokens the prompt has as it stands. */
  tokens: number;
  readonly #encoding: HarmonyEncoding;
  readonly #options: FitOptions;
  readonly #given: Conversation;
  /** The messages, shortened ones in their new form. */
  readonly #messages: Message[];
  /** How many tokens each message has when it is rendered. */
  readonly #counts: number[];
  readonly #isLeftOutAtFirst: readonly boolean[];
  readonly #shortened = new Map<number, ShortenedResult>();
  /** How many of the droppable turns are dropped. */
  #dropped = 0;

  constructor(encoding: HarmonyEncoding, conversation: Conversation, options: FitOptions) {
    this.#encoding = encoding;
    this.#options = options;
    this.#given = conversation;
    this.#messages = [...conversation.messages];
    this.#counts = countAll(encoding, conversation, options);
    this.#isLeftOutAtFirst = messagesLeftOut(conversation.messages, options);
    const turns = turnsOf(conversation.messages);
    const stays = turns.map((turn, index) => index === turns.length - 1 || this.#isKept(turn));
    this.droppable = turns.filter((_, index) => !stays[index]);
    this.staying = turns.filter((_, index) => stays[index]);
    this.tokens = this.#tokensWithout(0);
  }

  /** Shortens the results in some turns, until the prompt is within the budget. */
  shortenIn(turns: readonly Turn[], budget: number): void {
    const { shorten } = this.#options;
    if (shorten === undefined) return;
    const isLeftOut = this.#isLeftOutNow();
    for (const { from, to } of turns) {
      for (let index = from; index < to && this.tokens > budget; index++) {
        if (this.#messages[index]!.role === Role.TOOL && !isLeftOut[index]) this.#shorten(index, shorten);
      }
    }
    // A rule of the caller's for what to leave out may have looked at a content that is shorter now.
    this.tokens = this.#tokensWithout(this.#dropped);
  }

  /** Drops as few of the oldest turns as bring the prompt within the budget; all of them if nothing does. */
  drop(budget: number): void {
    // Between a number of turns that is too small and one that is enough, or the greatest.
    let tooFew = 0;
    let enough = this.droppable.length;
    while (enough - tooFew > 1) {
      const middle = (tooFew + enough) >> 1;
      if (this.#tokensWithout(middle) > budget) tooFew = middle;
      else enough = middle;
    }
    this.#dropped = enough;
    this.tokens = this.#tokensWithout(enough);
  }

  result(): FittedConversation {
    const isDropped = this.#areDropped(this.#dropped);
    const shortened = Array.from(this.#shortened.values())
      .filter(({ message }) => !isDropped[message])
      .sort((a, b) => a.message - b.message);
    const isUnchanged = this.#dropped === 0 && shortened.length === 0;
    const kept = this.#messages.filter((_, index) => !isDropped[index]);
    return {
      conversation: isUnchanged ? this.#given : Conversation.fromMessages(kept),
      tokens: this.tokens,
      dropped: this.droppable.slice(0, this.#dropped).flatMap((turn) => this.#runsOf(turn)),
      shortened,
    };
  }

  #isKept({ from, to }: Turn): boolean {
    const { keep } = this.#options;
    if (keep === undefined) return false;
    for (let index = from; index < to; index++) {
      const message = this.#messages[index]!;
      if (!isInstruction(message) && keep(message, index)) return true;
    }
    return false;
  }

  #shorten(index: number, shorten: NonNullable<FitOptions["shorten"]>): void {
    const message = this.#messages[index]!;
    const tokensBefore = this.#counts[index]!;
    const text = shorten(message, tokensBefore);
    if (text === undefined) return;
    if (typeof text !== "string") {
      throw new TypeError(`shorten must return a string or undefined, not ${showValue(text)}, for messages[${index}]`);
    }
    const shortened = new Message({ ...message, content: text });
    const tokens = countAll(this.#encoding, new Conversation({ messages: [shortened] }), this.#options)[0]!;
    if (tokens >= tokensBefore) return;
    this.#messages[index] = shortened;
    this.#counts[index] = tokens;
    this.#shortened.set(index, { message: index, tokensBefore, tokens });
    this.tokens -= tokensBefore - tokens;
  }

  /** For each message, whether it is dropped with so many turns. */
  #areDropped(turns: number): boolean[] {
    const dropped = Array<boolean>(this.#messages.length).fill(false);
    for (const { from, to } of this.droppable.slice(0, turns)) {
      for (let index = from; index < to; index++) dropped[index] = !isInstruction(this.#messages[index]!);
    }
    return dropped;
  }

  /** For each message, whether rendering leaves it out as long as no more is dropped. */
  #isLeftOutNow(): boolean[] {
    const isDropped = this.#areDropped(this.#dropped);
    const kept = this.#messages.flatMap((_, index) => (isDropped[index] ? [] : [index]));
    const isLeftOut = messagesLeftOut(
      kept.map((index) => this.#messages[index]!),
      this.#options,
    );
    const all = Array<boolean>(this.#messages.length).fill(true);
    kept.forEach((index, place) => {
      all[index] = isLeftOut[place]!;
    });
    return all;
  }

  /** How many tokens the prompt has without so many turns. */
  #tokensWithout(turns: number): number {
    const isDropped = this.#areDropped(turns);
    const kept = this.#messages.filter((_, index) => !isDropped[index]);
    const isLeftOut = messagesLeftOut(kept, this.#options);
    let tokens = this.#counts.at(-1)!;
    let place = 0;
    for (let index = 0; index < this.#messages.length; index++) {
      if (!isDropped[index] && !isLeftOut[place++]) tokens += this.#counts[index]!;
    }
    return tokens;
  }

  /** A dropped turn as runs of messages: instructions, which stay, may stand between them. */
  #runsOf({ from, to }: Turn): DroppedMessages[] {
    const runs: DroppedMessages[] = [];
    for (let start = from; start < to; start++) {
      if (isInstruction(this.#given.messages[start]!)) continue;
      let end = start;
      let tokens = 0;
      for (; end < to && !isInstruction(this.#given.messages[end]!); end++) {
        if (!this.#isLeftOutAtFirst[end]) tokens += this.#shortened.get(end)?.tokensBefore ?? this.#counts[end]!;
      }
      runs.push({ messages: [start, end], tokens });
      start = end;
    }
    return runs;
  }
}

/** The tokens of every message, also of one that rendering would leave out, and last those of the next turn's beginning. */
function countAll(encoding: HarmonyEncoding, conversation: Conversation, options: FitOptions): number[] {
  const { nextTurnRole = Role.ASSISTANT, recipientPlace, prefill } = options;
  return encoding.countTokensByMessage(conversation, { nextTurnRole, recipientPlace, prefill, keepAnalysis: "all" });
}

function overBudget(needed: number, { maxTokens, reserve = 0, keep }: FitOptions): HarmonyError {
  const kept = keep === undefined ? "" : ", and the turns to keep";
  const message =
    `the conversation does not fit: its system and developer messages and its current turn${kept} need ` +
    `${needed} tokens, but only ${maxTokens - reserve} are left for the prompt ` +
    `(maxTokens ${maxTokens}, reserve ${reserve}); raise maxTokens, lower reserve, or shorten the messages`;
  return new HarmonyError("over-budget", message, { path: "maxTokens" });
}

const FIT_OPTIONS: readonly (keyof FitOptions)[] = [
  "maxTokens",
  "reserve",
  "keep",
  "shorten",
  "nextTurnRole",
  ...COMPLETION_OPTIONS,
];

function checkFitOptions(options: FitOptions): void {
  if (options === undefined)
    throw new TypeError("fitConversation needs the option maxTokens, as { maxTokens: 131072 }");
  checkOptions(options, FIT_OPTIONS, "fitConversation");
  const { maxTokens, reserve, keep, shorten, nextTurnRole, ...rendering } = options;
  checkCompletionOptions(rendering);
  checkCount(options.maxTokens, "maxTokens", 1);
  if (options.reserve !== undefined) checkCount(options.reserve, "reserve", 0);
  for (const name of ["keep", "shorten"] as const) {
    const rule: unknown = options[name];
    if (rule !== undefined && typeof rule !== "function") {
      throw new TypeError(`${name} must be a function, not ${showValue(rule)}`);
    }
  }
}

function checkEncoding(encoding: unknown): void {
  if (typeof (encoding as Partial<HarmonyEncoding> | null | undefined)?.countTokensByMessage === "function") return;
  const remedy = "fitConversation(loadHarmonyEncoding(), conversation, options)";
  throw new TypeError(`encoding must be a HarmonyEncoding, not ${showValue(encoding)}; write ${remedy}`);
}

/** Refuses what is not a number of tokens. */
function checkCount(value: unknown, name: string, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  const message = `${name} must be an integer of tokens, ${least} or more, not ${showValue(value)}`;
  throw typeof value === "number" ? new RangeError(message) : new TypeError(message);
}
