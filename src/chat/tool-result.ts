import { checkIterable, checkString, showValue } from "../options.js";
import { Message, type MessageLike, readMessage } from "./message.js";
import { Role } from "./role.js";
import { calledToolOf } from "./tool-call.js";

/**
 * The message that answers a call: from the tool that was called, to the assistant, on the channel of the call.
 *
 * @param call The message that made the call, as it was parsed.
 * @param text What the tool says.
 * @throws TypeError where the message calls no tool, or the text is not a string.
 * @throws HarmonyError as {@link Message} does, for a literal that is not a well-formed message.
 */
export function toolResult(call: MessageLike, text: string): Message {
  checkString(text, "text");
  const message = readMessage(call, "call", false);
  const tool = calledToolOf(message);
  if (tool === undefined) {
    const { role, recipient } = message;
    const found = `its role is ${showValue(role)}, its recipient ${recipient === undefined ? "absent" : showValue(recipient)}`;
    throw new TypeError(`call must be a message that calls a tool, but ${found}; toolCallOf says which messages do`);
  }
  const { channel } = message;
  return new Message({ role: Role.TOOL, name: tool.recipient, recipient: Role.ASSISTANT, channel, content: text });
}

/**
 * The answer to a call of a tool that nobody offered. It says that there is no such tool, and which tools there are, so
 * that the model can go on: it waits for an answer to every call.
 *
 * @param call The message that made the call, as it was parsed.
 * @param offered The full names of the tools that the model may call, such as `functions.get_weather`.
 * @throws TypeError where the message calls no tool, or the names are not a list of strings.
 * @throws HarmonyError as {@link toolResult} does.
 */
export function toolNotFound(call: MessageLike, offered: Iterable<string>): Message {
  checkIterable(offered, "offered", 'a list of names, such as ["functions.bash"]');
  const names = Array.from(offered, (name, index) => {
    checkString(name, `offered[${index}]`);
    return name;
  });
  const tools = names.length === 0 ? "No tool is available." : `The available tools are: ${names.join(", ")}.`;
  const called = showValue(calledToolOf(readMessage(call, "call", false))?.recipient);
  return toolResult(call, `Error: there is no tool ${called}. ${tools}`);
}
