import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
  ChatMessage,
  ChatToolCall,
} from "../../src/chat-completions.js";

/**
 * The answer that a client puts together of chunks, by what OpenAI says of them and nothing else: texts are joined, calls
 * found by their index, and everything else is set.
 */
export function joinChunks(chunks: readonly ChatCompletionChunk[]): ChatCompletion {
  const [first] = chunks;
  const message: Record<string, unknown> = { role: undefined, content: "", refusal: null };
  let finishReason: ChatCompletion["choices"][number]["finish_reason"] | null = null;
  let index = 0;
  for (const { choices } of chunks) {
    for (const choice of choices) {
      index = choice.index;
      finishReason = choice.finish_reason ?? finishReason;
      addDelta(message, choice.delta);
    }
  }
  const hasCall = message.tool_calls !== undefined || message.function_call !== undefined;
  if (message.content === "" && hasCall) message.content = null;
  const usage = chunks.at(-1)!.usage;
  const { id, created, model } = first!;
  return {
    id,
    object: "chat.completion",
    created,
    model,
    choices: [{ index, message: message as unknown as ChatMessage, logprobs: null, finish_reason: finishReason! }],
    ...(usage === undefined || usage === null ? {} : { usage }),
  };
}

function addDelta(message: Record<string, unknown>, delta: ChatDelta): void {
  for (const [key, value] of Object.entries(delta)) {
    if (key === "tool_calls") {
      message[key] ??= [];
      const calls = message[key] as ChatToolCall[];
      for (const { index, ...rest } of value as NonNullable<ChatDelta["tool_calls"]>) {
        calls[index] = grown(calls[index], rest) as ChatToolCall;
      }
    } else if (["content", "reasoning", "reasoning_content", "function_call"].includes(key)) {
      message[key] = grown(message[key], value);
    } else {
      message[key] = value;
    }
  }
}

function grown(before: unknown, added: unknown): unknown {
  if (before === undefined) return structuredClone(added);
  if (typeof before === "string" && typeof added === "string") return before + added;
  const all: Record<string, unknown> = { ...(before as object) };
  for (const [key, value] of Object.entries(added as object)) all[key] = grown(all[key], value);
  return all;
}
