import { roundedNumbers } from "../json/text.js";
import { checkMessages, type MessageLike, readMessage } from "./message.js";
import { isRole, Role } from "./role.js";

/** The tool that a call is addressed to: all that is known when the header of the call has been read. */
export interface CalledTool {
  /** The recipient of the message in full, such as `functions.get_weather`: the `name` of the tool's answer. */
  readonly recipient: string;
  /** The name of the tool within its namespace: `get_weather` for `functions.get_weather`. */
  readonly name: string;
  /** What precedes the first dot of the recipient, such as `functions`; `undefined` for `python`. */
  readonly namespace: string | undefined;
}

/** A call of a tool, as a model made it. */
export interface ToolCall extends CalledTool {
  /** The arguments as the model wrote them: usually JSON, for `python` a program. */
  readonly arguments: string;
  /**
   * The value of the arguments if they are JSON, as `JSON.parse` reads it; absent if they are not. A call whose arguments
   * are empty, or white space alone, has no arguments: `{}`.
   */
  readonly json?: unknown;
  /**
   * The numbers, as the model spelled them, that `json` does not hold exactly, because a JavaScript number cannot: mostly
   * integers above 2^53, such as `12345678901234567890`. Absent if there are none. A program that needs their digits finds
   * them here, and in `arguments`.
   */
  readonly rounded?: readonly string[];
  /** Why the arguments are not JSON, if they are not. */
  readonly error?: string;
}

/**
 * The tool that a message calls, by its header alone: for the event `message-start`, before the arguments arrive. An
 * assistant's recipient makes a call, whatever the channel, unless it is a role or `all`: these do not name a tool.
 *
 * @param header A message, an event `message-start`, or anything else with these two fields.
 * @returns The tool, or `undefined` if no tool is called.
 */
export function calledToolOf(header: {
  readonly role: Role;
  readonly recipient?: string | null | undefined;
}): CalledTool | undefined {
  const { role, recipient } = header;
  if (role !== Role.ASSISTANT || typeof recipient !== "string" || recipient === "all" || isRole(recipient)) {
    return undefined;
  }
  const dot = recipient.indexOf(".");
  return { recipient, name: recipient.slice(dot + 1), namespace: dot < 0 ? undefined : recipient.slice(0, dot) };
}

/**
 * The call that a message makes: {@link calledToolOf} says which messages make one.
 *
 * @returns The call, or `undefined` for a message that makes none. Never throws on what a model wrote.
 * @throws HarmonyError as {@link Message} does, for a literal that is not a well-formed message.
 */
export function toolCallOf(message: MessageLike): ToolCall | undefined {
  const read = readMessage(message, "", false);
  const tool = calledToolOf(read);
  if (tool === undefined) return undefined;
  const { text } = read;
  return { ...tool, arguments: text, ...readArguments(text) };
}

/**
 * The calls that messages make, in order: a completion can hold several.
 * @throws HarmonyError as {@link toolCallOf} does, and `wrong-type` for what is not a list of messages.
 */
export function toolCallsOf(messages: Iterable<MessageLike>): ToolCall[] {
  checkMessages(messages, "of a conversation, pass the field `messages`");
  const calls: ToolCall[] = [];
  for (const message of messages) {
    const call = toolCallOf(message);
    if (call !== undefined) calls.push(call);
  }
  return calls;
}

function readArguments(text: string): Pick<ToolCall, "json" | "rounded" | "error"> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (text.trim() === "") return { json: {} };
    return { error: error instanceof Error ? error.message : String(error) };
  }
  const rounded = roundedNumbers(text);
  return rounded.length === 0 ? { json } : { json, rounded };
}
