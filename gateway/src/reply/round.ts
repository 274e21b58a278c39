import { type MessageLike, toolCallOf, toolNotFound, toolResult } from "harmony-format";
import type { HarmonyReply, HarmonyRequest, HistoryStep, ReplyPart } from "harmony-format/responses";
import type { Addressee, Toolbox } from "../tools/toolbox.js";

/** A message of the model in a round, when it has ended. */
export interface RoundPart {
  readonly part: ReplyPart;
  readonly text: string;
  /** The index of the part that the client was shown; `undefined` for one that it was not. */
  readonly shownAs: number | undefined;
  /** Who answers it, if it is a call. */
  readonly addressee: Addressee | undefined;
  /** What the gateway answered, if it did. */
  readonly result?: string | undefined;
}

/** One completion of the engine within a reply, with what the gateway answered to it. */
export interface Round {
  readonly parts: readonly RoundPart[];
  /** The tokens of the completion, as the next request can carry them; `undefined` where they are not known exactly. */
  readonly carriedTokens: string | undefined;
}

/** What comes of the calls of a round. */
export interface AnsweredRound {
  readonly round: Round;
  /** The round, and the answers to its calls, as the next completion has to see them. */
  readonly steps: readonly HistoryStep[];
}

/** Answers the calls of a round that are not the client's. @throws The reason of the signal. */
export async function answerRound(
  reply: HarmonyReply,
  request: HarmonyRequest,
  parts: readonly RoundPart[],
  toolbox: Toolbox,
  signal: AbortSignal,
): Promise<AnsweredRound> {
  const answered: RoundPart[] = [];
  const results: MessageLike[] = [];
  const calls = reply.turn.messages.filter((message) => toolCallOf(message) !== undefined);
  let index = 0;
  for (const part of parts) {
    const { addressee, text } = part;
    if (addressee === undefined) {
      answered.push(part);
      continue;
    }
    const call = calls[index]!;
    index += 1;
    if (addressee.type === "client") {
      answered.push(part);
      continue;
    }
    // One after the other: what a call of the browser shows depends on those before it.
    const message =
      addressee.type === "nobody"
        ? toolNotFound(call, request.toolNames.recipients)
        : toolResult(call, await toolbox.run(addressee.tool, { recipient: addressee.recipient, text }, signal));
    results.push(message);
    answered.push({ ...part, result: message.text });
  }
  const round: Round = { parts: answered, carriedTokens: reply.carriedTokens };
  return { round, steps: [completionStep(reply, request, parts), { messages: results }] };
}

/**
 * What the model wrote, as a step of the conversation. The tokens count where they are known: then the prompt goes on from
 * them, exactly, and the messages only say the same as the client was shown, by which the session knows that they belong
 * together.
 */
function completionStep(reply: HarmonyReply, request: HarmonyRequest, parts: readonly RoundPart[]): HistoryStep {
  const { turn } = reply;
  if (reply.carriedTokens === undefined) return { messages: turn.messages };
  const { toolNames } = request;
  const messages = parts.map(({ part, text }): MessageLike => {
    const { tool } = part;
    if (tool !== undefined) {
      const recipient = toolNames.recipientOf(tool.name, tool.namespace);
      return { role: "assistant", channel: "commentary", recipient, content: text };
    }
    return { role: "assistant", channel: CHANNELS[part.type], content: text };
  });
  return { messages, tokens: turn.tokens };
}

const CHANNELS = { reasoning: "analysis", preamble: "commentary", answer: "final", call: "commentary" } as const;
