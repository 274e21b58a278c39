import type { ResponseOutputItem } from "./output-item.js";
import type { ResponseTool, ResponseToolChoice } from "./response-tool.js";

/** How many tokens a response took. */
export interface ResponseUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
}

/** Why a response has failed. */
export interface ResponseFailure {
  code: "server_error" | "rate_limit_exceeded" | "invalid_prompt";
  message: string;
}

/** How much the model is to reason, in OpenAI's words. */
export type ResponseReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/** The form of an answer. */
export type ResponseTextFormat =
  | { type: "text" }
  | { type: "json_object" }
  | {
      type: "json_schema";
      name: string;
      schema: { [key: string]: unknown };
      description?: string;
      strict?: boolean | null;
    };

/** What a response repeats of its request. */
export interface ResponseSettings {
  background: boolean;
  instructions: string | null;
  max_output_tokens: number | null;
  max_tool_calls: number | null;
  metadata: { [key: string]: string };
  model: string;
  parallel_tool_calls: boolean;
  previous_response_id: string | null;
  prompt_cache_key: string | null;
  reasoning: { effort: ResponseReasoningEffort | null; summary: "auto" | "concise" | "detailed" | null };
  safety_identifier: string | null;
  service_tier: null;
  temperature: number;
  text: { format: ResponseTextFormat; verbosity: "low" | "medium" | "high" };
  tool_choice: ResponseToolChoice;
  tools: ResponseTool[];
  top_logprobs: number;
  top_p: number;
  truncation: "disabled";
  user?: string;
}

/** A response, finished or not, as OpenAI's Responses API has it. */
export interface ResponseObject extends ResponseSettings {
  object: "response";
  id: string;
  access_programs: null;
  /** In seconds since 1970. */
  created_at: number;
  /** In seconds since 1970; `null` until it is complete. */
  completed_at: number | null;
  status: "in_progress" | "completed" | "incomplete" | "failed";
  error: ResponseFailure | null;
  /** Why the model was cut off. Without a reason, the program stopped it. */
  incomplete_details: { reason?: "max_output_tokens" | "content_filter" } | null;
  output: ResponseOutputItem[];
  /** The texts of all messages, joined. */
  output_text: string;
  /** Absent until the response has ended. */
  usage?: ResponseUsage;
}
