import type { Message } from "../chat/message.js";
import { Role } from "../chat/role.js";
import { checkBoolean, showValue } from "../options.js";
import { SpecialToken } from "../special-tokens.js";
import {
  CONVERSATION_OPTIONS,
  checkConversationOptions,
  declaresFunctions,
  type MessageToRender,
  messagePath,
  type RenderConversationOptions,
} from "./conversation.js";
import { isFinal, leftOut } from "./keep-analysis.js";
import { usualTerminator } from "./message.js";

/**
 * Which of the assistant's messages a model is trained on.
 *
 * - `"all-turns"`: all of them.
 * - `"last-turn"`: those that follow the last message of a user.
 * - a function: those for which it returns `true`. It is called for the assistant's messages only, with their index in the
 *   conversation.
 */
export type TrainOn = "all-turns" | "last-turn" | ((message: Message, index: number) => boolean);

/** How a conversation is rendered with a mask of what the model itself writes. */
export interface RenderForTrainingOptions extends RenderConversationOptions {
  /** Which of the assistant's messages the mask has. Default: `"all-turns"`. */
  readonly trainOn?: TrainOn | undefined;
  /**
   * How an answer ends that is not the last message. Default: `"end"`, as in the reference and in every prompt. The model
   * ended it with return when it wrote it, so the mask leaves this token out. With `"return"`, every answer ends as the model
   * ended it, and the mask has the token.
   */
  readonly pastAnswersEndWith?: "end" | "return" | undefined;
  /**
   * Whether a call that directly follows another was written in the same completion, by a model that no one stopped at the
   * first one's call token. It then wrote the start token and the role of the second call, too. Default: `false`, since
   * engines stop at `stopTokensForAssistantActions()`.
   */
  readonly continueAfterCall?: boolean | undefined;
}

const TRAINING_OPTIONS: readonly (keyof RenderForTrainingOptions)[] = [
  ...CONVERSATION_OPTIONS,
  "trainOn",
  "pastAnswersEndWith",
  "continueAfterCall",
];

/**
 * Checks the options of a function that renders for training.
 * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
 */
export function checkTrainingOptions(options: RenderForTrainingOptions | undefined): void {
  checkConversationOptions(options, TRAINING_OPTIONS);
  const { trainOn = "all-turns", pastAnswersEndWith = "end", continueAfterCall } = options ?? {};
  checkBoolean(continueAfterCall, "continueAfterCall");
  if (typeof trainOn !== "function" && trainOn !== "all-turns" && trainOn !== "last-turn") {
    throw new TypeError(`trainOn must be "all-turns", "last-turn" or a function, not ${showValue(trainOn)}`);
  }
  if (pastAnswersEndWith !== "end" && pastAnswersEndWith !== "return") {
    throw new TypeError(`pastAnswersEndWith must be "end" or "return", not ${showValue(pastAnswersEndWith)}`);
  }
}

/** A message that is rendered for training, and what the model wrote of it. */
export interface MessageToLearn extends MessageToRender {
  /** Whether the mask has anything of the message. */
  readonly isLearned: boolean;
  /** Whether the message is the first of its completion, so that the prompt already held its start token and its role. */
  readonly beginsCompletion: boolean;
  /** Whether the model wrote the very token that ends the message here. */
  readonly endsAsWritten: boolean;
}

/**
 * The messages that options do not leave out, in order, with what the model wrote of them: for each completion everything
 * behind the start token and the role with which its prompt ended. A completion is what the assistant says in a row, up to
 * a call or an answer.
 */
export function messagesToLearn(messages: readonly Message[], options: RenderForTrainingOptions): MessageToLearn[] {
  const { keepAnalysis, autoDropAnalysis, recipientPlace, trainOn = "all-turns" } = options;
  const { pastAnswersEndWith, continueAfterCall } = options;
  // Leaving out what the model thought would teach it to answer without thinking, so here the default is another.
  const kept = keepAnalysis ?? (autoDropAnalysis === true ? "reference" : "all");
  const last = messages.length - 1;
  const lastTurn = messages.findLastIndex(({ role }) => role === Role.USER);
  const isLearned = (message: Message, index: number): boolean => {
    if (message.role !== Role.ASSISTANT || trainOn === "all-turns") return message.role === Role.ASSISTANT;
    return trainOn === "last-turn" ? index > lastTurn : trainOn(message, index);
  };
  const hasFunctionTools = messages.some(declaresFunctions);
  const isLeftOut = leftOut(messages, kept);
  const learned: MessageToLearn[] = [];
  let previous: Message | undefined;
  for (let index = 0; index < messages.length; index++) {
    if (isLeftOut[index]) continue;
    const message = messages[index]!;
    const returns = index === last ? isFinal(message) : pastAnswersEndWith === "return" && isAnswer(message);
    const terminator = returns ? SpecialToken.RETURN : usualTerminator(message);
    const isFollowed = messages[index + 1]?.role === Role.ASSISTANT;
    learned.push({
      message,
      setting: { index, path: messagePath(index), hasFunctionTools, recipientPlace, terminator },
      isLearned: isLearned(message, index),
      beginsCompletion: previous === undefined || endsCompletion(previous, continueAfterCall),
      // An answer, and a turn that was broken off, did not end with the end token when the model wrote it.
      endsAsWritten: terminator !== SpecialToken.END || (isFollowed && !isAnswer(message)),
    });
    previous = message;
  }
  return learned;
}

function endsCompletion(message: Message, continueAfterCall = false): boolean {
  if (message.role !== Role.ASSISTANT || isAnswer(message)) return true;
  return !continueAfterCall && usualTerminator(message) === SpecialToken.CALL;
}

function isAnswer(message: Message): boolean {
  return isFinal(message) && message.recipient === undefined;
}
