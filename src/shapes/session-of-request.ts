import { Message, type MessageLike } from "../chat/message.js";
import { calledToolOf } from "../chat/tool-call.js";
import type { HarmonyEncoding } from "../encoding.js";
import type { DiagnosticCode } from "../parse/diagnostic.js";
import type { RecoveryOptions } from "../parse/options.js";
import { StreamableParser } from "../parse/streamable-parser.js";
import { HarmonySession, type SessionOptions } from "../turn/session.js";
import { ReplyReader } from "./reply.js";
import type { HarmonyRequest } from "./request.js";
import type { ToolNames } from "./tool-names.js";

/**
 * The conversation of a request as a session, ready for its prompt. What the model wrote itself is in it token for token,
 * where the request carries its tokens and they say what the request's messages say.
 *
 * @param options How the session renders; the tools, and whether something may follow a call, are the request's own.
 * @throws HarmonyError for a conversation that is not well formed.
 */
export function sessionOf(
  request: HarmonyRequest,
  encoding: HarmonyEncoding,
  options: Omit<SessionOptions, "tools" | "continueAfterCall"> = {},
): HarmonySession {
  const { toolNames } = request;
  const tools = toolNames.recipients;
  const continueAfterCall = request.parallelToolCalls;
  const session = new HarmonySession(encoding, { messages: [] }, { ...options, tools, continueAfterCall });
  const recovery = { tools, continueAfterCall, maxMessageLength: options.maxMessageLength };
  let plain: MessageLike[] = [];
  let calls: WrittenCall[] = [];
  const addPlain = (): void => {
    if (plain.length > 0) session.add(...plain);
    plain = [];
  };
  for (const { messages, tokens } of request.history) {
    if (tokens === undefined || gistOfTokens(tokens, encoding, toolNames, recovery) !== gistOf(messages)) {
      for (const message of messages) plain.push(onChannelOfCall(message, calls));
      continue;
    }
    addPlain();
    const completion = session.addCompletion(tokens, { finishReason: "stop" });
    calls = completion.messages.flatMap((message) => writtenCall(message, toolNames) ?? []);
  }
  addPlain();
  return session;
}

/** A call as the model itself has written it. */
interface WrittenCall {
  readonly recipient: string;
  readonly channel: string | undefined;
}

function writtenCall(message: Message, toolNames: ToolNames): WrittenCall | undefined {
  const tool = calledToolOf(message);
  if (tool === undefined) return undefined;
  return { recipient: toolNames.called(tool.recipient).recipient, channel: message.channel };
}

/**
 * The result of a call, on the channel of the call: a model that calls on the channel for its thoughts is answered there, and
 * both are left out together when the thoughts are. The same is done by the tools that OpenAI has published for the model
 * (`Tool.process` of gpt-oss).
 * @param calls The calls that have no result yet; that of this one is taken out.
 */
function onChannelOfCall(message: MessageLike, calls: WrittenCall[]): MessageLike {
  if (message.role !== "tool") return message;
  const index = calls.findIndex(({ recipient }) => recipient === message.name);
  const [call] = index < 0 ? [] : calls.splice(index, 1);
  return call?.channel === undefined ? message : { ...message, channel: call.channel };
}

/**
 * What messages say to the user and to tools. A client may have changed a message, or mixed up whose tokens are whose: then
 * the gists differ. Thoughts do not count, since many clients drop them, nor does white space, which some trim.
 */
function gistOf(messages: readonly MessageLike[]): string {
  const gist = new Gist();
  for (const like of messages) {
    const message = new Message(like);
    const tool = calledToolOf(message);
    if (tool !== undefined) gist.addCall(tool.recipient, message.text);
    else if (message.channel !== "analysis") gist.addText(message.text);
  }
  return gist.toString();
}

/**
 * What a client was shown of a completion, and so can have sent back; `undefined` if the tokens would put more into the
 * prompt than messages of the assistant, since they come from a client.
 */
function gistOfTokens(
  tokens: readonly number[],
  encoding: HarmonyEncoding,
  toolNames: ToolNames,
  recovery: RecoveryOptions,
): string | undefined {
  const gist = new Gist();
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", ...recovery });
  const reader = new ReplyReader({ toolNames });
  for (const event of [...parser.push(tokens), ...parser.finish({ reason: "stop" })]) {
    if (event.type === "message-start" && event.role !== "assistant") return undefined;
    if (event.type === "diagnostic" && OUTSIDE.has(event.diagnostic.code)) return undefined;
    for (const shown of reader.read(event)) {
      if (shown.type !== "part-end" || shown.part.type === "reasoning") continue;
      const { tool } = shown.part;
      if (tool === undefined) gist.addText(shown.text);
      else gist.addCall(toolNames.recipientOf(tool.name, tool.namespace), shown.text);
    }
  }
  return gist.toString();
}

/** What stands in no message, and yet may be read as one. */
const OUTSIDE: ReadonlySet<DiagnosticCode> = new Set(["orphaned-output", "stray-text"]);

class Gist {
  #said = "";
  readonly #calls: (readonly [string, string])[] = [];

  addText(text: string): void {
    this.#said += text;
  }

  addCall(recipient: string, text: string): void {
    this.#calls.push([recipient, text.trim() === "" ? "{}" : withoutLayout(text)]);
  }

  toString(): string {
    return JSON.stringify([this.#said.replaceAll(/\s+/g, ""), this.#calls]);
  }
}

/** Arguments as any client prints them that has parsed them. */
function withoutLayout(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text.trim();
  }
}
