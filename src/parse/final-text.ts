import { Channel } from "../chat/channel.js";
import { checkMessages, type MessageLike, readMessage } from "../chat/message.js";
import { Role } from "../chat/role.js";
import type { TextParseOptions } from "./options.js";
import { HarmonyTextParser } from "./text-parser.js";

/**
 * The answer to the user in a completion that is text: the text of the last message on the channel `final`, as far as it
 * arrived. The completion follows a prompt that ends with `<|start|>assistant`, and is parsed resiliently.
 *
 * @param options How to parse: `{ markersDropped: true }` for a server that drops the markers.
 * @returns The text, or `undefined` if the model has not come to an answer: it was cut off, or it called a tool.
 * @throws TypeError, RangeError for options, as {@link HarmonyTextParser} does.
 */
export function finalText(completion: string, options?: TextParseOptions): string | undefined;
/**
 * The answer to the user among messages: the text of the assistant's last message on the channel `final`, calls excepted.
 *
 * @returns The text, or `undefined` if there is no such message.
 * @throws HarmonyError as `Message` does, for a literal that is not a well-formed message; `wrong-type` for what is
 *   not a list of messages.
 */
export function finalText(messages: Iterable<MessageLike>): string | undefined;
export function finalText(completion: string | Iterable<MessageLike>, options?: TextParseOptions): string | undefined {
  if (typeof completion === "string") {
    return finalText(new HarmonyTextParser(Role.ASSISTANT, options).process(completion).processEos().messages);
  }
  checkMessages(completion, "of a conversation, pass the field `messages`");
  if (options !== undefined) throw new TypeError("options are for a completion that is text; messages need no parsing");
  let text: string | undefined;
  let index = 0;
  for (const message of completion) {
    const read = readMessage(message, `messages[${index++}]`, false);
    if (read.role === Role.ASSISTANT && read.channel === Channel.FINAL && read.recipient === undefined)
      text = read.text;
  }
  return text;
}
