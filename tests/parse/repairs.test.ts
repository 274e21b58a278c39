import { describe, expect, test } from "vitest";
import type { Message } from "../../src/chat/message.js";
import type { Diagnostic } from "../../src/parse/diagnostic.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import { encoding, tokensOf } from "./encoding.js";
import { CASES, CASES_WITHOUT_MARKERS, type Case, UNKNOWN_TOKEN } from "./malformed-outputs.js";

/** A message in the notation of {@link Case.messages}. */
function notationOf({ role, name, channel, recipient, content_type, content }: Message): string {
  const author = role === "assistant" ? undefined : `${role}${name === undefined ? "" : `(${name})`}:`;
  const parts = [author, channel, recipient === undefined ? undefined : `to=${recipient}`, content_type];
  const [part] = content;
  return `${parts.filter((word) => word !== undefined).join(" ")}| ${part?.type === "text" ? part.text : "?"}`;
}

interface Outcome {
  readonly messages: readonly Message[];
  readonly diagnostics: readonly Diagnostic[];
}

function outcome({ messages, diagnostics }: Outcome): Pick<Case, "messages" | "diagnostics"> {
  return {
    messages: messages.map(notationOf),
    diagnostics: diagnostics.map(({ code, text }) => `${code} ${text}`),
  };
}

function parseTokens(tokens: readonly number[], options: Case["options"] = {}, reason?: Case["reason"]): Outcome {
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", ...options });
  for (const token of tokens) parser.process(token);
  return parser.processEos({ reason });
}

function parseText(chunks: Iterable<string>, { options, reason }: Pick<Case, "options" | "reason">): Outcome {
  const parser = new HarmonyTextParser("assistant", options);
  for (const chunk of chunks) parser.process(chunk);
  return parser.processEos({ reason });
}

function testText({ output, messages, diagnostics, ...given }: Case): void {
  test("from text in one chunk", () => {
    expect(outcome(parseText([output], given))).toEqual({ messages, diagnostics });
  });

  test("from text cut at every position", () => {
    for (let cut = 0; cut <= output.length; cut++) {
      const outcomeOfCut = outcome(parseText([output.slice(0, cut), output.slice(cut)], given));
      expect({ cut, ...outcomeOfCut }).toEqual({ cut, messages, diagnostics });
    }
    expect(outcome(parseText(output.split(""), given))).toEqual({ messages, diagnostics });
  });
}

describe.each(CASES)("$number: $output", (row) => {
  test("from tokens", () => {
    const { output, messages, diagnostics, options, reason } = row;
    expect(outcome(parseTokens(tokensOf(output), options, reason))).toEqual({ messages, diagnostics });
  });

  testText(row);
});

describe.each(CASES_WITHOUT_MARKERS)("$number: $output", testText);

describe("what can happen in tokens but not in text", () => {
  /** A space and the first half of some emoji. */
  const HALF_AN_EMOJI = 9552;

  test("F4: a broken character at the end of a message does not reach the next", () => {
    const tokens = [
      ...tokensOf("<|channel|>final<|message|>A"),
      HALF_AN_EMOJI,
      ...tokensOf("<|end|><|start|>assistant<|channel|>final<|message|>B"),
    ];
    expect(outcome(parseTokens(tokens))).toEqual({
      messages: ["final| A \uFFFD", "final| B"],
      diagnostics: ["broken-character \uFFFD"],
    });
  });

  test("G6: ordinary tokens that spell a marker are content", () => {
    const tokens = [
      ...tokensOf("<|channel|>final<|message|>"),
      ...encoding.tokenizer.encodeOrdinary("a<|end|>b"),
      ...tokensOf("<|return|>"),
    ];
    expect(outcome(parseTokens(tokens))).toEqual({ messages: ["final| a<|end|>b"], diagnostics: [] });
  });

  test("G7: an id outside the vocabulary", () => {
    const content = [...tokensOf("<|channel|>final<|message|>A"), UNKNOWN_TOKEN, ...tokensOf("B<|return|>")];
    expect(parseTokens(content).diagnostics).toMatchObject([{ code: "unknown-token", span: [4, 5] }]);
    expect(outcome(parseTokens(content)).messages).toEqual(["final| A\uFFFDB"]);
    const header = [...tokensOf("<|channel|>final"), UNKNOWN_TOKEN, ...tokensOf("<|message|>A<|return|>")];
    expect(parseTokens(header).diagnostics).toMatchObject([{ code: "unknown-token", span: [2, 3] }]);
    expect(outcome(parseTokens(header)).messages).toEqual(["final| A"]);
  });
});
