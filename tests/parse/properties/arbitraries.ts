import fc from "fast-check";
import type { Role } from "../../../src/chat/role.js";
import type { ParseOptions } from "../../../src/parse/options.js";
import { tokensOf } from "../encoding.js";

// What a model may write and how a parser may be asked to read it.

const MARKERS = "start end message channel constrain return call endoftext startoftext reserved_200014".split(" ");
/** The markers that change what the parser reads, once more, so that they come twice as often as the others. */
const STRUCTURAL_MARKERS = "start end message channel start end message channel constrain call".split(" ");

const FRAGMENTS: readonly string[] = [
  ...[...MARKERS, ...STRUCTURAL_MARKERS].map((name) => `<|${name}|>`),
  ..."assistant user system tool analysis commentary final assistant analysis commentary final".split(" "),
  "<|channel|>final<|message|>",
  "<|channel|>analysis<|message|>",
  "<|channel|>commentary to=functions.x <|constrain|>json<|message|>",
  "<|end|><|start|>assistant",
  " to=functions.x",
  " to=assistant",
  "to=",
  " json",
  " code",
  "json",
  "functions.x",
  "bash",
  "commentary?",
  "??",
  "Hello there",
  '{"a":1}',
  " ",
  "\n",
  "\u00a0",
  "<|weird|>",
  "<|",
  "\u{1F496}",
  "user:bob",
];

/** The tokens of each fragment, and some that no text has: parts of characters, and an id outside the vocabulary. */
const TOKENS: readonly (readonly number[])[] = [
  ...FRAGMENTS.map((text) => tokensOf(text)),
  [9552],
  [172],
  [201089],
  [132990],
];

// Generating costs fast-check 1.6 µs a run where a loop written by hand took 0.5; parsing and checking takes some 40.
// Without `size`, fast-check makes short arrays far more often than long ones.
const SOME = { minLength: 1, maxLength: 12, size: "max" } as const;

/** Text that a model may write, mostly made of what headers are made of. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...FRAGMENTS), SOME)
  .map((fragments) => fragments.join(""));

/** Tokens that a model may write, mostly those of what headers are made of. */
export const anyTokens: fc.Arbitrary<number[]> = fc
  .array(
    fc.oneof(
      { weight: 11, arbitrary: fc.constantFrom<readonly number[]>(...TOKENS) },
      { weight: 1, arbitrary: fc.nat(201_099).map((token): readonly number[] => [token]) },
    ),
    SOME,
  )
  .map((pieces) => pieces.flat());

/** The role that the prompt has begun a header for, most often the assistant. */
export const anyRole: fc.Arbitrary<Role | undefined> = fc.constantFrom(
  "assistant",
  "assistant",
  "assistant",
  undefined,
  "user",
  "tool",
);

/** Options of the resilient mode. */
export const anyResilientOptions: fc.Arbitrary<Omit<ParseOptions, "mode" | "strict">> = fc.constantFrom<ParseOptions>(
  {},
  { continueAfterCall: true },
  { tools: ["functions.bash"] },
  { tools: [] },
  { prefill: { channel: "final", content: "Sure, " } },
);

/** How many units each chunk of an input has; begun again where the input is longer. */
export const anyChunkLengths: fc.Arbitrary<number[]> = fc.oneof(
  fc.constant<number[]>([1]),
  fc.array(fc.integer({ min: 1, max: 20 }), SOME),
);
