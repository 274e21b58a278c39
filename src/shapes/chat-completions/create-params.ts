/**
 * What a client sends to Chat Completions, for programs that are written in TypeScript; `readChatCompletionRequest` itself
 * takes anything, and checks it. The official client's own types are assignable to these. The fields at the end of each
 * type are not OpenAI's.
 */
export interface ChatCompletionCreateParams {
  model: string;
  messages: ChatMessageParam[];
  tools?: ChatToolParam[] | null;
  tool_choice?: ChatToolChoiceParam | null;
  parallel_tool_calls?: boolean | null;
  response_format?: ChatResponseFormatParam | null;
  reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
  max_completion_tokens?: number | null;
  max_tokens?: number | null;
  stop?: string | string[] | null;
  temperature?: number | null;
  top_p?: number | null;
  seed?: number | null;
  frequency_penalty?: number | null;
  presence_penalty?: number | null;
  /** By token id. */
  logit_bias?: { [token: string]: number } | null;
  n?: number | null;
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean; include_obfuscation?: boolean } | null;
  /** What clients sent before there were `tools`. */
  functions?: ChatFunctionParam[];
  /** What clients sent before there was `tool_choice`. */
  function_call?: "none" | "auto" | { name: string };
  top_k?: number | null;
  min_p?: number | null;
  repetition_penalty?: number | null;
  /** Whether the model goes on with the last message, which is its own. */
  continue_final_message?: boolean | null;
}

/** A message of a request. */
export type ChatMessageParam =
  | { role: "system" | "developer"; content: string | ChatTextPartParam[]; name?: string }
  | { role: "user"; content: string | ChatPartParam[]; name?: string }
  | ChatAssistantMessageParam
  | { role: "tool"; content: string | ChatTextPartParam[]; tool_call_id: string }
  | { role: "function"; content: string | null; name: string };

/** A message of the model; one of its own answers is such a message. */
export interface ChatAssistantMessageParam {
  role: "assistant";
  content?: string | (ChatTextPartParam | { type: "refusal"; refusal: string })[] | null;
  refusal?: string | null;
  name?: string;
  tool_calls?: ChatToolCallParam[];
  function_call?: { name: string; arguments: string } | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  harmony_tokens?: string | null;
}

/** A part of a message. */
export type ChatPartParam = ChatTextPartParam | { type: "image_url" | "input_audio" | "file" };

/** A part of a message that is text. */
export interface ChatTextPartParam {
  type: "text";
  text: string;
}

/** A call in a message of the model. */
export type ChatToolCallParam =
  | { id: string; type: "function"; function: { name: string; arguments: string; namespace?: string } }
  | { id: string; type: "custom"; custom: { name: string; input: string; namespace?: string } };

/** A function that a request declares. */
export interface ChatFunctionParam {
  name: string;
  description?: string;
  /** The JSON schema of the arguments. */
  parameters?: { [key: string]: unknown };
  strict?: boolean | null;
}

/** A tool that a request declares. */
export type ChatToolParam =
  | { type: "function"; function: ChatFunctionParam }
  | { type: "custom"; custom: { name: string; description?: string; format?: ChatCustomFormatParam } };

/** What a custom tool takes. */
export type ChatCustomFormatParam =
  | { type: "text" }
  | { type: "grammar"; grammar: { syntax: "lark" | "regex"; definition: string } };

/** Which tools the model may or must call. */
export type ChatToolChoiceParam =
  | "none"
  | "auto"
  | "required"
  | { type: "function"; function: { name: string } }
  | { type: "custom"; custom: { name: string } }
  | { type: "allowed_tools"; allowed_tools: { mode: "auto" | "required"; tools: { [key: string]: unknown }[] } };

/** The form of the answer. */
export type ChatResponseFormatParam =
  | { type: "text" }
  | { type: "json_object" }
  | {
      type: "json_schema";
      json_schema: {
        name: string;
        description?: string;
        schema?: { [key: string]: unknown };
        strict?: boolean | null;
      };
    };
