import type { BuiltInTool, HarmonyRequest, ReadRequestOptions } from "../request.js";
import type { ItemStore } from "./resolve-items.js";
import type { ResponseSettings } from "./response-object.js";

/** How a request of the Responses API is read. */
export interface ReadResponseOptions extends ReadRequestOptions, ItemStore {
  /**
   * The tools that the model was trained with and your program runs: `browser` for `web_search`, `python` for
   * `code_interpreter`. A request that declares such a tool is otherwise one with something unsupported. Default: none.
   */
  readonly builtInTools?: readonly BuiltInTool[] | undefined;
}

/** A request of the Responses API in Harmony's terms. */
export interface ResponseRequest extends HarmonyRequest {
  readonly model: string;
  /** Whether the client wants events. */
  readonly stream: boolean;
  /** Whether the response shall carry the tokens that the model wrote, for the next request. */
  readonly includesTokens: boolean;
  /** The full name of the search among tools, if the request has one: a call of it is an item of its own type. */
  readonly toolSearch?: string | undefined;
  /** All items that the conversation was made from, those before the previous response included: what a store keeps. */
  readonly items: readonly unknown[];
  /** What the response repeats of the request. */
  readonly settings: ResponseSettings;
}

/**
 * The fields of a request, for a program that writes one: that of the official client fits. What the items, tools and
 * objects hold is checked when the request is read.
 */
export interface ResponseCreateBody {
  readonly model?: string;
  readonly input?: string | readonly object[];
  readonly instructions?: string | null;
  readonly previous_response_id?: string | null;
  readonly tools?: readonly object[];
  readonly tool_choice?: string | object;
  readonly parallel_tool_calls?: boolean | null;
  readonly reasoning?: object | null;
  readonly text?: object;
  readonly include?: readonly string[] | null;
  readonly max_output_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
  readonly store?: boolean | null;
  readonly stream?: boolean | null;
  readonly user?: string;
}
