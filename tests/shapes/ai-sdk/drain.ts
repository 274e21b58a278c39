import type { StreamPart } from "../../../src/ai-sdk.js";

/** All parts of a stream. */
export async function drain(stream: ReadableStream<StreamPart>): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts;
    parts.push(value);
  }
}

/** Parts as lines: deltas of one part joined, and without what differs from run to run. */
export function linesOf(parts: readonly StreamPart[]): string[] {
  const lines: string[] = [];
  let delta = "";
  for (const part of parts) {
    if ("delta" in part) {
      delta += part.delta;
      continue;
    }
    if (delta !== "") lines.push(`  ${delta}`);
    delta = "";
    switch (part.type) {
      case "tool-call":
        lines.push(`tool-call ${part.toolCallId} ${part.toolName} ${part.input}${markOf(part)}`);
        break;
      case "tool-input-start":
        lines.push(`tool-input-start ${part.id} ${part.toolName}${part.inputEncoding === "text" ? " as text" : ""}`);
        break;
      case "finish":
        lines.push(`finish ${part.finishReason.unified} ${part.finishReason.raw}${markOf(part)}`);
        break;
      case "stream-start":
      case "response-metadata":
      case "raw":
        lines.push(part.type);
        break;
      case "error":
        lines.push(`error ${String(part.error)}`);
        break;
      default:
        lines.push(`${part.type} ${part.id}${markOf(part)}`);
    }
  }
  return lines;
}

function markOf(part: StreamPart): string {
  const { channel, tokens, incompleteCall } = ("providerMetadata" in part ? part.providerMetadata?.harmony : {}) ?? {};
  const cut = incompleteCall === undefined ? "" : ` [cut ${incompleteCall.toolName} ${incompleteCall.input}]`;
  return `${channel === undefined ? "" : ` [${channel}]`}${tokens === undefined ? "" : " [tokens]"}${cut}`;
}
