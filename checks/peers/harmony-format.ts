// This package.
import { readChatCompletionRequest } from "../../src/chat-completions.js";
import { type ConversationLike, loadHarmonyEncoding, renderConversationText } from "../../src/index.js";
import type { ChatRequest } from "./conversations.js";

export const encoding = loadHarmonyEncoding();

/** The conversation of a request. */
export function conversationOf(request: ChatRequest, conversationStartDate: string): ConversationLike {
  const { history } = readChatCompletionRequest({ model: "gpt-oss", ...request }, { conversationStartDate });
  return { messages: history.flatMap(({ messages }) => messages) };
}

/** The prompt for a conversation, as text. */
export function promptOf(conversation: ConversationLike): string {
  return renderConversationText(conversation, { nextTurnRole: "assistant" });
}
