/**
 * What Chat Completions answers, in the names of OpenAI's API. The fields that are not OpenAI's are those that servers of
 * open models have added, `reasoning_content` and `reasoning`, and those that begin with `harmony_`.
 */

/** Why an answer has ended. */
export type ChatFinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

/** The answer to a request. */
export interface ChatCompletion {
  id: string;
  object: "chat.completion";
  /** When it was made, in seconds since 1970. */
  created: number;
  model: string;
  choices: ChatChoice[];
  usage?: ChatUsage;
}

/** One of the answers that a request asks for. */
export interface ChatChoice {
  index: number;
  message: ChatMessage;
  logprobs: null;
  finish_reason: ChatFinishReason;
}

/** A message of the model. It can be sent back as it is. */
export interface ChatMessage extends HarmonyFields {
  role: "assistant";
  /** What it tells the user; `null` if it calls a tool and says nothing. */
  content: string | null;
  refusal: null;
  /** Its calls, of tools that the request declares and of any others. */
  tool_calls?: ChatToolCall[];
  /** Its call, for a request that declares its tools as `functions`. */
  function_call?: { name: string; arguments: string };
}

/** The fields of a message, and of the deltas of chunks, that OpenAI's API does not have. */
export interface HarmonyFields {
  /** What the model thought. */
  reasoning_content?: string;
  /** The same, by the name that other servers have for it. */
  reasoning?: string;
  /** The tokens of the completion. A message that is sent back with them stands in the prompt as the model wrote it. */
  harmony_tokens?: string;
  /** Where the completion departs from the format. */
  harmony_diagnostics?: readonly ChatDiagnostic[];
}

/** A departure from the format, as `docs/diagnostics.md` describes it. */
export interface ChatDiagnostic {
  readonly code: string;
  readonly message: string;
  readonly text: string;
}

/** A call of a tool. */
export type ChatToolCall = ChatFunctionCall | ChatCustomCall;

/** A call of a function. The arguments are as the model wrote them: usually JSON, for `python` a program. */
export interface ChatFunctionCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string; namespace?: string };
}

/** A call of a custom tool. */
export interface ChatCustomCall {
  id: string;
  type: "custom";
  custom: { name: string; input: string; namespace?: string };
}

/** How many tokens an answer took. */
export interface ChatUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
}

/** A piece of an answer. */
export interface ChatCompletionChunk {
  /** The same for all pieces of an answer. */
  id: string;
  object: "chat.completion.chunk";
  created: number;
  model: string;
  /** One, or none in the last chunk, which has the usage. */
  choices: ChatChunkChoice[];
  /** `null` in all chunks but the last, and absent where the request does not ask for it. */
  usage?: ChatUsage | null;
}

/** What a chunk adds to one of the answers. */
export interface ChatChunkChoice {
  index: number;
  delta: ChatDelta;
  logprobs: null;
  /** Set in the last chunk of the answer. */
  finish_reason: ChatFinishReason | null;
}

/** What a chunk adds to a message. */
export interface ChatDelta extends HarmonyFields {
  role?: "assistant";
  content?: string;
  tool_calls?: ChatToolCallDelta[];
  function_call?: { name?: string; arguments?: string };
}

/** What a chunk adds to a call: first the id and the name, then the arguments in pieces. */
export interface ChatToolCallDelta {
  /** Which of the message's calls it is. */
  index: number;
  id?: string;
  /**
   * `"custom"` for a custom call, which the published type of a chunk does not know: it has `custom` in place of `function`
   * all the same, and so have OpenAI's own chunks.
   */
  type?: "function";
  function?: { name?: string; arguments?: string; namespace?: string };
  custom?: { name?: string; input?: string; namespace?: string };
}
