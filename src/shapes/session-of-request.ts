import type { MessageLike } from "../chat/message.js";
import { Message } from "../chat/message.js";
import { calledToolOf } from "../chat/tool-call.js";
import type { HarmonyEncoding } from "../encoding.js";
import { HarmonySession, type SessionOptions } from "../turn/session.js";
import { textTypeOf } from "./reply.js";
import type { HarmonyRequest } from "./request.js";

/**
 * The conversation of a request as a session, ready for its prompt. What the model wrote itself is in it token for token,
 * where the request carries its tokens and they say what the request's messages say.
 *
 * @param options How the session renders; `tools` are the request's own.
 * @throws HarmonyError for a conversation that is not well formed.
 */
export function sessionOf(
  request: HarmonyRequest,
  encoding: HarmonyEncoding,
  options: Omit<SessionOptions, "tools"> = {},
): HarmonySession {
  const tools = request.toolNames.recipients;
  const session = new HarmonySession(encoding, { messages: [] }, { ...options, tools });
  let plain: MessageLike[] = [];
  const addPlain = (): void => {
    if (plain.length > 0) session.add(...plain);
    plain = [];
  };
  for (const { messages, tokens } of request.history) {
    if (tokens === undefined || !isSaidBy(tokens, messages, encoding, tools)) {
      for (const message of messages) plain.push(message);
      continue;
    }
    addPlain();
    session.prompt();
    session.addCompletion(tokens, { finishReason: "stop" });
  }
  addPlain();
  return session;
}

/**
 * Whether tokens hold these messages: a client may have changed a message, or mixed up whose tokens are whose. Thoughts
 * may be missing in the messages, since many clients drop them.
 */
function isSaidBy(
  tokens: readonly number[],
  messages: readonly MessageLike[],
  encoding: HarmonyEncoding,
  tools: readonly string[],
): boolean {
  if (tokens.some((token) => token > LAST_TOKEN)) return false;
  const written = encoding.parseMessagesFromCompletionTokens(tokens, "assistant", { mode: "resilient", tools });
  return gist(written) === gist(messages);
}

const LAST_TOKEN = 201_087;

/** What messages say to the user and to tools. */
function gist(messages: readonly MessageLike[]): string {
  let said = "";
  const calls: (readonly [string, string])[] = [];
  for (const message of messages) {
    const read = new Message(message);
    const { text } = read;
    const called = calledToolOf(read);
    if (called !== undefined) calls.push([called.recipient, text.trim() === "" ? "{}" : text]);
    else if (textTypeOf(read) !== "reasoning") said += text;
  }
  return JSON.stringify([said, calls]);
}
