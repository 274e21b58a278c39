import type { Message } from "../../../src/chat/message.js";
import type { HarmonyEvent } from "../../../src/parse/event.js";
import type { MessageParser } from "../../../src/parse/message-parser.js";

// These throw plain errors: `expect` would cost more than the parsing, and they run a million times.

type Parser = Pick<MessageParser<never>, "messages" | "spans" | "diagnostics">;

function textOf(message: Message): string {
  const [part] = message.content;
  return part?.type === "text" ? part.text : "";
}

/** Every unit of the input is in the range of exactly one message or of one diagnostic of something skipped. */
export function expectNothingLost({ spans, diagnostics }: Parser, length: number): void {
  const ranges: (readonly [number, number])[] = [];
  for (const { header, content, terminator } of spans) {
    if (header[1] !== content[0] || content[1] !== terminator[0]) throw new Error("the spans of a message leave a gap");
    if (header[0] > header[1] || content[0] > content[1]) throw new Error("a span ends before it begins");
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
    if (range[0] !== end)
      throw new Error(`${Math.min(end, range[0])} to ${Math.max(end, range[0])} is accounted for twice, or not at all`);
    end = range[1];
  }
  if (end !== length) throw new Error(`${end} to ${length} is not accounted for`);
}

/** The events tell exactly what the parser holds, and the deltas of each message add up to its content. */
export function expectEventsOf(parser: Parser, events: readonly HarmonyEvent[]): void {
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
      if (!open || event.text === "" || !event.text.isWellFormed())
        throw new Error(`an empty, broken or misplaced delta: ${JSON.stringify(event.text)}`);
      text += event.text;
    } else if (event.type === "message-end") {
      if (!open || text !== textOf(event.message)) throw new Error(`the deltas add up to ${JSON.stringify(text)}`);
      open = false;
      messages.push(event.message);
    } else if (at !== events.length - 1) {
      throw new Error("something follows the end");
    }
  });
  if (open || events.at(-1)?.type !== "end") throw new Error("the event of the end is missing");
  if (messages.some((message, index) => message !== parser.messages[index])) {
    throw new Error("the events tell of other messages");
  }
  if (diagnostics.some((diagnostic, index) => diagnostic !== parser.diagnostics[index])) {
    throw new Error("the events tell of other diagnostics");
  }
  if (messages.length !== parser.messages.length || diagnostics.length !== parser.diagnostics.length) {
    throw new Error("events are missing");
  }
}

/** Everything that a parser has read, as text that can be compared. */
export function stateOf({ messages, diagnostics, spans }: Parser): string {
  return JSON.stringify({ messages, diagnostics, spans });
}

export function expectSame(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}
