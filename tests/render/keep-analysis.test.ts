import { describe, expect, test } from "vitest";
import type { KeepAnalysis, MessageLike, RenderPartsOptions } from "../../src/index.js";
import { loadHarmonyEncoding, renderConversationParts } from "../../src/index.js";

const encoding = loadHarmonyEncoding();

const user = (content: string): MessageLike => ({ role: "user", content });
const analysis = (content: string): MessageLike => ({ role: "assistant", channel: "analysis", content });
const final = (content: string): MessageLike => ({ role: "assistant", channel: "final", content });
const call: MessageLike = { role: "assistant", channel: "commentary", recipient: "functions.f", content: "{}" };
const result: MessageLike = { role: "tool", name: "functions.f", channel: "commentary", content: "1" };

/** Two answered turns, and a third in which a tool was called. */
const inToolLoop = [
  user("a"),
  analysis("A1"),
  final("A"),
  user("b"),
  analysis("B1"),
  final("B"),
  user("c"),
  analysis("C1"),
  call,
  result,
];
const answered = [...inToolLoop, analysis("C2"), final("C")];
const asked = [...answered, user("d")];
/** A turn that was interrupted before its answer. */
const interrupted = [user("a"), analysis("A1"), final("A"), user("b"), analysis("B1"), user("c"), analysis("C1")];

/** The analysis that is in the prompt. */
function kept(messages: readonly MessageLike[], options: RenderPartsOptions): string {
  const indices = new Set(renderConversationParts({ messages }, options).map(({ message }) => message));
  return messages
    .filter(({ channel }, index) => channel === "analysis" && indices.has(index))
    .map(({ content }) => content)
    .join(" ");
}

describe("what is kept of old reasoning", () => {
  // The rows are the moments of a conversation; the reference's rule flips at each of them.
  const moments: readonly [KeepAnalysis, tool: string, answer: string, question: string, interruption: string][] = [
    ["reference", "A1 B1 C1", "B1 C1 C2", "B1 C1 C2", "A1 B1 C1"],
    ["after-last-final", "C1", "", "", "B1 C1"],
    ["this-turn", "C1", "C1 C2", "", "C1"],
    ["all", "A1 B1 C1", "A1 B1 C1 C2", "A1 B1 C1 C2", "A1 B1 C1"],
  ];
  test.each(moments)("%s", (keepAnalysis, tool, answer, question, interruption) => {
    expect(kept(inToolLoop, { keepAnalysis })).toBe(tool);
    expect(kept(answered, { keepAnalysis })).toBe(answer);
    expect(kept(asked, { keepAnalysis })).toBe(question);
    expect(kept(interrupted, { keepAnalysis })).toBe(interruption);
  });

  test("a function decides about analysis, and is asked about nothing else", () => {
    const seen: number[] = [];
    const keepAnalysis: KeepAnalysis = (message, index) => {
      expect(message.channel).toBe("analysis");
      seen.push(index);
      return index !== 4;
    };
    expect(kept(answered, { keepAnalysis })).toBe("A1 C1 C2");
    expect(seen).toEqual([1, 4, 7, 10]);
  });

  test("autoDropAnalysis is the reference's name for two of the rules", () => {
    for (const messages of [inToolLoop, answered, asked, interrupted]) {
      const render = (options?: RenderPartsOptions) => encoding.renderConversation({ messages }, options);
      expect(render()).toEqual(render({ keepAnalysis: "reference" }));
      expect(render({ autoDropAnalysis: true })).toEqual(render({ keepAnalysis: "reference" }));
      expect(render({ autoDropAnalysis: false })).toEqual(render({ keepAnalysis: "all" }));
    }
  });

  test("the two names together, and unknown rules, are refused", () => {
    const both = { keepAnalysis: "all", autoDropAnalysis: false } as const;
    expect(() => encoding.renderConversation({ messages: [] }, both)).toThrow(TypeError);
    expect(() => encoding.renderConversation({ messages: [] }, { keepAnalysis: "none" as never })).toThrow(
      'keepAnalysis must be "reference", "after-last-final", "this-turn", "all" or a function, not "none"',
    );
  });
});
