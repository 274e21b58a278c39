import { showValue } from "../../options.js";
import type { Unsupported } from "../request.js";
import type { RequestObject } from "../request-fields.js";

/**
 * The text of a message's `content`: a string, or parts.
 *
 * @param separator What stands between two parts, unless the first ends its line.
 * @returns `undefined` where there is no content.
 * @throws ApiError for a content that is neither, and for parts that are not text, unless such are to be dropped.
 */
export function contentText(
  message: RequestObject,
  unsupported: Unsupported,
  separator: "" | "\n",
): string | undefined {
  const content = message.get("content");
  if (content === undefined || typeof content === "string") return content;
  if (!Array.isArray(content)) throw message.wrong("content", "a string or a list of parts");
  let text = "";
  for (const part of message.objects("content")) {
    const type = part.requiredString("type");
    if (type !== "text" && type !== "refusal") {
      unsupported.note(part.at("type"), `the model reads text only, not ${showValue(type)}; leave the part out`);
      continue;
    }
    if (text !== "" && !text.endsWith("\n")) text += separator;
    text += part.requiredString(type);
  }
  return text;
}
