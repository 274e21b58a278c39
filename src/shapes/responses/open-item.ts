import type { ReplyPart } from "../reply.js";
import type {
  ResponseItemStatus,
  ResponseOutputItem,
  ResponseOutputText,
  ResponseUrlCitation,
  ResponseWebSearchCall,
} from "./output-item.js";

/** The type of an item that a part becomes. */
export type ItemType = ResponseOutputItem["type"];

/** What the ids of items begin with, as OpenAI's do. */
export const ID_PREFIXES: Readonly<Record<ItemType, string>> = {
  message: "msg_",
  reasoning: "rs_",
  function_call: "fc_",
  custom_tool_call: "ctc_",
  web_search_call: "ws_",
  code_interpreter_call: "ci_",
  tool_search_call: "tsc_",
};

/** An item that is being written. */
export interface OpenItem {
  readonly part: ReplyPart;
  readonly type: ItemType;
  readonly id: string;
  /** Its place in `output`. */
  readonly index: number;
  /** Whether its text stands in the summary. */
  readonly isSummary: boolean;
  text: string;
  readonly annotations: ResponseUrlCitation[];
}

/** @param toolSearch The full name of the search among tools. */
export function itemTypeOf({ type, tool }: ReplyPart, toolSearch: string | undefined): ItemType {
  if (type === "reasoning") return type;
  if (type !== "call" || tool === undefined) return "message";
  if (tool.type === "built-in") return tool.recipient === "python" ? "code_interpreter_call" : "web_search_call";
  if (tool.recipient === toolSearch) return "tool_search_call";
  return tool.type === "custom" ? "custom_tool_call" : "function_call";
}

/** A text for the user, as far as it has come. */
export function textContent({ text, annotations }: Pick<OpenItem, "text" | "annotations">): ResponseOutputText {
  return { type: "output_text", text, annotations: annotations.map((annotation) => ({ ...annotation })), logprobs: [] };
}

/**
 * An item as it is at the moment.
 * @param hasContent Whether the part of its content is there, which an event of its own brings.
 */
export function itemOf(open: OpenItem, status: ResponseItemStatus, hasContent = true): ResponseOutputItem {
  const { part, type, id, text } = open;
  const call_id = part.callId ?? id;
  const { name = "", namespace } = part.tool ?? {};
  const called = { call_id, name, ...(namespace === undefined ? {} : { namespace }) };
  switch (type) {
    case "message":
      return {
        type,
        id,
        status,
        role: "assistant",
        phase: part.type === "preamble" ? "commentary" : "final_answer",
        content: hasContent ? [textContent(open)] : [],
      };
    case "reasoning":
      return {
        type,
        id,
        status,
        summary: hasContent && open.isSummary ? [{ type: "summary_text", text }] : [],
        content: hasContent && !open.isSummary ? [{ type: "reasoning_text", text }] : [],
      };
    case "function_call":
      return { type, id, status, ...called, arguments: text };
    case "custom_tool_call":
      return { type, id, status, ...called, input: text };
    case "web_search_call":
      return {
        type,
        id,
        status: status === "incomplete" ? "failed" : status,
        action: actionOf(part.tool?.recipient, text),
        arguments: text,
      };
    case "code_interpreter_call":
      return { type, id, status, code: text, container_id: "python", outputs: null };
    case "tool_search_call":
      return { type, id, status, call_id, execution: "client", arguments: jsonOf(text) };
  }
}

/** What the browser is asked for, in OpenAI's words. A model may write anything; what is not there is empty. */
function actionOf(recipient: string | undefined, text: string): ResponseWebSearchCall["action"] {
  const value = jsonOf(text);
  const args: Readonly<Record<string, unknown>> = typeof value === "object" && value !== null ? { ...value } : {};
  const textOf = (key: string): string => (typeof args[key] === "string" ? args[key] : "");
  if (recipient === "browser.open") return { type: "open_page", url: textOf("id") === "" ? null : textOf("id") };
  if (recipient === "browser.find") return { type: "find_in_page", pattern: textOf("pattern"), url: "" };
  const query = textOf("query");
  return { type: "search", query, queries: query === "" ? [] : [query] };
}

/** The value of JSON; a text that is not JSON as it is. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
