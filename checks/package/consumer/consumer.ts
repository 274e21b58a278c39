// A program that uses the public face, compiled against the installed package.
import {
  Conversation,
  DeveloperContent,
  type HarmonyEncoding,
  HarmonyError,
  loadHarmonyEncoding,
  Message,
  type MessageLike,
  Role,
  renderConversationParts,
  StreamableParser,
  SystemContent,
  ToolDescription,
} from "harmony-format";
import * as text from "harmony-format/text";

const encoding: HarmonyEncoding = loadHarmonyEncoding();
const literal: MessageLike = { role: "user", content: "Hi" };
const add = ToolDescription.new("add", "Adds.", { type: "object" });
const conversation = Conversation.fromMessages([
  Message.fromRoleAndContent(Role.SYSTEM, SystemContent.new().withBrowserTool()),
  Message.fromRoleAndContent(Role.DEVELOPER, DeveloperContent.new().withFunctionTools([add])),
  literal,
]);

export const prompt: number[] = encoding.renderConversationForCompletion(conversation, "assistant");
export const prompted: string = renderConversationParts({ messages: [literal] })
  .map((part) => part.text)
  .join("");

// Both entry points give the same classes, private members included.
export const parsed: readonly Message[] = new text.HarmonyTextParser("assistant").process("<|message|>Hi").messages;

const parser = new StreamableParser(encoding, Role.ASSISTANT, { mode: "resilient" });
export const deltas: string[] = [];
for (const token of prompt) {
  const delta: string | undefined = parser.process(token).lastContentDelta;
  if (delta !== undefined) deltas.push(delta);
}

try {
  // @ts-expect-error A role that does not exist.
  encoding.renderConversationForCompletion(conversation, "robot");
} catch (error) {
  if (error instanceof HarmonyError && error.code === "unknown-role") deltas.push(error.message);
}
// @ts-expect-error A misspelled option.
new StreamableParser(encoding, Role.ASSISTANT, { stict: true });
