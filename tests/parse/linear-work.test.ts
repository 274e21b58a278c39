import { describe, expect, test } from "vitest";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { encoding, tokensOf } from "./encoding.js";

/** A tokenizer that counts its calls. */
class CountingTokenizer {
  calls = 0;
  readonly tokenizer: Tokenizer;

  constructor(tokenizer: Tokenizer) {
    const count = <T>(answer: T): T => {
      this.calls++;
      return answer;
    };
    this.tokenizer = Object.create(tokenizer, {
      tokenText: { value: (token: number) => count(tokenizer.tokenText(token)) },
      tokenBytes: { value: (token: number) => count(tokenizer.tokenBytes(token)) },
      encodeOrdinary: { value: (text: string) => count(tokenizer.encodeOrdinary(text)) },
      decodeUtf8: { value: (tokens: number[]) => count(tokenizer.decodeUtf8(tokens)) },
    }) as Tokenizer;
  }
}

describe.each(["strict", "permissive", "resilient"] as const)(
  "calls of the tokenizer per token do not grow: mode %s",
  (mode) => {
    const heart = encoding.tokenizer.encodeOrdinary("\u{1F496}");

    test.each([
      ["a long content", (length: number) => [...tokensOf("<|message|>"), ...Array(length).fill(64)]],
      ["a long header", (length: number) => Array(length).fill(64)],
      ["broken characters", (length: number) => [...tokensOf("<|message|>"), ...Array(length).fill(132990)]],
      [
        "characters of two tokens",
        (length: number) => [...tokensOf("<|message|>"), ...Array(length).fill(heart).flat()],
      ],
      [
        "many messages",
        (length: number) => Array(length).fill(tokensOf("<|message|>a<|end|><|start|>assistant")).flat(),
      ],
      [
        "orphaned output",
        (length: number) => [...tokensOf("<|message|><|return|><|start|>"), ...Array(length).fill(64)],
      ],
    ])("%s", (_, tokensOfLength) => {
      const callsPerToken = [100, 10_000].map((length) => {
        const counting = new CountingTokenizer(encoding.tokenizer);
        const parser = new StreamableParser(counting, "assistant", { mode });
        const tokens = tokensOfLength(length);
        for (const token of tokens) parser.process(token);
        return counting.calls / tokens.length;
      });
      expect(callsPerToken[1]).toBeCloseTo(callsPerToken[0]!, 1);
    });
  },
);
