import { memberPath } from "../../json/value.js";
import type { Unsupported } from "../request.js";
import { RequestObject } from "../request-fields.js";

/** The parts of a content that are text, by their field. */
const TEXT_FIELD: ReadonlyMap<string, string> = new Map([
  ["input_text", "text"],
  ["output_text", "text"],
  ["text", "text"],
  ["summary_text", "text"],
  ["reasoning_text", "text"],
  ["refusal", "refusal"],
]);

/**
 * The text of a content: a string, or parts.
 *
 * @param key The field that holds it.
 * @param separator What stands between two parts.
 * @throws ApiError for a content that is neither, and for parts that are no text, unless such are to be dropped.
 */
export function contentText(
  object: RequestObject,
  key: string,
  unsupported: Unsupported,
  separator: "" | "\n",
): string | undefined {
  const content = object.get(key);
  if (content === undefined || typeof content === "string") return content;
  if (!Array.isArray(content)) throw object.wrong(key, "a string or a list of parts");
  let text = "";
  content.forEach((value, index) => {
    const part = new RequestObject(value, memberPath(object.at(key), index));
    const type = part.requiredString("type");
    const field = TEXT_FIELD.get(type);
    if (field === undefined) {
      unsupported.note(part.at("type"), `the model reads text only, not ${JSON.stringify(type)}; leave the part out`);
      return;
    }
    // Parts that already end their line need nothing between them.
    if (text !== "" && !text.endsWith("\n")) text += separator;
    text += part.requiredString(field);
  });
  return text;
}
