import { showValue } from "../options.js";
import type { Unsupported } from "./request.js";
import type { RequestObject } from "./request-fields.js";

/** The parts of a content that are text, and the field that holds it. */
export type TextParts = Readonly<Record<string, "text" | "refusal">>;

/**
 * The text of a content: a string, or parts.
 *
 * @param key The field that holds the content.
 * @param textParts The types of the parts that are text.
 * @param separator What stands between two parts, unless the first ends its line.
 * @returns `undefined` where there is no content.
 * @throws ApiError for a content that is neither, and for parts that are not text, unless such are to be dropped.
 */
export function contentText(
  object: RequestObject,
  key: string,
  textParts: TextParts,
  unsupported: Unsupported,
  separator: "" | "\n",
): string | undefined {
  const content = object.get(key);
  if (content === undefined || typeof content === "string") return content;
  if (!Array.isArray(content)) throw object.wrong(key, "a string or a list of parts");
  let text = "";
  for (const part of object.objects(key)) {
    const type = part.requiredString("type");
    const field = Object.hasOwn(textParts, type) ? textParts[type] : undefined;
    if (field === undefined) {
      unsupported.note(part.at("type"), `the model reads text only, not ${showValue(type)}; leave the part out`);
      continue;
    }
    if (text !== "" && !text.endsWith("\n")) text += separator;
    text += part.requiredString(field);
  }
  return text;
}
