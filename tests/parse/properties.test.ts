import { describe, test } from "vitest";
import type { Message } from "../../src/chat/message.js";
import type { Role } from "../../src/chat/role.js";
import type { HarmonyEvent } from "../../src/parse/event.js";
import type { MessageParser } from "../../src/parse/message-parser.js";
import type { ParseOptions } from "../../src/parse/options.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { forAll, RUNS } from "./for-all.js";
import { randomText, randomTokens } from "./outputs.js";
import { encoding } from "./recorded.js";

const ROLES: readonly (Role | undefined)[] = ["assistant", "assistant", "assistant", undefined, "user", "tool"];
const OPTIONS: readonly ParseOptions[] = [
  { mode: "resilient" },
  { mode: "resilient", continueAfterCall: true },
  { mode: "resilient", tools: ["functions.bash"] },
  { mode: "resilient", prefill: { channel: "final", content: "Sure, " } },
];

type Parser = Pick<MessageParser<never>, "messages" | "spans" | "diagnostics">;

function textOf(message: Message): string {
  const [part] = message.content;
  return part?.type === "text" ? part.text : "";
}

/** Every unit of the input is in one message's range or in one diagnostic of something skipped, in order, once. */
function checkSpans({ spans, diagnostics }: Parser, length: number): void {
  const ranges: (readonly [number, number])[] = [];
  for (const { header, content, terminator } of spans) {
    if (header[1] !== content[0] || content[1] !== terminator[0]) throw new Error("a message has gaps");
    if (header[0] > header[1] || content[0] > content[1]) throw new Error("a range is inverted");
    ranges.push([header[0], terminator[1]]);
  }
  let last = 0;
  for (const { action, tokens, code } of diagnostics) {
    if (tokens[0] < last) throw new Error(`${code} is out of order`);
    last = tokens[0];
    if (action === "skipped") ranges.push(tokens);
    else if (!spans.some(({ header, terminator }) => header[0] <= tokens[0] && tokens[1] <= terminator[1])) {
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
function checkEvents(events: readonly HarmonyEvent[], parser: Parser): void {
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

const stateOf = ({ messages, diagnostics, spans }: Parser): string => JSON.stringify({ messages, diagnostics, spans });

function expectSame(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

describe(`the resilient mode, ${RUNS} runs`, () => {
  test("any tokens: nothing is thrown, nothing lost, and chunks do not matter", () => {
    forAll((random) => {
      const tokens = randomTokens(random);
      const parser = new StreamableParser(encoding, random.pick(ROLES), random.pick(OPTIONS));
      for (const token of tokens) parser.process(token);
      parser.processEos();
      checkSpans(parser, tokens.length);
      const state = stateOf(parser);
      parser.processEos();
      expectSame(stateOf(parser), state, "ending twice");

      parser.reset();
      if (parser.messages.length + parser.diagnostics.length + parser.tokens.length > 0) throw new Error("not reset");
      const cut = random.below(tokens.length + 1);
      const events = [...parser.push(tokens.slice(0, cut)), ...parser.push(tokens.slice(cut)), ...parser.finish()];
      checkEvents(events, parser);
      expectSame(stateOf(parser), state, "in two chunks, after a reset");
    });
  });

  test("any text: nothing is thrown, nothing lost, and chunks do not matter", () => {
    forAll((random) => {
      const text = randomText(random);
      const { mode: _, ...options } = random.pick(OPTIONS);
      const parser = new HarmonyTextParser(random.pick(ROLES), { ...options, markersDropped: random.below(4) === 0 });
      parser.process(text).processEos();
      checkSpans(parser, text.length);
      const state = stateOf(parser);

      parser.reset();
      const events: HarmonyEvent[] = [];
      for (let at = 0; at < text.length; ) {
        const end = at + 1 + random.below(random.pick([1, 20]));
        events.push(...parser.push(text.slice(at, end)));
        at = end;
      }
      events.push(...parser.finish());
      checkEvents(events, parser);
      expectSame(stateOf(parser), state, "in chunks, after a reset");
    });
  });

  test("tokens and their text give the same messages and diagnostics", () => {
    forAll((random) => {
      const text = randomText(random);
      const tokens = encoding.tokenizer.encode(text, { allowedSpecial: "all" });
      const role = random.pick(ROLES);
      const { mode, ...options } = random.pick(OPTIONS);
      const ofTokens = new StreamableParser(encoding, role, { mode, ...options });
      for (const token of tokens) ofTokens.process(token);
      ofTokens.processEos();
      const ofText = new HarmonyTextParser(role, options).process(text).processEos();
      const both = [ofTokens, ofText].map(({ messages, diagnostics }) =>
        JSON.stringify([messages, diagnostics.map(({ code, text }) => [code, text])]),
      );
      expectSame(both[0]!, both[1]!, JSON.stringify(text));
    });
  });
});
