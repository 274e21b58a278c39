import type { Conversation } from "../chat/conversation.js";
import type { Message } from "../chat/message.js";
import { Role } from "../chat/role.js";
import { SpecialToken } from "../special-tokens.js";
import { renderMessage } from "./message.js";
import type { PartSink } from "./parts.js";

/** What a conversation is rendered for. */
export interface RenderPurpose {
  /** Leave out the analysis before the first final message once the assistant has answered. */
  readonly autoDropAnalysis: boolean;
  /** Begin this role's message, for the model to go on. */
  readonly nextTurnRole?: Role | undefined;
  /** End a last final message with return, as the model itself is trained to. */
  readonly training?: boolean | undefined;
}

/**
 * Renders the messages in order.
 * @throws HarmonyError as {@link renderMessage} does. Messages that are left out are not looked at.
 */
export function renderConversation({ messages }: Conversation, purpose: RenderPurpose, sink: PartSink): void {
  const hasFunctionTools = messages.some(declaresFunctions);
  const firstKept = purpose.autoDropAnalysis ? droppedBefore(messages) : 0;
  const last = messages.length - 1;
  messages.forEach((message, index) => {
    if (index < firstKept && message.channel === "analysis") return;
    const returns = purpose.training && index === last && isFinalAnswer(message);
    const terminator = returns ? SpecialToken.RETURN : undefined;
    renderMessage(message, { index, path: `messages[${index}].`, hasFunctionTools, terminator }, sink);
  });
  if (purpose.nextTurnRole !== undefined) {
    sink.special(SpecialToken.START, "header", messages.length);
    sink.text(purpose.nextTurnRole, "header", messages.length);
  }
}

/** Index before which analysis is left out: that of the first final message, if the assistant's last word was one. */
function droppedBefore(messages: readonly Message[]): number {
  const lastOfAssistant = messages.findLast(({ role }) => role === Role.ASSISTANT);
  if (lastOfAssistant === undefined || !isFinalAnswer(lastOfAssistant)) return 0;
  return messages.findIndex(({ channel }) => channel === "final");
}

function isFinalAnswer({ role, channel }: Message): boolean {
  return role === Role.ASSISTANT && channel === "final";
}

/** The key decides, whatever the namespace's own name, and an empty namespace does not count. */
function declaresFunctions({ content }: Message): boolean {
  return content.some((part) => {
    if (part.type !== "developer_content" || part.tools === undefined) return false;
    return Object.hasOwn(part.tools, "functions") && part.tools.functions!.tools.length > 0;
  });
}
