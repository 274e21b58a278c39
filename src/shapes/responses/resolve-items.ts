import { ApiError } from "../api-error.js";
import { invalidField, RequestObject } from "../request-fields.js";

/** Where items come from that a request only names. */
export interface ItemStore {
  /**
   * The item of an id, as a response had it; `undefined` for one that is not known. Default: none is.
   */
  readonly resolveItem?: ((id: string) => unknown) | undefined;
  /**
   * All items that lead up to the end of a response: the input of its request (with the items before it, if that request
   * named a response itself), and its output. `undefined` for a response that is not known. Default: none is.
   */
  readonly resolvePrevious?: ((id: string) => readonly unknown[] | undefined) | undefined;
}

/**
 * All items of a request in order, those of the previous response first, and references replaced by what they name.
 * @throws ApiError for what is not known, for an item that is not an object, and for a request without input.
 */
export function itemsOf(request: RequestObject, store: ItemStore): RequestObject[] {
  const previous = previousItems(request, store);
  const input = request.get("input");
  if (input === undefined) {
    if (previous !== undefined) return previous;
    throw request.missing("input");
  }
  if (typeof input === "string") {
    const message = { type: "message", role: "user", content: input };
    return [...(previous ?? []), new RequestObject(message, "input")];
  }
  if (!Array.isArray(input)) throw request.wrong("input", "a string or a list of items");
  return [...(previous ?? []), ...request.objects("input").map((item) => resolved(item, store))];
}

function previousItems(request: RequestObject, { resolvePrevious }: ItemStore): RequestObject[] | undefined {
  const id = request.string("previous_response_id");
  if (id === undefined) return undefined;
  const items = resolvePrevious?.(id);
  if (items !== undefined) return items.map((item, index) => new RequestObject(item, `previous_response_id[${index}]`));
  const message = `the response ${JSON.stringify(id)} is not known here; send its input and output as items instead`;
  throw new ApiError(message, { param: "previous_response_id", code: "previous_response_not_found" });
}

function resolved(item: RequestObject, { resolveItem }: ItemStore): RequestObject {
  if (!isReference(item)) return item;
  const id = item.requiredString("id");
  const found = resolveItem?.(id);
  if (found === undefined || found === null) {
    const message = `the item ${JSON.stringify(id)} is not known here; send the item itself`;
    throw new ApiError(message, { param: item.at("id"), code: "item_not_found" });
  }
  const target = new RequestObject(found, item.path);
  if (isReference(target)) throw invalidField(item.at("id"), "a reference must not lead to another reference");
  return target;
}

/** The type of a reference may be left out, as that of a message may; only a message has a role. */
function isReference(item: RequestObject): boolean {
  const type = item.get("type");
  return type === "item_reference" || (type === undefined && item.get("role") === undefined);
}
