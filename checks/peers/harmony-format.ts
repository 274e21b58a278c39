// This package.
import { type ConversationLike, loadHarmonyEncoding, renderConversationText } from "../../src/index.js";
import { History, reasoningEffortOf } from "../../src/shapes/history.js";
import { ToolNames } from "../../src/shapes/tool-names.js";
import type { ChatRequest } from "./conversations.js";

export const encoding = loadHarmonyEncoding();

/** The conversation of a request. */
export function conversationOf(request: ChatRequest, conversationStartDate: string): ConversationLike {
  const toolNames = new ToolNames();
  for (const { function: tool } of request.tools ?? []) toolNames.declare({ ...tool, type: "function" });
  const history = new History(toolNames);
  for (const { role, content, reasoning_content, tool_calls, tool_call_id } of request.messages) {
    const text = typeof content === "string" ? content : (content ?? []).map((part) => part.text).join("");
    if (role === "user") history.user(text);
    else if (role === "tool") history.toolResult(tool_call_id!, text, "");
    else if (role !== "assistant") history.instructions(text);
    else {
      history.assistant([
        ...(reasoning_content === undefined ? [] : [{ type: "reasoning" as const, text: reasoning_content }]),
        ...(text === ""
          ? []
          : [{ type: tool_calls === undefined ? ("answer" as const) : ("preamble" as const), text }]),
        ...(tool_calls ?? []).map(({ id, function: { name, arguments: json } }) => ({
          type: "call" as const,
          id,
          recipient: toolNames.recipientOf(name),
          text: json,
          path: "",
        })),
      ]);
    }
  }
  const reasoningEffort = reasoningEffortOf(request.reasoning_effort, "reasoning_effort");
  const steps = history.finish({ reasoningEffort, options: { conversationStartDate } });
  return { messages: steps.flatMap(({ messages }) => messages) };
}

/** The prompt for a conversation, as text. */
export function promptOf(conversation: ConversationLike): string {
  return renderConversationText(conversation, { nextTurnRole: "assistant" });
}
