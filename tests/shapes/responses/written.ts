import type { FinishReason } from "../../../src/parse/finish.js";
import type { RecoveryOptions } from "../../../src/parse/options.js";
import { HarmonyTextParser } from "../../../src/parse/text-parser.js";
import {
  type EndedReply,
  type ReplyEvent,
  type ResponseObject,
  type ResponseRequest,
  type ResponseStreamEvent,
  ResponseWriter,
  type ResponseWriterOptions,
  readResponseRequest,
} from "../../../src/responses.js";
import { ReplyReader } from "../../../src/shapes/reply.js";

/** A request with a tool of each kind. */
export const REQUEST: ResponseRequest = readResponseRequest(
  {
    model: "gpt-oss-20b",
    input: "Hello",
    include: ["reasoning.encrypted_content"],
    tools: [
      { type: "function", name: "x", parameters: { type: "object", properties: {} } },
      { type: "custom", name: "apply_patch" },
      { type: "namespace", name: "crm", description: "", tools: [{ type: "function", name: "find" }] },
      { type: "web_search" },
      { type: "code_interpreter", container: { type: "auto" } },
      { type: "tool_search", execution: "client", description: "Finds tools", parameters: { type: "object" } },
    ],
  },
  { builtInTools: ["browser", "python"] },
);

export const USAGE: EndedReply["usage"] = {
  promptTokens: 100,
  cachedTokens: 64,
  completionTokens: 20,
  analysisTokens: 7,
};

/** Writers whose ids and times are the same each time. */
export function steadyOptions(): ResponseWriterOptions {
  let count = 0;
  return {
    id: "resp_1",
    createdAt: 1,
    newItemId: (prefix) => {
      count += 1;
      return `${prefix}${count}`;
    },
  };
}

/** The events of a reply that consists of this text behind `<|start|>assistant`, fed in pieces. */
export function replyEvents(
  pieces: readonly string[],
  request: ResponseRequest = REQUEST,
  recovery: RecoveryOptions = {},
  reason: FinishReason = "stop",
): ReplyEvent[] {
  const parser = new HarmonyTextParser("assistant", { tools: request.toolNames.recipients, ...recovery });
  let calls = 0;
  const newCallId = (): string => {
    calls += 1;
    return `call_${calls}`;
  };
  const reader = new ReplyReader({ toolNames: request.toolNames, stop: request.stop, newCallId });
  const events = pieces.flatMap((piece) => parser.push(piece).flatMap((event) => reader.read(event)));
  return [...events, ...parser.finish({ reason }).flatMap((event) => reader.read(event))];
}

/** What becomes of a reply: all events, and the response. */
export function written(
  events: readonly ReplyEvent[],
  reply: Partial<EndedReply> = {},
  request: ResponseRequest = REQUEST,
  options: ResponseWriterOptions = steadyOptions(),
): { readonly sent: ResponseStreamEvent[]; readonly response: ResponseObject } {
  const writer = new ResponseWriter(request, options);
  const sent = writer.begin();
  for (const event of events) sent.push(...writer.write(event));
  sent.push(...writer.end({ finish: "stop", usage: USAGE, carriedTokens: undefined, ...reply }));
  return { sent, response: writer.response };
}
