import { type ConversationLike, readConversation } from "../chat/conversation.js";
import type { Message } from "../chat/message.js";
import { checkPrefill, type Prefill } from "../chat/prefill.js";
import { checkRole, type Role } from "../chat/role.js";
import { checkBoolean, checkOptions } from "../options.js";
import { SpecialToken } from "../special-tokens.js";
import { checkKeepAnalysis, isFinal, type KeepAnalysis, leftOut } from "./keep-analysis.js";
import {
  checkRecipientPlace,
  type MessageSetting,
  type RecipientPlace,
  renderHeader,
  renderMessage,
} from "./message.js";
import { PartList, type PartSink, type RenderedPart } from "./parts.js";

/** How a conversation is rendered. */
export interface RenderConversationOptions {
  /** Which analysis messages the prompt keeps. Default: `"reference"`. */
  readonly keepAnalysis?: KeepAnalysis | undefined;
  /**
   * The reference's name for two of the rules of `keepAnalysis`: `true` is `"reference"`, `false` is `"all"`. Only one of
   * the two options may be given.
   */
  readonly autoDropAnalysis?: boolean | undefined;
  /**
   * Where the header of an assistant's message has its recipient. Default: `"role"`, as in the reference; the model itself
   * writes it behind the channel.
   */
  readonly recipientPlace?: RecipientPlace | undefined;
}

/** How a conversation is rendered as the prompt for a completion. */
export interface RenderCompletionOptions extends RenderConversationOptions {
  /**
   * What the prompt already holds of the next message: its header, and perhaps the beginning of its content. The parser of
   * the completion takes the same option. Default: no more than `<|start|>` and the role.
   */
  readonly prefill?: Prefill | undefined;
}

/** How a conversation is rendered, and for what purpose. */
export interface RenderPartsOptions extends RenderCompletionOptions {
  /** The role whose message to begin at the end, as `renderConversationForCompletion` does. Default: none. */
  readonly nextTurnRole?: Role | undefined;
  /** Whether to end a last final message with return, as `renderConversationForTraining` does. Default: `false`. */
  readonly training?: boolean | undefined;
}

/** The names of the options that every function has that renders a conversation. */
export const CONVERSATION_OPTIONS: readonly (keyof RenderConversationOptions)[] = [
  "autoDropAnalysis",
  "keepAnalysis",
  "recipientPlace",
];
/** The names of the options of a prompt for a completion. */
export const COMPLETION_OPTIONS: readonly (keyof RenderCompletionOptions)[] = [...CONVERSATION_OPTIONS, "prefill"];
const PARTS_OPTIONS: readonly (keyof RenderPartsOptions)[] = [...COMPLETION_OPTIONS, "nextTurnRole", "training"];

/**
 * Checks the options of a function that renders a conversation for one purpose.
 * @param known The names of the options that it has.
 * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
 */
export function checkConversationOptions(
  options: RenderConversationOptions | undefined,
  known: readonly string[] = CONVERSATION_OPTIONS,
): void {
  checkOptions(options, known, "rendering a conversation");
  const { keepAnalysis, autoDropAnalysis, recipientPlace } = options ?? {};
  checkKeepAnalysis(keepAnalysis);
  checkBoolean(autoDropAnalysis, "autoDropAnalysis");
  checkRecipientPlace(recipientPlace);
  if (keepAnalysis !== undefined && autoDropAnalysis !== undefined) {
    throw new TypeError("keepAnalysis and autoDropAnalysis are two names for the same; give one of them");
  }
}

/**
 * Checks the options of a function that renders a conversation for completion.
 * @throws TypeError as {@link checkConversationOptions} does.
 */
export function checkCompletionOptions(options: RenderCompletionOptions | undefined): void {
  checkConversationOptions(options, COMPLETION_OPTIONS);
  checkPrefill(options?.prefill);
}

/**
 * Checks the options of a function that renders a conversation for any purpose.
 * @throws TypeError as {@link checkConversationOptions} does; HarmonyError `unknown-role`.
 */
export function checkPartsOptions(options: RenderPartsOptions | undefined): void {
  checkConversationOptions(options, PARTS_OPTIONS);
  checkBoolean(options?.training, "training");
  checkPrefill(options?.prefill);
  if (options?.nextTurnRole !== undefined) {
    checkRole(options.nextTurnRole, "nextTurnRole");
  } else if (options?.prefill !== undefined) {
    throw new TypeError("prefill needs nextTurnRole, the role whose message it begins");
  }
}

/**
 * Renders a conversation to parts instead of tokens. They say to which message and section each piece of the prompt
 * belongs; their texts, joined, are the prompt. Needs no vocabulary.
 *
 * @throws HarmonyError where the conversation is not well formed, with the JSON path; `unknown-role` for `nextTurnRole`.
 * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
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
  options: RenderPartsOptions = {},
): void {
  const { messages } = readConversation(conversation);
  const last = messages.length - 1;
  for (const { message, setting } of messagesToRender(messages, options)) {
    const returns = options.training === true && setting.index === last && isFinal(message);
    renderMessage(message, returns ? { ...setting, terminator: SpecialToken.RETURN } : setting, sink);
  }
  if (options.nextTurnRole !== undefined) beginNextTurn(messages.length, options.nextTurnRole, options, sink);
}

/** A message of a conversation that belongs into the prompt, and what there is to know for rendering it. */
export interface MessageToRender {
  readonly message: Message;
  readonly setting: MessageSetting;
}

/** The messages that options do not leave out, in order. */
export function messagesToRender(messages: readonly Message[], options: RenderConversationOptions): MessageToRender[] {
  const { recipientPlace } = options;
  const hasFunctionTools = messages.some(declaresFunctions);
  const isLeftOut = messagesLeftOut(messages, options);
  const kept: MessageToRender[] = [];
  messages.forEach((message, index) => {
    if (isLeftOut[index]) return;
    const setting = { index, path: messagePath(index), hasFunctionTools, recipientPlace, terminator: undefined };
    kept.push({ message, setting });
  });
  return kept;
}

/** The paths of the first messages, which every conversation has. */
const PATHS: readonly string[] = Array.from({ length: 64 }, (_, index) => `messages[${index}]`);

/** The JSON path of a message in a conversation. */
export function messagePath(index: number): string {
  return PATHS[index] ?? `messages[${index}]`;
}

/** For each message of a conversation, whether the options leave it out. */
export function messagesLeftOut(
  messages: readonly Message[],
  { keepAnalysis, autoDropAnalysis }: RenderConversationOptions,
): boolean[] {
  return leftOut(messages, keepAnalysis ?? (autoDropAnalysis === false ? "all" : "reference"));
}

/**
 * Renders the beginning of the message that the model is to write.
 * @param index The index that the message will have.
 */
export function beginNextTurn(
  index: number,
  role: Role,
  { prefill, recipientPlace }: Pick<RenderCompletionOptions, "prefill" | "recipientPlace">,
  sink: PartSink,
): void {
  sink.special(SpecialToken.START, "header", index);
  sink.text(role, "header", index);
  if (prefill === undefined) return;
  renderHeader({ role, ...prefill }, { index, recipientPlace }, sink);
  if (prefill.content !== undefined && prefill.content !== "") sink.text(prefill.content, "content", index);
}

/** As in the reference, what counts is the key of the namespace, not its name, and an empty namespace does not count. */
export function declaresFunctions({ content }: Message): boolean {
  return content.some((part) => {
    if (part.type !== "developer_content" || part.tools === undefined) return false;
    return Object.hasOwn(part.tools, "functions") && part.tools.functions!.tools.length > 0;
  });
}
