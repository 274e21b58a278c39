import type { Content, GenerateResult, StreamPart } from "./language-model.js";

/**
 * Reads a stream to its end, and makes one result of its parts.
 * @throws The error that the stream holds.
 */
export async function gather(parts: AsyncIterable<StreamPart>): Promise<Omit<GenerateResult, "request">> {
  const content: Content[] = [];
  const open = new Map<string, Extract<Content, { text: string }>>();
  let result: Pick<GenerateResult, "warnings" | "response"> | undefined;
  let warnings: GenerateResult["warnings"] = [];
  for await (const part of parts) {
    switch (part.type) {
      case "stream-start":
        ({ warnings } = part);
        break;
      case "response-metadata": {
        const { type: _, ...response } = part;
        result = { warnings, response };
        break;
      }
      case "text-start":
      case "reasoning-start": {
        const text: Extract<Content, { text: string }> = {
          type: part.type === "text-start" ? "text" : "reasoning",
          text: "",
        };
        open.set(part.id, text);
        content.push(text);
        break;
      }
      case "text-delta":
      case "reasoning-delta":
        open.get(part.id)!.text += part.delta;
        break;
      case "text-end":
      case "reasoning-end":
        if (part.providerMetadata !== undefined) open.get(part.id)!.providerMetadata = part.providerMetadata;
        break;
      case "tool-call":
        content.push(part);
        break;
      case "error":
        throw part.error;
      case "finish": {
        const { type: _, ...rest } = part;
        return { ...result!, content, ...rest };
      }
      default:
        break;
    }
  }
  throw new TypeError("a stream of parts ends with finish");
}
