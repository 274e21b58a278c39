import { CHANNELS } from "../chat/channel.js";
import type { Message } from "../chat/message.js";
import { Role } from "../chat/role.js";
import { calledToolOf } from "../chat/tool-call.js";
import { showValue } from "../options.js";
import type { MessageSpans } from "./span.js";

/**
 * How many of the tokens of a completion went where. Every token that the parser was fed is in exactly one of the counts,
 * so `total` is the sum of the others.
 *
 * A message counts with all its tokens: its header from the start token on, its content, and the token that ended it. The
 * header of the first message counts only as far as the completion holds it: `<|start|>assistant` is in the prompt.
 */
export interface CompletionUsage {
  /** Reasoning: messages on `analysis` that call no tool. */
  readonly analysis: number;
  /** What the model tells the user before it calls a tool: messages on `commentary` that call none. */
  readonly commentary: number;
  /** Calls of tools, on whatever channel. */
  readonly calls: number;
  /** Answers to the user: messages on `final` that call no tool. */
  readonly final: number;
  /** Messages on no known channel, or not of the assistant. */
  readonly other: number;
  /** Tokens in no message: what the resilient mode skipped, and what an unfinished parser has not made a message of. */
  readonly skipped: number;
  /** All tokens that were fed, what engines report as `completion_tokens`. */
  readonly total: number;
}

/** What counting needs of a parser: a `StreamableParser` has it. */
export interface CountedCompletion {
  readonly tokens: readonly number[];
  readonly messages: readonly Message[];
  readonly spans: readonly MessageSpans[];
}

/**
 * Counts the tokens of a completion by what they were for, without encoding anything again.
 *
 * @param parser A `StreamableParser` that has read the completion to its end.
 * @throws TypeError for anything else. A `HarmonyTextParser` knows no tokens.
 */
export function usageOf(parser: CountedCompletion): CompletionUsage {
  checkParser(parser);
  const { tokens, messages, spans } = parser;
  const usage = {
    analysis: 0,
    commentary: 0,
    calls: 0,
    final: 0,
    other: 0,
    skipped: tokens.length,
    total: tokens.length,
  };
  messages.forEach((message, index) => {
    const { header, terminator } = spans[index]!;
    const count = terminator[1] - header[0];
    usage[useOf(message)] += count;
    usage.skipped -= count;
  });
  return usage;
}

function useOf(message: Message): Exclude<keyof CompletionUsage, "skipped" | "total"> {
  if (calledToolOf(message) !== undefined) return "calls";
  const channel = message.role === Role.ASSISTANT ? CHANNELS.find((name) => name === message.channel) : undefined;
  return channel ?? "other";
}

function checkParser(parser: unknown): void {
  const { tokens, messages, spans } = (parser ?? {}) as Partial<CountedCompletion>;
  if ([tokens, messages, spans].every(Array.isArray)) return;
  throw new TypeError(`parser must be a StreamableParser, not ${showValue(parser)}`);
}
