import { describe, expect, test } from "vitest";
import { HarmonyError } from "../../src/errors.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { HarmonyTextParser } from "../../src/parse/text-parser.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { SCALE } from "../property.js";
import { type Work, workOf } from "./counted-work.js";
import { encoding, tokensOf } from "./encoding.js";

// The work for a token, or for a chunk of text, must not grow with the length of the input: not with what came before it,
// whatever is repeated, and not where errors are caught and the parser is fed on.

/** What inputs are made of: one of each kind that the modes tell apart. */
const FRAGMENTS: readonly string[] = [
  ..."start message channel constrain call end".split(" ").map((name) => `<|${name}|>`),
  "a",
  " to=x",
];

const PAIRS: readonly (readonly [string, string])[] = FRAGMENTS.flatMap((first) =>
  FRAGMENTS.map((second) => [first, second] as const),
);

/** Half a character, and an id outside the vocabulary. */
const BROKEN_TOKENS = [132990, 201089];

const SHORT = 40;
const GROWTH = 25 * SCALE;
/** Bytes to a sample in a short input; there are as many samples in a long one. */
const INTERVAL = 128;
/** What the engine does by itself while a sample is taken, such as compiling, is not there each time. Growth is. */
const MEASUREMENTS = 3;

function feedAll<Input>(inputs: readonly Input[], feed: (input: Input) => unknown): void {
  for (const input of inputs) {
    try {
      feed(input);
    } catch (error) {
      if (!(error instanceof HarmonyError)) throw error;
    }
  }
}

/** How the cost of a repetition grows, found in every measurement; `undefined` if it does not. */
function growthOf(work: (repetitions: number, samplingInterval: number) => Work): string | undefined {
  let growth: string | undefined;
  for (let measured = 0; measured < MEASUREMENTS; measured++) {
    growth = measuredGrowth(work);
    if (growth === undefined) return undefined;
  }
  return growth;
}

/** What a repeated pair costs for each repetition, in a short input and in a long one; `undefined` if that is equal. */
function measuredGrowth(work: (repetitions: number, samplingInterval: number) => Work): string | undefined {
  const short = work(SHORT, INTERVAL);
  const long = work(SHORT * GROWTH, INTERVAL * GROWTH);
  const growing = (["bytes", "units"] as const).flatMap((kind) => {
    const [before, after] = [short[kind] / SHORT, long[kind] / (SHORT * GROWTH)];
    // Work that grows with the length would be 25 times as much; the error of the sample is far less.
    return after > 2 * before + 100 ? [`${before.toFixed(0)} to ${after.toFixed(0)} ${kind}`] : [];
  });
  return growing.length === 0 ? undefined : `from ${growing.join(", ")} each`;
}

type Pair = readonly [string | number, string | number];

/** The repeated pairs that cost more the longer the input is; `readerOf` gives a call that reads one repeated. */
function growingPairs(pairs: readonly Pair[], readerOf: (pair: Pair, repetitions: number) => () => void): string[] {
  return pairs.flatMap((pair) => {
    const growth = growthOf((repetitions, interval) => workOf(readerOf(pair, repetitions), interval));
    return growth === undefined ? [] : [`${pair.join("")} again and again: ${growth}`];
  });
}

describe("what a repeated pair costs does not grow", () => {
  test.each(["strict", "permissive", "resilient"] as const)("tokens, mode %s", { timeout: 600_000 }, (mode) => {
    const broken = BROKEN_TOKENS.flatMap((token) => FRAGMENTS.map((fragment) => [token, fragment] as const));
    const growing = growingPairs([...PAIRS, ...broken], (pair, repetitions) => {
      const ids = pair.flatMap((piece) => (typeof piece === "number" ? [piece] : tokensOf(piece)));
      const tokens = Array<number[]>(repetitions).fill(ids).flat();
      return () => {
        const parser = new StreamableParser(encoding, "assistant", { mode });
        feedAll(tokens, (token) => parser.process(token));
        feedAll([undefined], () => parser.processEos());
      };
    });
    expect(growing).toEqual([]);
  });

  test.each([false, true])("text, markersDropped %s", { timeout: 600_000 }, (markersDropped) => {
    const growing = growingPairs(PAIRS, (pair, repetitions) => {
      const chunks = Array<Pair>(repetitions).fill(pair).flat().map(String);
      return () => {
        const parser = new HarmonyTextParser("assistant", { markersDropped });
        feedAll(chunks, (chunk) => parser.process(chunk));
        parser.processEos();
      };
    });
    expect(growing).toEqual([]);
  });
});

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
