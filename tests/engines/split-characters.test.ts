import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SplitCharacters, type TokenEvent } from "../../src/engines/split-characters.js";
import { loadHarmonyEncoding } from "../../src/index.js";
import { testProperty } from "../property.js";

const encoding = loadHarmonyEncoding();
const { tokenizer } = encoding;

/** The events that llama-server sends for these tokens: one when the text so far does not end within a character. */
function eventsOf(tokens: readonly number[], shown: (token: number) => boolean = () => true): TokenEvent[] {
  const events: TokenEvent[] = [];
  let waiting: number[] = [];
  for (const [index, token] of tokens.entries()) {
    if (shown(token)) waiting.push(...encoding.decodeBytes([token]));
    if (endsWithin(waiting)) continue;
    const content = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(waiting));
    events.push({ tokens: [token], content, count: index + 1 });
    waiting = [];
  }
  return events;
}

/** Whether the last of these bytes are the beginning of a character, as llama.cpp looks at it. */
function endsWithin(bytes: readonly number[]): boolean {
  const last = bytes.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  const lead = bytes[last] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return bytes.length - last < length;
}

function read(events: readonly TokenEvent[], count: number): { tokens: number[]; isApproximate: boolean } {
  const characters = new SplitCharacters(encoding);
  const outputs = [...events.map((event) => characters.read(event)), characters.end(count)];
  return {
    tokens: outputs.flatMap((output) => [...(output?.tokens ?? [])]),
    isApproximate: outputs.some((output) => output?.isApproximate === true),
  };
}

function readTokens(tokens: readonly number[], shown?: (token: number) => boolean): ReturnType<typeof read> {
  return read(eventsOf(tokens, shown), tokens.length);
}

describe("split characters", () => {
  test("are restored where only one sequence of tokens fits", () => {
    for (const text of ["🎉", "a🎉b", "🎉🙂🦩", "𝔸 🎉", "नमस्ते 🦩"]) {
      const tokens = encoding.encode(text);
      expect(eventsOf(tokens).length, text).toBeLessThan(tokens.length);
      expect(readTokens(tokens), text).toEqual({ tokens, isApproximate: false });
    }
  });

  test("are all restored in the tokens that the model was trained on", () => {
    const kinds = /\p{Emoji_Presentation}|\p{L}|\p{M}/u;
    let split = 0;
    for (let code = 0x80; code < 0x110000; code += code > 0x1f000 && code < 0x1fb00 ? 1 : 7) {
      const character = String.fromCodePoint(code);
      if (!kinds.test(character)) continue;
      for (const text of [character, ` ${character}`]) {
        const tokens = encoding.encode(text);
        if (eventsOf(tokens).length === tokens.length) continue;
        split++;
        expect(readTokens(tokens), text).toEqual({ tokens, isApproximate: false });
      }
    }
    expect(split).toBeGreaterThan(40_000);
  });

  test("come as the same text where others fit as well", () => {
    // The model can write 🎉 as two tokens or as four of one byte each; it was trained on two.
    const found = readTokens([...bytesOf("🎉")]);
    expect(found.isApproximate).toBe(true);
    expect(encoding.decode(found.tokens)).toBe("🎉");
  });

  test("do not confuse markers, shown or hidden", () => {
    const tokens = encoding.encode("<|channel|>final<|message|>🎉<|return|>", { allowedSpecial: "all" });
    for (const shown of [() => true, (token: number) => token !== 200002, (token: number) => token < 199998]) {
      expect(readTokens(tokens, shown)).toEqual({ tokens, isApproximate: false });
    }
  });

  test("do not confuse tokens without a name", () => {
    const tokens = [200500, 64, 201087, 300000];
    const events = eventsOf(tokens.slice(0, 3), (token) => token < 200019);
    expect(read([...events, { tokens: [300000], content: "", count: 4 }], 4)).toEqual({ tokens, isApproximate: false });
  });

  test("cut off by a marker or by the end become U+FFFD", () => {
    const [half] = encoding.encode("🎉");
    const before = encoding.encode("a<|message|>", { allowedSpecial: "all" });
    const lost = encoding.encode("\uFFFD");
    expect(readTokens([...before, half!])).toEqual({ tokens: [...before, ...lost], isApproximate: true });
    expect(readTokens([...before, half!, 200002])).toEqual({
      tokens: [...before, ...lost, 200002],
      isApproximate: true,
    });
    expect(readTokens([...before, half!, 64])).toEqual({ tokens: [...before, ...lost, 64], isApproximate: true });
  });

  test("are not seen where an engine counts ahead of what it sends", () => {
    const tokens = encoding.encode("a bc🎉 d");
    const [half, rest] = encoding.encode("🎉");
    const events = eventsOf(tokens).map((event) => ({ ...event, count: Math.ceil(event.count / 4) * 4 }));
    const found = read(events, Math.ceil(tokens.length / 4) * 4);
    expect(encoding.decode(found.tokens)).toBe("a bc🎉 d");
    // One was lost, but three are missing in the count: then nothing is certain.
    const ahead = read([{ tokens: [rest!], content: "🎉", count: 4 }], 4);
    expect(ahead).toEqual({ tokens: [half!, rest!], isApproximate: true });
  });

  test("of an engine that gives no ids at all are read from the text", () => {
    const tokens = encoding.encode("<|channel|>final<|message|>🎉", { allowedSpecial: "all" });
    const events = [{ tokens: [], content: encoding.decode(tokens), count: tokens.length }];
    expect(read(events, tokens.length)).toEqual({ tokens, isApproximate: true });
  });

  test("several ids in one event are taken as they are", () => {
    expect(read([{ tokens: [1, 2, 3], content: "?", count: 3 }], 3)).toEqual({
      tokens: [1, 2, 3],
      isApproximate: false,
    });
  });

  const halves: number[] = [];
  for (let token = 0; token < 199998; token++) if (tokenizer.tokenText(token) === undefined) halves.push(token);
  const token = fc.oneof(
    fc.constantFrom(...halves),
    fc.integer({ min: 0, max: 199997 }),
    fc.constantFrom(200002, 200005, 200007, 200008, 200012),
    fc.constantFrom(..."🎉𠮷𝔸🦩éह").map((character) => encoding.encode(character)),
    fc.constantFrom(..."🎉𠮷𝔸🦩éह").map((character) => bytesOf(character)),
  );

  testProperty(
    "any tokens: what is not marked as approximate is exact, and the text is always the same",
    [fc.array(token, { maxLength: 12 })],
    (pieces) => {
      const tokens = pieces.flat();
      const found = readTokens(tokens);
      if (!found.isApproximate) expect(found.tokens).toEqual(tokens);
      const text = encoding.decode(tokens);
      const foundText = encoding.decode(found.tokens);
      // What the last token has before the half of a character is never sent either.
      if (endsWithin([...encoding.decodeBytes(tokens)]))
        expect(text.startsWith(foundText.replace(/\uFFFD$/, ""))).toBe(true);
      else expect(foundText).toBe(text);
    },
    { runs: 50_000 },
  );
});

/** A character in tokens of one byte each, which the model may write as well. */
function bytesOf(character: string): number[] {
  return Array.from(new TextEncoder().encode(character), (byte) => SINGLE.get(byte)!);
}

const SINGLE = new Map<number, number>();
for (let token = 0; token < 300; token++) {
  const bytes = tokenizer.tokenBytes(token)!;
  if (bytes.length === 1) SINGLE.set(bytes[0]!, token);
}
