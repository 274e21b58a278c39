import type { Random } from "./random.js";
import { tokensOf } from "./recorded.js";

/** What outputs are made of, biased to what a header is made of. */
export const FRAGMENTS: readonly string[] = [
  ..."start end message channel constrain return call endoftext startoftext reserved_200014"
    .split(" ")
    .map((name) => `<|${name}|>`),
  ..."start end message channel start end message channel constrain call".split(" ").map((name) => `<|${name}|>`),
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

/** The tokens of each fragment, and some that no text has: halves of characters, and an id outside the vocabulary. */
const TOKENS: readonly (readonly number[])[] = [
  ...FRAGMENTS.map((text) => tokensOf(text)),
  [9552],
  [172],
  [201089],
  [132990],
];

export function randomText(random: Random): string {
  let text = "";
  for (let count = random.below(12); count >= 0; count--) text += random.pick(FRAGMENTS);
  return text;
}

export function randomTokens(random: Random): number[] {
  const tokens: number[] = [];
  for (let count = random.below(12); count >= 0; count--) {
    if (random.below(12) === 0) tokens.push(random.below(201_100));
    else tokens.push(...random.pick(TOKENS));
  }
  return tokens;
}
