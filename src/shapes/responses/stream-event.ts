import type {
  ResponseOutputItem,
  ResponseOutputText,
  ResponseReasoningText,
  ResponseSummaryText,
  ResponseUrlCitation,
} from "./output-item.js";
import type { ResponseObject } from "./response-object.js";

/** What all events have. */
interface Numbered<Type extends string> {
  type: Type;
  /** Counts the events of a response, from 0. */
  sequence_number: number;
}

/** An event of an item. */
interface OfItem<Type extends string> extends Numbered<Type> {
  item_id: string;
  /** The place of the item in `output`. */
  output_index: number;
}

/** An event of a part of an item's content. */
interface OfContent<Type extends string> extends OfItem<Type> {
  /** The place of the part in `content`: always 0, since an item has one part. */
  content_index: number;
}

/** An event about the response as a whole, with the response as it is by then. */
export interface ResponseLifecycleEvent<Type extends string> extends Numbered<Type> {
  response: ResponseObject;
}

/** An item has begun, or has ended. */
export interface ResponseItemEvent<Type extends string> extends Numbered<Type> {
  output_index: number;
  item: ResponseOutputItem;
}

/** A part of an item's content has begun, or has ended. */
export interface ResponseContentPartEvent<Type extends string> extends OfContent<Type> {
  part: ResponseOutputText | ResponseReasoningText;
}

/** The next piece of a text for the user. */
export interface ResponseTextDeltaEvent extends OfContent<"response.output_text.delta"> {
  delta: string;
  logprobs: never[];
}

/** A text for the user, whole. */
export interface ResponseTextDoneEvent extends OfContent<"response.output_text.done"> {
  text: string;
  logprobs: never[];
}

/** A citation in a text for the user. */
export interface ResponseAnnotationEvent extends OfContent<"response.output_text.annotation.added"> {
  annotation_index: number;
  annotation: ResponseUrlCitation;
}

/** The next piece of a thought. */
export interface ResponseReasoningDeltaEvent extends OfContent<"response.reasoning_text.delta"> {
  delta: string;
}

/** A thought, whole. */
export interface ResponseReasoningDoneEvent extends OfContent<"response.reasoning_text.done"> {
  text: string;
}

/** An event of a part of an item's summary. */
interface OfSummary<Type extends string> extends OfItem<Type> {
  /** The place of the part in `summary`: always 0. */
  summary_index: number;
}

/** A part of an item's summary has begun, or has ended. */
export interface ResponseSummaryPartEvent<Type extends string> extends OfSummary<Type> {
  part: ResponseSummaryText;
}

/** The next piece of a thought that stands in the summary. */
export interface ResponseSummaryDeltaEvent extends OfSummary<"response.reasoning_summary_text.delta"> {
  delta: string;
}

/** A thought that stands in the summary, whole. */
export interface ResponseSummaryDoneEvent extends OfSummary<"response.reasoning_summary_text.done"> {
  text: string;
}

/** The next piece of what a tool is called with. */
export interface ResponseCallDeltaEvent<Type extends string> extends OfItem<Type> {
  delta: string;
}

/** The arguments of a function, whole. */
export interface ResponseFunctionCallDoneEvent extends OfItem<"response.function_call_arguments.done"> {
  name: string;
  arguments: string;
}

/** The input of a custom tool, whole. */
export interface ResponseCustomToolCallDoneEvent extends OfItem<"response.custom_tool_call_input.done"> {
  input: string;
}

/** The code for Python, whole. */
export interface ResponseCodeDoneEvent extends OfItem<"response.code_interpreter_call_code.done"> {
  code: string;
}

/** How far a call of a built-in tool is. */
export type ResponseBuiltInCallEvent<Type extends string> = OfItem<Type>;

/** A server-sent event of a response. */
export type ResponseStreamEvent =
  | ResponseLifecycleEvent<"response.created">
  | ResponseLifecycleEvent<"response.in_progress">
  | ResponseLifecycleEvent<"response.completed">
  | ResponseLifecycleEvent<"response.incomplete">
  | ResponseLifecycleEvent<"response.failed">
  | ResponseItemEvent<"response.output_item.added">
  | ResponseItemEvent<"response.output_item.done">
  | ResponseContentPartEvent<"response.content_part.added">
  | ResponseContentPartEvent<"response.content_part.done">
  | ResponseTextDeltaEvent
  | ResponseTextDoneEvent
  | ResponseAnnotationEvent
  | ResponseReasoningDeltaEvent
  | ResponseReasoningDoneEvent
  | ResponseSummaryPartEvent<"response.reasoning_summary_part.added">
  | ResponseSummaryPartEvent<"response.reasoning_summary_part.done">
  | ResponseSummaryDeltaEvent
  | ResponseSummaryDoneEvent
  | ResponseCallDeltaEvent<"response.function_call_arguments.delta">
  | ResponseCallDeltaEvent<"response.custom_tool_call_input.delta">
  | ResponseCallDeltaEvent<"response.code_interpreter_call_code.delta">
  | ResponseFunctionCallDoneEvent
  | ResponseCustomToolCallDoneEvent
  | ResponseCodeDoneEvent
  | ResponseBuiltInCallEvent<"response.web_search_call.in_progress">
  | ResponseBuiltInCallEvent<"response.web_search_call.searching">
  | ResponseBuiltInCallEvent<"response.web_search_call.completed">
  | ResponseBuiltInCallEvent<"response.code_interpreter_call.in_progress">
  | ResponseBuiltInCallEvent<"response.code_interpreter_call.interpreting">
  | ResponseBuiltInCallEvent<"response.code_interpreter_call.completed">;
