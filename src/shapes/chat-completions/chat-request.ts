import type { HarmonyRequest } from "../request.js";

/** A request of Chat Completions in Harmony's terms. */
export interface ChatCompletionRequest extends HarmonyRequest {
  /** The model that the client asks for. */
  readonly model: string;
  /** Whether the client wants chunks. */
  readonly stream: boolean;
  /** Whether the client wants a last chunk that says how many tokens it took. */
  readonly includeUsage: boolean;
  /** How many answers the client wants. The conversation is run once for each of them. */
  readonly n: number;
  /**
   * Whether the client has declared its tools as `functions`, as clients did before there were `tools`: then it expects a
   * `function_call` in place of `tool_calls`.
   */
  readonly usesFunctions: boolean;
}
