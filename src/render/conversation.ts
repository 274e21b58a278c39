import { Channel } from "../chat/channel.js";
import { type ConversationLike, readConversation } from "../chat/conversation.js";
import type { Message } from "../chat/message.js";
import { checkRole, Role } from "../chat/role.js";
import { checkBoolean, checkOptions } from "../options.js";
import { SpecialToken } from "../special-tokens.js";
import { renderMessage } from "./message.js";
import { PartList, type PartSink, type RenderedPart } from "./parts.js";

/** How a conversation is rendered. */
export interface RenderConversationOptions {
  /**
   * Whether to leave out the analysis messages before the first final message if the assistant's last message is final.
   * The model expects this of earlier turns. Default: `true`.
   */
  readonly autoDropAnalysis?: boolean | undefined;
}

/** How a conversation is rendered, and for what purpose. */
export interface RenderPartsOptions extends RenderConversationOptions {
  /** The role whose message to begin at the end, as `renderConversationForCompletion` does. Default: none. */
  readonly nextTurnRole?: Role | undefined;
  /** Whether to end a last final message with return, as `renderConversationForTraining` does. Default: `false`. */
  readonly training?: boolean | undefined;
}

const CONVERSATION_OPTIONS = ["autoDropAnalysis"] as const satisfies (keyof RenderConversationOptions)[];
const PARTS_OPTIONS = [
  ...CONVERSATION_OPTIONS,
  "nextTurnRole",
  "training",
] as const satisfies (keyof RenderPartsOptions)[];

/**
 * Checks the options of a function that renders a conversation for one purpose.
 * @throws TypeError for an unknown option, or a value of the wrong type.
 */
export function checkConversationOptions(options: RenderConversationOptions | undefined): void {
  checkOptions(options, CONVERSATION_OPTIONS, "rendering a conversation");
  checkBoolean(options?.autoDropAnalysis, "autoDropAnalysis");
}

/**
 * Checks the options of a function that renders a conversation for any purpose.
 * @throws TypeError for an unknown option or a value of the wrong type; HarmonyError `unknown-role`.
 */
export function checkPartsOptions(options: RenderPartsOptions | undefined): void {
  checkOptions(options, PARTS_OPTIONS, "rendering a conversation");
  checkBoolean(options?.autoDropAnalysis, "autoDropAnalysis");
  checkBoolean(options?.training, "training");
  if (options?.nextTurnRole !== undefined) checkRole(options.nextTurnRole, "nextTurnRole");
}

/**
 * Renders a conversation to parts instead of tokens. They say to which message and section each piece of the prompt
 * belongs; their texts, joined, are the prompt. Needs no vocabulary.
 *
 * @throws HarmonyError where the conversation is not well formed, with the JSON path; `unknown-role` for `nextTurnRole`.
 * @throws TypeError for an unknown option, or a value of the wrong type.
 */
export function renderConversationParts(conversation: ConversationLike, options?: RenderPartsOptions): RenderedPart[] {
  checkPartsOptions(options);
  const list = new PartList();
  renderConversationInto(list, conversation, options);
  return list.parts;
}

/**
 * Renders the messages of a conversation, in order, into a sink. The options have been checked.
 * @throws HarmonyError where the conversation is not well formed. Messages that are left out are not checked.
 */
export function renderConversationInto(
  sink: PartSink,
  conversation: ConversationLike,
  { autoDropAnalysis = true, nextTurnRole, training = false }: RenderPartsOptions = {},
): void {
  const { messages } = readConversation(conversation);
  const hasFunctionTools = messages.some(declaresFunctions);
  const isLeftOut = leftOut(messages, { autoDropAnalysis });
  const last = messages.length - 1;
  messages.forEach((message, index) => {
    if (isLeftOut[index]) return;
    const returns = training && index === last && isFinalAnswer(message);
    const terminator = returns ? SpecialToken.RETURN : undefined;
    renderMessage(message, { index, path: `messages[${index}]`, hasFunctionTools, terminator }, sink);
  });
  if (nextTurnRole !== undefined) {
    sink.special(SpecialToken.START, "header", messages.length);
    sink.text(nextTurnRole, "header", messages.length);
  }
}

/** For each message of a conversation, whether rendering leaves it out. */
export function leftOut(
  messages: readonly Message[],
  { autoDropAnalysis = true }: RenderConversationOptions,
): boolean[] {
  const firstKept = autoDropAnalysis ? droppedBefore(messages) : 0;
  return messages.map(({ channel }, index) => index < firstKept && channel === Channel.ANALYSIS);
}

/**
 * The index before which analysis is left out: that of the first final message, if the assistant's last message was a
 * final one. Otherwise 0.
 */
function droppedBefore(messages: readonly Message[]): number {
  const lastOfAssistant = messages.findLast(({ role }) => role === Role.ASSISTANT);
  if (lastOfAssistant === undefined || !isFinalAnswer(lastOfAssistant)) return 0;
  return messages.findIndex(({ channel }) => channel === Channel.FINAL);
}

function isFinalAnswer({ role, channel }: Message): boolean {
  return role === Role.ASSISTANT && channel === Channel.FINAL;
}

/** As in the reference, what counts is the key of the namespace, not its name, and an empty namespace does not count. */
function declaresFunctions({ content }: Message): boolean {
  return content.some((part) => {
    if (part.type !== "developer_content" || part.tools === undefined) return false;
    return Object.hasOwn(part.tools, "functions") && part.tools.functions!.tools.length > 0;
  });
}
