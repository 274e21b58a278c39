import { Message } from "../../src/chat/message.js";
import { type ChatCompletionRequest, readChatCompletionRequest } from "../../src/chat-completions.js";
import type { ReadRequestOptions } from "../../src/shapes/request.js";

/** A request of these fields. */
export function read(fields: object, options?: ReadRequestOptions): ChatCompletionRequest {
  return readChatCompletionRequest(
    { model: "gpt-oss-20b", messages: [{ role: "user", content: "Q" }], ...fields },
    options,
  );
}

/** The conversation of a request with these messages, a line for each but the system's: who, where, to whom, what. */
export function linesOf(messages: readonly unknown[], fields: object = {}, options?: ReadRequestOptions): string[] {
  const { history } = read({ messages, ...fields }, options);
  return history.flatMap(({ messages }) => messages.map((message) => lineOf(new Message(message)))).slice(1);
}

function lineOf({ role, name, channel, recipient, content_type, content, text }: Message): string {
  const shown = content[0]?.type === "developer_content" ? (content[0].instructions ?? "") : text;
  return [name ?? role, channel, recipient && `to=${recipient}`, content_type, `| ${shown}`]
    .filter((word) => word !== undefined)
    .join(" ");
}
