import { ApiError } from "harmony-format/client";
import { fieldsOf } from "../../http/body.js";
import { type ReadResponse, readResponse } from "../../reply/read-response.js";
import type { Settings } from "../../settings/options.js";
import { withModel } from "../models.js";
import { withCallTokens } from "./call-tokens.js";
import { keptInput } from "./input-items.js";
import type { ResponseRecord, ResponseStore } from "./response-store.js";

/** A request for a response, with what it goes on from. */
export interface CreateRequest extends ReadResponse {
  /** The items of the request itself, each with an id. */
  readonly input: readonly object[];
  /** The ids of those of them that came without one. */
  readonly given: readonly string[];
  /** The responses before it, the first of the conversation first. */
  readonly ancestors: readonly string[];
  readonly isStored: boolean;
  readonly isBackground: boolean;
}

/**
 * Reads the body of a request for a response.
 * @param find What is known of a response now.
 * @throws ApiError for what is malformed, not supported or not known; StateError if the state cannot be reached.
 */
export async function readCreate(
  body: unknown,
  settings: Settings,
  store: ResponseStore,
  find: (id: string) => Promise<ResponseRecord | undefined>,
): Promise<CreateRequest> {
  const { background, ...rest }: Record<string, unknown> = fieldsOf(body);
  const isStored = flagOf(rest.store, "store") ?? true;
  const isBackground = flagOf(background, "background") ?? false;
  if (isBackground && !isStored) {
    throw new ApiError("a response in the background must be stored, so that it can be retrieved; leave `store` out", {
      param: "background",
      code: "invalid_value",
    });
  }
  const { previous_response_id: id, input } = rest;
  const referenced = Array.isArray(input) ? referencedIn(input) : [];
  // The engine shall not work for a response that cannot be kept.
  if (isStored && typeof id !== "string" && referenced.length === 0) await settings.state.check();
  const previous = typeof id === "string" ? await find(id) : undefined;
  const conversation = previous === undefined ? undefined : await store.conversation(previous);
  const items = await store.items(referenced);
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  if (Array.isArray(input)) rest.input = await withCallTokens(input, settings.state);
  const read = await readResponse(withModel(isObject ? rest : body, settings), settings, {
    resolvePrevious: () => conversation?.items,
    resolveItem: (itemId) => items.get(itemId),
  });
  return {
    ...read,
    ...keptInput(read.request.items.slice(conversation?.items.length ?? 0)),
    ancestors: conversation?.ancestors ?? [],
    isStored,
    isBackground,
  };
}

/** The ids of items that an input only names. */
function referencedIn(input: readonly unknown[]): string[] {
  const ids: string[] = [];
  for (const item of input) {
    const { type, id, role } = fieldsOf(item);
    const isReference = type === "item_reference" || (type === undefined && role === undefined);
    if (isReference && typeof id === "string") ids.push(id);
  }
  return ids;
}

/** @throws ApiError for what is neither `true` nor `false`. */
function flagOf(value: unknown, param: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  throw new ApiError(`${param} must be true or false`, { param, code: "invalid_type" });
}
