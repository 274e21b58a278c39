import { ApiError } from "harmony-format/client";
import { fieldsOf } from "../../http/body.js";
import { newId } from "./response.js";

/** What the ids of items begin with, as OpenAI's do. */
const ID_PREFIXES: ReadonlyMap<unknown, string> = new Map([
  ["message", "msg_"],
  ["reasoning", "rs_"],
  ["function_call", "fc_"],
  ["function_call_output", "fco_"],
  ["custom_tool_call", "ctc_"],
  ["custom_tool_call_output", "ctco_"],
]);

/** Items without a status of their own. */
const WITHOUT_STATUS: readonly unknown[] = ["reasoning", "additional_tools", "item_reference"];

/**
 * The items of a request as they are kept, and as a client gets them back: each has an id, and the text of a message is a
 * list of parts.
 */
export function keptInput(items: readonly unknown[]): { input: object[]; given: string[] } {
  const given: string[] = [];
  const input = items.map((value) => {
    const item = fieldsOf(value);
    const type = item.type ?? "message";
    let { id } = item;
    if (typeof id !== "string" || id === "") {
      id = newId(ID_PREFIXES.get(type) ?? "item_");
      given.push(id as string);
    }
    const status = WITHOUT_STATUS.includes(type) ? {} : { status: item.status ?? "completed" };
    const kept = { ...item, type, id, ...status };
    return type === "message" ? { ...kept, content: partsOf(item) } : kept;
  });
  return { input, given };
}

function partsOf({ role, content }: Readonly<Record<string, unknown>>): unknown {
  if (role !== "assistant") return typeof content === "string" ? [{ type: "input_text", text: content }] : content;
  const parts: unknown[] = typeof content === "string" ? [{ type: "output_text", text: content }] : asList(content);
  return parts.map((part) => {
    const fields = fieldsOf(part);
    return fields.type === "refusal" ? fields : { annotations: [], logprobs: [], ...fields, type: "output_text" };
  });
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A page of a list, as OpenAI's API has it. */
export interface Page {
  readonly object: "list";
  readonly data: readonly object[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

/**
 * A page of items.
 * @param items In the order of the conversation; a page has the latest first, unless `order` is `asc`.
 * @throws ApiError for a `limit`, an `order` or an `after` that is not understood.
 */
export function pageOf(items: readonly object[], query: Readonly<Record<string, string>>): Page {
  const { limit = "20", order = "desc", after } = query;
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 100) {
    throw invalid("limit", `limit must be a number from 1 to 100, not ${JSON.stringify(limit)}`);
  }
  if (order !== "asc" && order !== "desc") {
    throw invalid("order", `order must be asc or desc, not ${JSON.stringify(order)}`);
  }
  const ordered = order === "asc" ? items : items.toReversed();
  const index = after === undefined ? -1 : ordered.findIndex((item) => idOf(item) === after);
  if (after !== undefined && index < 0) {
    throw invalid("after", `after names the item ${JSON.stringify(after)}, which is not in the list`);
  }
  const data = ordered.slice(index + 1, index + 1 + count);
  return {
    object: "list",
    data,
    first_id: idOf(data[0]),
    last_id: idOf(data.at(-1)),
    has_more: index + 1 + count < ordered.length,
  };
}

function idOf(item: object | undefined): string | null {
  const { id } = fieldsOf(item);
  return typeof id === "string" ? id : null;
}

function invalid(param: string, message: string): ApiError {
  return new ApiError(message, { param, code: "invalid_value" });
}
