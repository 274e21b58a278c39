import type { ResponseOutputItem } from "harmony-format/responses";
import { fieldsOf } from "../../http/body.js";
import type { State } from "../../state/state.js";

/** The types of items that the model writes. */
const WRITTEN: readonly unknown[] = ["reasoning", "function_call", "custom_tool_call"];

/**
 * The tokens of a response that calls a tool, by the id of its first call: for clients that send back the call itself, in
 * place of the id of the response, and leave out what the model thought.
 */
export function callTokens(output: readonly ResponseOutputItem[], tokens: string | undefined): Map<string, string> {
  const call = output.find(isCall);
  return new Map(call === undefined || tokens === undefined ? [] : [[keyOf(call.call_id), tokens]]);
}

/** What `callTokens` keeps of a response, by its keys: for one that is to be forgotten. */
export function callTokensKeys(output: readonly ResponseOutputItem[]): string[] {
  return output.filter(isCall).map((item) => keyOf(item.call_id));
}

/** An input, with the tokens of the calls in it that come without them. */
export async function withCallTokens(input: readonly unknown[], state: State): Promise<unknown[]> {
  const runs = runsOf(input);
  const tokens = await state.getMany(runs.map(({ callId }) => keyOf(callId)));
  const behind = new Map(runs.map(({ end }, index) => [end, tokens[index]]));
  return input.flatMap((item, index) => {
    const encrypted_content = behind.get(index);
    if (typeof encrypted_content !== "string") return [item];
    return [item, { type: "reasoning", summary: [], content: [], encrypted_content, hidden: true }];
  });
}

/** Items that the model wrote in one go, up to its calls, where none of them carries the tokens. */
function runsOf(input: readonly unknown[]): { readonly callId: string; readonly end: number }[] {
  const runs: { callId: string; end: number }[] = [];
  let run: { callId: string | undefined; end: number; hasTokens: boolean } | undefined;
  for (const [index, value] of [...input, undefined].entries()) {
    const item = fieldsOf(value);
    const isWritten = WRITTEN.includes(item.type) || item.role === "assistant";
    if (!isWritten) {
      if (run?.callId !== undefined && !run.hasTokens) runs.push({ callId: run.callId, end: run.end });
      run = undefined;
      continue;
    }
    run ??= { callId: undefined, end: index, hasTokens: false };
    run.end = index;
    if (typeof item.encrypted_content === "string") run.hasTokens = true;
    if (typeof item.call_id === "string") run.callId ??= item.call_id;
  }
  return runs;
}

function isCall(item: ResponseOutputItem): item is Extract<ResponseOutputItem, { call_id: string }> {
  return item.type === "function_call" || item.type === "custom_tool_call";
}

function keyOf(callId: string): string {
  return `tokens:${callId}`;
}
