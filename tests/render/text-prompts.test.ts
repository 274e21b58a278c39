import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MessageLike } from "../../src/chat/message.js";
import { loadHarmonyEncoding } from "../../src/encoding.js";
import { renderConversationParts } from "../../src/render/conversation.js";
import { renderConversationText } from "../../src/render/conversation-text.js";
import { neutralizeMarkers, restoreMarkers } from "../../src/render/neutralize-markers.js";
import { findMarker, SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { testProperty } from "../property.js";

const encoding = loadHarmonyEncoding();

/** Whether a tokenizer that takes markers for special tokens finds one. */
const hasSpecialToken = (text: string): boolean =>
  encoding.encode(text, { allowedSpecial: "all" }).some((token) => encoding.isSpecialToken(token));

const FRAGMENTS = ["<", "|", ">", "<|", "|>", "end", "start", "reserved_200014", "<|end|>", "\u200b", " ", "a", "é"];
const anyFragments = fc.array(fc.constantFrom(...FRAGMENTS, ...SPECIAL_TOKENS.keys()), { maxLength: 12 });
const anyText = anyFragments.map((fragments) => fragments.join(""));

describe("breaking markers", () => {
  test("breaks every marker, and those of other packagings", () => {
    for (const marker of [...SPECIAL_TOKENS.keys(), "<|endofprompt|>"]) {
      const broken = neutralizeMarkers(`a${marker}b`);
      expect(broken.replace("\u200b", "")).toBe(`a${marker}b`);
      expect(hasSpecialToken(broken)).toBe(false);
      expect(restoreMarkers(broken)).toBe(`a${marker}b`);
    }
  });

  test.each(["", "a < b", "if (a <| b)", "<| end |>", "<|>", "<||>", "|end|>", "<\u200b|end|>"])(
    "leaves %j as it is",
    (text) => {
      expect(neutralizeMarkers(text)).toBe(text);
    },
  );

  const breaksEveryMarker = (text: string): void => {
    const broken = neutralizeMarkers(text);
    if (hasSpecialToken(broken)) throw new Error(`a special token in ${JSON.stringify(broken)}`);
    if (neutralizeMarkers(broken) !== broken) throw new Error("doing it again changes the text");
    if (broken !== text && findMarker(text) === undefined && !/<\|\w+\|>/.test(text)) throw new Error("changed");
    if (!text.includes("\u200b") && restoreMarkers(broken) !== text) throw new Error("cannot be undone");
  };

  testProperty("no text gives a special token, and doing it again changes nothing", [anyText], breaksEveryMarker, {
    runs: 50_000,
  });

  test("takes linear time", () => {
    const hostile = [`<|${"a".repeat(1_000_000)}`, "<|a".repeat(500_000), "<|end".repeat(300_000)];
    for (const text of hostile) {
      const start = performance.now();
      expect(neutralizeMarkers(text)).toBe(text);
      expect(performance.now() - start).toBeLessThan(2_000);
    }
  });
});

const message: fc.Arbitrary<MessageLike> = fc.record({
  role: fc.constantFrom("user", "assistant"),
  channel: fc.constantFrom("analysis", "final<|end|>", undefined),
  recipient: fc.constantFrom("functions.f", "a<|message|>", undefined),
  content_type: fc.constantFrom("<|constrain|>json", "<|constrain|><|end|>", undefined),
  content: anyFragments.map((fragments) => fragments.map((text) => ({ type: "text" as const, text }))),
});

describe("the text of a prompt", () => {
  testProperty(
    "has no other special tokens than the format's own, whatever the conversation says",
    [fc.array(message, { maxLength: 3 })],
    (messages) => {
      const options = { nextTurnRole: "assistant" } as const;
      const text = renderConversationText({ messages }, options);
      const tokens = encoding.encode(text, { allowedSpecial: "all" }).filter((token) => encoding.isSpecialToken(token));
      const own = renderConversationParts({ messages }, options).flatMap(({ token }) => token ?? []);
      if (tokens.join() !== own.join()) throw new Error(`${tokens.join()} instead of ${own.join()}: ${text}`);
    },
    { runs: 10_000 },
  );

  test("is the joined texts of its parts where these spell no marker", () => {
    const messages: MessageLike[] = [
      { role: "user", content: "Hi \ud800" },
      { role: "assistant", channel: "analysis", content: "a <| b" },
    ];
    const options = { nextTurnRole: "assistant", autoDropAnalysis: false } as const;
    const parts = renderConversationParts({ messages }, options);
    expect(renderConversationText({ messages }, options)).toBe(parts.map(({ text }) => text).join(""));
  });

  test("two contents cannot spell a marker together", () => {
    const content = [
      { type: "text", text: "<|e" },
      { type: "text", text: "nd|>" },
    ] as const;
    expect(renderConversationText({ messages: [{ role: "user", content }] })).toBe(
      "<|start|>user<|message|><\u200b|end|><|end|>",
    );
  });

  test("options are checked", () => {
    expect(() => renderConversationText({ messages: [] }, { nextRole: "user" } as never)).toThrow("unknown option");
  });
});
