import type { ResponseOutputItem } from "harmony-format/responses";
import { fieldsOf } from "../http/body.js";
import type { State } from "../state/state.js";
import type { ToolMemory } from "../tools/tool-memory.js";
import type { GatewayReply } from "./gateway-reply.js";
import type { RoundPart } from "./round.js";

/**
 * An item that the gateway keeps for the model and the client is not shown, marked by `hidden`: what a tool of the gateway
 * has answered, a call that has no item of its own, the tokens of a round.
 */
export interface HiddenItem {
  readonly type: string;
  readonly hidden: true;
  readonly [field: string]: unknown;
}

/** Whether an item is one that the client is not shown. */
export function isHidden(item: unknown): boolean {
  return fieldsOf(item).hidden === true;
}

/** What is kept of a call that the gateway has answered, by the id of its item. */
interface KeptCall {
  readonly output: string;
  /** The ids of the items of its round: what the model wrote in one go. */
  readonly round: readonly string[];
  readonly tokens: string | undefined;
}

/**
 * All that the model has to see again of a response: its output, and in between what the client was not shown. A next
 * request that goes on from it is read from these items.
 *
 * @param output The items of the response, as the writer has them when it has ended.
 */
export function itemsToKeep(
  { rounds }: Pick<GatewayReply, "rounds">,
  output: readonly ResponseOutputItem[],
): unknown[] {
  const items: unknown[] = [];
  const shownCount = rounds.reduce(
    (sum, { parts }) => sum + parts.filter(({ shownAs }) => shownAs !== undefined).length,
    0,
  );
  // Behind the parts, the writer may have put the tokens of the last round.
  const rest = output.slice(shownCount);
  for (const [index, { parts, carriedTokens }] of rounds.entries()) {
    for (const part of parts) items.push(shownItem(part, output) ?? hiddenCall(part));
    const isLast = index === rounds.length - 1;
    if (isLast) items.push(...rest);
    if (carriedTokens !== undefined && !(isLast && rest.length > 0)) items.push(tokensItem(carriedTokens));
    for (const part of parts) {
      if (part.result === undefined) continue;
      items.push(outputItem(shownItem(part, output)?.id ?? part.part.callId ?? "", part.result));
    }
  }
  return items;
}

/**
 * Keeps what the gateway has answered to the calls of a response, by the ids of their items: a client that sends the items
 * back, in place of the id of the response, has no results to send with them.
 */
export async function keepCalls(
  reply: GatewayReply,
  output: readonly ResponseOutputItem[],
  state: State,
): Promise<void> {
  const writes: Promise<void>[] = [];
  let last: string | undefined;
  for (const { parts, carriedTokens } of reply.rounds) {
    const round = parts.flatMap((part) => shownItem(part, output)?.id ?? []);
    for (const part of parts) {
      const id = shownItem(part, output)?.id;
      if (id === undefined || part.result === undefined) continue;
      last = id;
      const kept: KeptCall = { output: part.result, round, tokens: carriedTokens };
      writes.push(state.set(callKey(id), kept));
    }
  }
  const memory = reply.toolbox.remembered();
  if (last !== undefined && memory !== undefined) writes.push(state.set(memoryKey(last), memory));
  await Promise.all(writes);
}

/** What is kept of the calls of a response, by its keys: for a response that is to be forgotten. */
export function callKeys(output: readonly ResponseOutputItem[]): string[] {
  return output.flatMap((item) => (builtInCallId(item) === undefined ? [] : [callKey(item.id), memoryKey(item.id)]));
}

/** The items of an input, with what the gateway has answered to the calls among them that have no result. */
export async function withKeptCalls(input: unknown, state: State): Promise<unknown> {
  if (!Array.isArray(input)) return input;
  const answered = new Set(
    input.map((item) => fieldsOf(item)).flatMap(({ call_id, output }) => (output === undefined ? [] : call_id)),
  );
  const kept = await Promise.all(
    input.map(async (item) => {
      const id = builtInCallId(item);
      return id === undefined || answered.has(id) ? undefined : keptCallOf(await state.get(callKey(id)));
    }),
  );
  const items: unknown[] = [];
  // The results stand behind the round that made the calls, since they end it.
  let pending:
    | { readonly round: readonly string[]; readonly tokens: string | undefined; readonly outputs: HiddenItem[] }
    | undefined;
  const flush = (): void => {
    if (pending === undefined) return;
    if (pending.tokens !== undefined) items.push(tokensItem(pending.tokens));
    items.push(...pending.outputs);
    pending = undefined;
  };
  for (const [index, item] of input.entries()) {
    const { id } = fieldsOf(item);
    if (pending !== undefined && !pending.round.includes(id as string)) flush();
    items.push(item);
    const call = kept[index];
    if (call === undefined) continue;
    pending ??= { round: call.round, tokens: call.tokens, outputs: [] };
    pending.outputs.push(outputItem(id as string, call.output));
  }
  flush();
  return items;
}

/** What the tools remember of a conversation, by the last call in it that a tool of the gateway has answered. */
export async function keptMemory(items: readonly unknown[], state: State): Promise<ToolMemory | undefined> {
  for (const item of items.toReversed()) {
    const id = builtInCallId(item);
    if (id === undefined) continue;
    const memory = await state.get(memoryKey(id));
    if (memory !== undefined) return fieldsOf(memory);
  }
  return undefined;
}

function keptCallOf(value: unknown): KeptCall | undefined {
  return value === undefined ? undefined : (value as KeptCall);
}

/** The id of an item that is a call of a tool that the model was trained with. */
function builtInCallId(item: unknown): string | undefined {
  const { type, id } = fieldsOf(item);
  const isCall = type === "web_search_call" || type === "code_interpreter_call";
  return isCall && typeof id === "string" ? id : undefined;
}

function shownItem({ shownAs }: RoundPart, output: readonly ResponseOutputItem[]): ResponseOutputItem | undefined {
  return shownAs === undefined ? undefined : output[shownAs];
}

function hiddenCall({ part, text }: RoundPart): HiddenItem {
  const { tool, callId } = part;
  const namespace = tool?.namespace === undefined ? {} : { namespace: tool.namespace };
  return { type: "function_call", call_id: callId, name: tool?.name, ...namespace, arguments: text, hidden: true };
}

function outputItem(callId: string, output: string): HiddenItem {
  return { type: "function_call_output", call_id: callId, output, hidden: true };
}

function tokensItem(tokens: string): HiddenItem {
  return { type: "reasoning", summary: [], content: [], encrypted_content: tokens, hidden: true };
}

function callKey(itemId: string): string {
  return `call:${itemId}`;
}

function memoryKey(itemId: string): string {
  return `memory:${itemId}`;
}
