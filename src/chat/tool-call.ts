import { Message, type MessageLike } from "./message.js";
import { isRole } from "./role.js";

/** A call of a tool, as a model made it. */
export interface ToolCall {
  /** The tool's name within its namespace: `get_weather` for `functions.get_weather`. */
  readonly name: string;
  /** What stands before the first dot of the recipient, such as `functions`; `undefined` for `python`. */
  readonly namespace: string | undefined;
  /** The arguments as the model wrote them: usually JSON, for `python` a program. */
  readonly arguments: string;
  /** The arguments' value where they are JSON; absent where they are not. */
  readonly json?: unknown;
  /** Why the arguments are no JSON, where they are not. */
  readonly error?: string;
}

/**
 * The call that a message makes, `undefined` for a message that makes none. An assistant's recipient makes a call,
 * whatever the channel; one that is a role or `all` names no tool. Never throws on what a model wrote.
 */
export function toolCallOf(message: MessageLike): ToolCall | undefined {
  const { role, recipient, content } = message instanceof Message ? message : new Message(message);
  if (role !== "assistant" || recipient === undefined || recipient === "all" || isRole(recipient)) return undefined;
  const dot = recipient.indexOf(".");
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return {
    name: recipient.slice(dot + 1),
    namespace: dot < 0 ? undefined : recipient.slice(0, dot),
    arguments: text,
    ...readJson(text),
  };
}

/** The calls that messages make, in order: a completion can hold several. */
export function toolCallsOf(messages: Iterable<MessageLike>): ToolCall[] {
  const calls: ToolCall[] = [];
  for (const message of messages) {
    const call = toolCallOf(message);
    if (call !== undefined) calls.push(call);
  }
  return calls;
}

function readJson(text: string): Pick<ToolCall, "json" | "error"> {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
