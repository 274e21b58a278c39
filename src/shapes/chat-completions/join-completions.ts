import type { ChatCompletion, ChatUsage } from "./completion.js";

/**
 * The answers to one request as one completion, for a request that asks for several: each was written by a writer of its own
 * index. The tokens of the prompt count once.
 * @throws TypeError if there is no answer.
 */
export function joinChatCompletions(completions: readonly ChatCompletion[]): ChatCompletion {
  const [first] = completions;
  if (first === undefined) throw new TypeError("there must be a completion to join");
  const usages = completions.map(({ usage }) => usage);
  const isKnown = usages.every((usage) => usage !== undefined);
  const { usage: _, ...rest } = first;
  return {
    ...rest,
    choices: completions.flatMap(({ choices }) => choices),
    ...(isKnown ? { usage: usages.reduce(sumOf) } : {}),
  };
}

function sumOf(a: ChatUsage, b: ChatUsage): ChatUsage {
  const completion_tokens = a.completion_tokens + b.completion_tokens;
  return {
    ...a,
    completion_tokens,
    total_tokens: a.prompt_tokens + completion_tokens,
    completion_tokens_details: {
      reasoning_tokens: a.completion_tokens_details.reasoning_tokens + b.completion_tokens_details.reasoning_tokens,
    },
  };
}
