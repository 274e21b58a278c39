import type { Message } from "../../src/chat/message.js";
import type { Role } from "../../src/chat/role.js";
import type { HarmonyEvent } from "../../src/parse/event.js";
import type { MessageParser } from "../../src/parse/message-parser.js";
import type { ParseOptions } from "../../src/parse/options.js";

export const ROLES: readonly (Role | undefined)[] = ["assistant", "assistant", "assistant", undefined, "user", "tool"];
export const OPTIONS: readonly ParseOptions[] = [
  { mode: "resilient" },
  { mode: "resilient", continueAfterCall: true },
  { mode: "resilient", tools: ["functions.bash"] },
  { mode: "resilient", prefill: { channel: "final", content: "Sure, " } },
];

export type Parser = Pick<MessageParser<never>, "messages" | "spans" | "diagnostics">;

function textOf(message: Message): string {
  const [part] = message.content;
  return part?.type === "text" ? part.text : "";
}

/** Every unit of the input is in one message's range or in one diagnostic of something skipped, in order, once. */
export function checkSpans({ spans, diagnostics }: Parser, length: number): void {
  const ranges: (readonly [number, number])[] = [];
  for (const { header, content, terminator } of spans) {
    if (header[1] !== content[0] || content[1] !== terminator[0]) throw new Error("a message has gaps");
    if (header[0] > header[1] || content[0] > content[1]) throw new Error("a range is inverted");
    ranges.push([header[0], terminator[1]]);
  }
  let last = 0;
  for (const { action, span, code } of diagnostics) {
    if (span[0] < last) throw new Error(`${code} is out of order`);
    last = span[0];
    if (action === "skipped") ranges.push(span);
    else if (!spans.some(({ header, terminator }) => header[0] <= span[0] && span[1] <= terminator[1])) {
      throw new Error(`${code} is outside of every message`);
    }
  }
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let end = 0;
  for (const range of ranges) {
    if (range[0] !== end) throw new Error(`${end} to ${range[0]} is in no range, or in two`);
    end = range[1];
  }
  if (end !== length) throw new Error(`${end} to ${length} is in no range`);
}

/** The events tell exactly what the parser holds, and deltas add up. */
export function checkEvents(events: readonly HarmonyEvent[], parser: Parser): void {
  const messages: Message[] = [];
  const diagnostics: unknown[] = [];
  let open = false;
  let text = "";
  events.forEach((event, at) => {
    if (event.type === "diagnostic") {
      diagnostics.push(event.diagnostic);
    } else if (event.type === "message-start") {
      if (open || event.index !== messages.length) throw new Error("a message begins inside another");
      open = true;
      text = "";
    } else if (event.type === "delta") {
      if (!open || event.text === "" || !event.text.isWellFormed()) throw new Error(`delta ${event.text}`);
      text += event.text;
    } else if (event.type === "message-end") {
      if (!open || text !== textOf(event.message)) throw new Error(`deltas give ${text}`);
      open = false;
      messages.push(event.message);
    } else if (at !== events.length - 1) {
      throw new Error("something follows the end");
    }
  });
  if (open || events.at(-1)?.type !== "end") throw new Error("the end is missing");
  if (messages.some((message, index) => message !== parser.messages[index])) throw new Error("other messages");
  if (diagnostics.some((diagnostic, index) => diagnostic !== parser.diagnostics[index])) throw new Error("others");
  if (messages.length !== parser.messages.length || diagnostics.length !== parser.diagnostics.length) {
    throw new Error("events are missing");
  }
}

/** All that a parser holds, to be compared. */
export function stateOf({ messages, diagnostics, spans }: Parser): string {
  return JSON.stringify({ messages, diagnostics, spans });
}

/** A comparison that costs nothing as long as it holds. */
export function expectSame(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}
