import type { MessageJSON } from "../../src/index.js";

const WORDS: readonly string[] =
  "the weather in Lisbon is windy, and naïve 雨傘 do not last: 42 of them broke 🙂 <|end|> {} (1)".split(" ");

/** Conversations that follow from a seed. */
export function conversations(count: number, seed: number): { messages: MessageJSON[] }[] {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
  const text = (most: number): string =>
    Array.from({ length: 1 + random(most) }, () => WORDS[random(WORDS.length)]).join(" ");
  return Array.from({ length: count }, () => ({
    messages: Array.from({ length: 1 + random(3) }, (): MessageJSON[] => [
      { role: "user", content: text(30) },
      { role: "assistant", channel: "analysis", content: text(60) },
      { role: "assistant", channel: "final", content: text(60) },
    ]).flat(),
  }));
}
