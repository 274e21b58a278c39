import type { ChatMessage } from "harmony-format/chat-completions";
import { fieldsOf } from "../http/body.js";
import type { State } from "../state/state.js";
import type { ToolMemory } from "../tools/tool-memory.js";
import type { GatewayReply } from "./gateway-reply.js";
import type { Round, RoundPart } from "./round.js";

type Fields = Readonly<Record<string, unknown>>;

/** What is kept of an answer that calls tools of the client after the gateway has answered others. */
interface KeptRounds {
  /** What the client was shown. */
  readonly content: string;
  readonly callIds: readonly string[];
  /** The messages that stand in its place for the model. */
  readonly messages: readonly Fields[];
}

/**
 * Keeps what the client was not shown of an answer, by the first call that it was shown. The result of that call brings the
 * conversation back in the midst of the model's turn, when it still has to see what it did before.
 */
export async function keepRounds(reply: GatewayReply, message: ChatMessage, state: State): Promise<void> {
  const callIds = (message.tool_calls ?? []).map(({ id }) => id);
  const [first] = callIds;
  const isHiding = reply.rounds.some(({ parts }) => parts.some(({ result }) => result !== undefined));
  if (first === undefined || !isHiding) return;
  const kept: KeptRounds = { content: message.content ?? "", callIds, messages: reply.rounds.flatMap(messagesOf) };
  await state.set(roundsKey(first), kept);
}

/** The messages of a request, those answers replaced of which the client was shown a part. One that it has changed stays. */
export async function withKeptRounds(messages: readonly unknown[], state: State): Promise<unknown[]> {
  const restored = await Promise.all(
    messages.map(async (message) => {
      const { tool_calls: calls, content } = fieldsOf(message);
      const id = Array.isArray(calls) ? fieldsOf(calls[0]).id : undefined;
      const kept = typeof id === "string" ? ((await state.get(roundsKey(id))) as KeptRounds | undefined) : undefined;
      if (kept === undefined || !Array.isArray(calls)) return [message];
      const byId = new Map(calls.map((call) => [fieldsOf(call).id, call]));
      const isSame = textOf(content) === kept.content && kept.callIds.join() === [...byId.keys()].join();
      return isSame ? kept.messages.map((each) => withCalls(each, byId)) : [message];
    }),
  );
  return restored.flat();
}

/** Keeps what the tools remember, for the request that goes on from this answer. */
export async function keepMemory(
  reply: GatewayReply,
  messages: readonly unknown[],
  answer: ChatMessage,
  state: State,
): Promise<void> {
  const memory = reply.toolbox.remembered();
  if (memory === undefined) return;
  // Somebody else may have said the very same: pages are there for all, what programs have defined is not. The id of a call
  // that was made here is known to nobody else.
  const isOurs = (answer.tool_calls ?? []).length > 0;
  await state.set(await memoryKey([...messages, answer]), isOurs ? memory : { pages: memory.pages });
}

/** What the tools remember of a conversation: it is known by all that was said up to the last answer. */
export async function keptMemory(messages: readonly unknown[], state: State): Promise<ToolMemory | undefined> {
  const last = messages.findLastIndex((message) => fieldsOf(message).role === "assistant");
  if (last < 0) return undefined;
  const memory = await state.get(await memoryKey(messages.slice(0, last + 1)));
  return memory === undefined ? undefined : fieldsOf(memory);
}

/** A round as messages of a request: what the model wrote, and the answers that it was given. */
function messagesOf({ parts, carriedTokens }: Round): Fields[] {
  const textsOf = (...types: readonly string[]): string =>
    parts.flatMap(({ part, text }) => (types.includes(part.type) ? text : [])).join("\n\n");
  const calls = parts.filter(({ part }) => part.type === "call").map(callOf);
  const message = {
    role: "assistant",
    content: textsOf("preamble", "answer"),
    reasoning_content: textsOf("reasoning"),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(carriedTokens === undefined ? {} : { harmony_tokens: carriedTokens }),
  };
  const results = parts.flatMap(({ part, result }) =>
    result === undefined ? [] : { role: "tool", tool_call_id: part.callId, content: result },
  );
  return [message, ...results];
}

function callOf({ part, text }: RoundPart): Fields {
  const { tool, callId: id } = part;
  const namespace = tool?.namespace === undefined ? {} : { namespace: tool.namespace };
  const names = { name: tool?.name, ...namespace };
  if (tool?.type === "custom") return { id, type: "custom", custom: { ...names, input: text } };
  return { id, type: "function", function: { ...names, arguments: text } };
}

/** A message with the calls as the client has sent them back. */
function withCalls(message: Fields, byId: ReadonlyMap<unknown, unknown>): Fields {
  const { tool_calls: calls } = message;
  if (!Array.isArray(calls)) return message;
  return { ...message, tool_calls: calls.map((call) => byId.get(fieldsOf(call).id) ?? call) };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => fieldsOf(part).text ?? "").join("");
}

function roundsKey(callId: string): string {
  return `rounds:${callId}`;
}

async function memoryKey(messages: readonly unknown[]): Promise<string> {
  const said = messages.map((message) => {
    const { role, content, tool_calls: calls, tool_call_id } = fieldsOf(message);
    const ids = Array.isArray(calls) ? calls.map((call) => fieldsOf(call).id) : [];
    return [role, textOf(content), ids, tool_call_id];
  });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(said)));
  return `memory:${Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
