/** What a response consists of, as OpenAI's Responses API has it. An item can be sent back as it is, as input. */

/** Whether an item has ended, and whether the model was cut off in it. */
export type ResponseItemStatus = "in_progress" | "completed" | "incomplete";

/** A place of an answer that cites a page. */
export interface ResponseUrlCitation {
  type: "url_citation";
  url: string;
  title: string;
  /** Where the citation begins in the text, in UTF-16 units. */
  start_index: number;
  /** Where it ends, in UTF-16 units. */
  end_index: number;
}

/** A text for the user. */
export interface ResponseOutputText {
  type: "output_text";
  text: string;
  annotations: ResponseUrlCitation[];
  logprobs: never[];
}

/** What the model tells the user. */
export interface ResponseOutputMessage {
  type: "message";
  id: string;
  role: "assistant";
  status: ResponseItemStatus;
  /** `commentary` before calls of tools, `final_answer` for the answer. */
  phase: "commentary" | "final_answer";
  content: ResponseOutputText[];
}

/** A thought in full. */
export interface ResponseReasoningText {
  type: "reasoning_text";
  text: string;
}

/** A thought in full, where a client looks for a summary. */
export interface ResponseSummaryText {
  type: "summary_text";
  text: string;
}

/** What the model thinks, or the tokens of the whole response for the next request. */
export interface ResponseReasoningItem {
  type: "reasoning";
  id: string;
  status: ResponseItemStatus;
  /** The thought, in full, where it is to stand here. */
  summary: ResponseSummaryText[];
  content: ResponseReasoningText[];
  /** The tokens of the response, as the next request carries them. */
  encrypted_content?: string;
}

/** A call of a function. */
export interface ResponseFunctionCall {
  type: "function_call";
  id: string;
  call_id: string;
  name: string;
  namespace?: string;
  /** JSON, unless the model wrote something else. */
  arguments: string;
  status: ResponseItemStatus;
}

/** A call of a custom tool. */
export interface ResponseCustomToolCall {
  type: "custom_tool_call";
  id: string;
  call_id: string;
  name: string;
  namespace?: string;
  input: string;
  status: ResponseItemStatus;
}

/** A call of the browser. Its result is sent as a `function_call_output` whose `call_id` is the item's `id`. */
export interface ResponseWebSearchCall {
  type: "web_search_call";
  id: string;
  /** `failed` where the model was cut off in it: this type of item knows no other word. */
  status: "in_progress" | "completed" | "failed";
  action:
    | { type: "search"; query: string; queries: string[] }
    | { type: "open_page"; url: string | null }
    | { type: "find_in_page"; pattern: string; url: string };
  /** The arguments as the model wrote them: `action` has no place for the page and the line that it asks for. */
  arguments: string;
}

/** A call of Python. Its result is sent as the item's `outputs`, or as a `function_call_output` whose `call_id` is the item's `id`. */
export interface ResponseCodeInterpreterCall {
  type: "code_interpreter_call";
  id: string;
  status: ResponseItemStatus;
  code: string;
  container_id: string;
  outputs: null;
}

/** A call of the search among tools that the client has not declared yet. */
export interface ResponseToolSearchCall {
  type: "tool_search_call";
  id: string;
  call_id: string;
  execution: "client";
  /** The value of the arguments; the text of them where it is not JSON. */
  arguments: unknown;
  status: ResponseItemStatus;
}

/** A part of a response. */
export type ResponseOutputItem =
  | ResponseOutputMessage
  | ResponseReasoningItem
  | ResponseFunctionCall
  | ResponseCustomToolCall
  | ResponseWebSearchCall
  | ResponseCodeInterpreterCall
  | ResponseToolSearchCall;
