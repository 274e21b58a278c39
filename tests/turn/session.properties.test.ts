import fc from "fast-check";
import { expect } from "vitest";
import {
  extendTokens,
  type FinishReason,
  HarmonySession,
  type KeepAnalysis,
  loadHarmonyEncoding,
  Message,
  type MessageLike,
  type Prefill,
  type SessionChange,
  SpecialToken,
  StreamableParser,
} from "../../src/index.js";
import { anyTokens } from "../parse/properties/arbitraries.js";
import { testProperty } from "../property.js";
import { dialogue, messagesOf } from "./generated-dialogues.js";

const encoding = loadHarmonyEncoding();

/** What a well-behaved model writes, in its own order of header words. */
const wellFormed: fc.Arbitrary<number[]> = dialogue(1).map(({ turns }) => {
  const completion = turns[0]!.steps[0]!.completion;
  const tokens = completion.flatMap((message) => encoding.render(message, { recipientPlace: "channel" }));
  if (tokens.at(-1) === SpecialToken.END) tokens.splice(-1, 1, SpecialToken.RETURN);
  return tokens.slice(2);
});
const cut = fc.tuple(wellFormed, fc.nat(60)).map(([tokens, length]) => tokens.slice(0, length));
const withTail = fc.tuple(wellFormed, anyTokens).map(([tokens, tail]) => [...tokens, ...tail]);
const completion = fc.oneof(
  { weight: 3, arbitrary: wellFormed },
  { weight: 2, arbitrary: cut },
  { weight: 2, arbitrary: anyTokens },
  withTail,
);
const prefill = fc.constantFrom<Prefill | undefined>(
  ...Array.from({ length: 5 }, () => undefined),
  { channel: "final" },
  { channel: "final", content: "Sure, " },
  { channel: "commentary", recipient: "functions.f", content_type: "<|constrain|>json", content: '{"a' },
);
/** What is added behind a completion: nothing, a result, a question, or several. */
const addition = fc.constantFrom<readonly MessageLike[]>(
  [],
  [{ role: "tool", name: "functions.f", recipient: "assistant", channel: "commentary", content: "1" }],
  [{ role: "user", content: "And now?" }],
  [{ role: "user", content: "And now?" }],
  [
    { role: "tool", name: "python", recipient: "assistant", channel: "analysis", content: "1" },
    { role: "developer", content: "Be brief." },
  ],
  [
    {
      role: "developer",
      content: [
        {
          type: "developer_content",
          tools: { functions: { name: "functions", tools: [{ name: "g", description: "Does more." }] } },
        },
      ],
    },
  ],
);

interface Step {
  readonly prefill: Prefill | undefined;
  readonly completion: number[];
  readonly finishReason: FinishReason | undefined;
  readonly addition: readonly MessageLike[];
}
const step: fc.Arbitrary<Step> = fc.record({
  prefill,
  completion,
  finishReason: fc.constantFrom("stop", "length", undefined),
  addition,
});
const beginning = dialogue(1).map(messagesOf);
const steps = fc.array(step, { minLength: 1, maxLength: 4, size: "max" });

function expectSame(actual: readonly number[] | Uint8Array, expected: readonly number[]): void {
  if (actual.join() !== expected.join()) expect(Array.from(actual)).toEqual(expected);
}

/** Tokens, and who wrote each of them. */
interface Sequence {
  readonly tokens: readonly number[];
  readonly mask: readonly number[];
}

/** Checks that what an engine has seen is, but for the changes, the beginning of what there is now. */
function expectChanged(seen: Sequence, now: Sequence, changes: readonly SessionChange[]): void {
  let at = 0;
  let from = 0;
  for (const change of changes) {
    if (change.from < from || change.removed + change.inserted === 0) throw new Error("changes are not in order");
    const length = change.from - from;
    expectSame(now.tokens.slice(at, at + length), seen.tokens.slice(from, change.from));
    expectSame(now.mask.slice(at, at + length), seen.mask.slice(from, change.from));
    at += length;
    if (change.reason !== "analysis-restored") {
      expectSame(now.mask.slice(at, at + change.inserted), Array(change.inserted).fill(0));
    }
    at += change.inserted;
    from = change.from + change.removed;
  }
  const rest = seen.tokens.length - from;
  expectSame(now.tokens.slice(at, at + rest), seen.tokens.slice(from));
  expectSame(now.mask.slice(at, at + rest), seen.mask.slice(from));
  // What is behind it was only added, and nobody sampled it.
  expectSame(now.mask.slice(at + rest), Array(now.mask.length - at - rest).fill(0));
}

const sequenceOf = (session: HarmonySession): Sequence => ({ tokens: session.tokens, mask: Array.from(session.mask) });

for (const keepAnalysis of ["after-last-final", "this-turn", "all", "reference"] satisfies KeepAnalysis[]) {
  testProperty(
    `each prompt begins with the last one and its completion, but for the changes: ${keepAnalysis}`,
    [beginning, steps],
    (messages, given) => {
      const session = new HarmonySession(encoding, { messages }, { keepAnalysis });
      // The other one is saved and read back before whatever happens to it.
      let other = new HarmonySession(encoding, { messages }, { keepAnalysis });
      const both = <T>(act: (one: HarmonySession) => T): T => {
        other = HarmonySession.fromJSON(encoding, JSON.stringify(other));
        const result = act(session);
        expect(JSON.stringify(act(other))).toBe(JSON.stringify(result));
        expect(JSON.stringify(other)).toBe(JSON.stringify(session));
        return result;
      };
      let seen: Sequence = { tokens: [], mask: [] };
      for (const { prefill, completion, finishReason, addition } of given) {
        const before = both((one) => one.prompt({ prefill }));
        const now = sequenceOf(session);
        expectChanged(seen, now, session.changes);
        const common = seen.tokens.findIndex((token, index) => token !== before[index]);
        // Before the beginning of the next message, which may happen to be as what is gone.
        expect(session.reusedTokens).toBe(Math.min(common < 0 ? seen.tokens.length : common, now.tokens.length));

        const { isOpen } = both((one) => one.addCompletion(completion, { finishReason }));
        expect(isOpen).toBe(session.isOpen);
        expect(isOpen && finishReason === "stop").toBe(false);
        const written: Sequence = {
          tokens: [...before, ...completion],
          mask: [...now.mask, ...Array(before.length - now.mask.length).fill(0), ...Array(completion.length).fill(1)],
        };
        expectChanged(written, sequenceOf(session), session.changes);
        if (finishReason !== "stop") expectSame(session.tokens, written.tokens);
        seen = written;
        both((one) => one.add(...addition));
        expectChanged(seen, sequenceOf(session), session.changes);
        expectPlaced(session);
      }
    },
    { runs: 1_000 },
  );
}

/** Checks that the spans of messages follow each other, and that each has the tokens of its message. */
function expectPlaced(session: HarmonySession): void {
  const { messages, spans, tokens } = session;
  expect(spans.length).toBe(messages.length);
  let end = 0;
  messages.forEach((message, index) => {
    const span = spans[index];
    if (span === undefined) {
      expect(message.channel).toBe("analysis");
      return;
    }
    const { header, content, terminator } = span;
    expect(header[0]).toBeGreaterThanOrEqual(end);
    expect([header[1], content[1]]).toEqual([content[0], terminator[0]]);
    expect(terminator[1] - terminator[0]).toBeLessThanOrEqual(1);
    end = terminator[1];
    const written = tokens.slice(...content);
    // Without a message token, white space between header and content is in neither.
    if (tokens[content[0] - 1] !== SpecialToken.MESSAGE) return;
    if (written.some((token) => token >= SpecialToken.STARTOFTEXT) || message.content[0]?.type !== "text") return;
    expect(message.content.map((part) => (part.type === "text" ? part.text : "")).join("")).toBe(
      encoding.decode(written),
    );
  });
  expect(end).toBeLessThanOrEqual(tokens.length);
}

testProperty(
  "what well-formed completions leave behind parses to the session's messages, up to any of them",
  [beginning, fc.array(fc.tuple(wellFormed, addition), { minLength: 1, maxLength: 4, size: "max" })],
  (messages, given) => {
    const session = new HarmonySession(encoding, { messages }, { keepAnalysis: "all" });
    for (const [completion, addition] of given) {
      session.prompt();
      session.addCompletion(completion);
      session.add(...addition);
      const read = encoding.parseMessagesFromCompletionTokens(session.tokens, null, { mode: "resilient" });
      const texts = (list: readonly MessageLike[]) =>
        list.map(({ role, channel, recipient, content_type }) => [role, channel, recipient, content_type]);
      expect(texts(read)).toEqual(texts(session.messages));
    }
  },
  { runs: 1_000 },
);

testProperty(
  "without a session, the next prompt is the same",
  [beginning, step, fc.boolean()],
  (messages, { prefill, completion, finishReason, addition }, answers) => {
    const session = new HarmonySession(encoding, { messages }, { keepAnalysis: "all" });
    const prompt = session.prompt({ prefill });
    const added = addition.filter(({ role }) => role !== "developer");
    const next = answers ? { prefill: { channel: "final" } } : {};
    const extended = extendTokens(encoding, prompt, completion, added, { finishReason, ...next });
    const written = session.addCompletion(completion, { finishReason });
    if (added.length > 0) session.add(...added);
    expectSame(extended.tokens, session.prompt(next));
    expect(extended.messages.slice(0, written.messages.length - 1)).toEqual(written.messages.slice(0, -1));
    expectSame(
      extended.tokens.slice(0, extended.reusedTokens),
      [...prompt, ...completion].slice(0, extended.reusedTokens),
    );
  },
  { runs: 1_000 },
);

testProperty(
  "a parser that has been fed is as good as its tokens",
  [beginning, completion],
  (messages, tokens) => {
    const parser = new StreamableParser(encoding, "assistant", { mode: "resilient" });
    parser.push(tokens);
    const [one, other] = [tokens, parser].map((given) => {
      const session = new HarmonySession(encoding, { messages });
      return JSON.stringify([session.addCompletion(given), session]);
    });
    expect(one).toBe(other);
  },
  { runs: 500 },
);

testProperty(
  "whatever a program makes of the messages, only what it changed is rendered again",
  [beginning, step, fc.array(fc.nat(5), { minLength: 1, maxLength: 12, size: "max" }), addition],
  (messages, { prefill, completion, addition: first }, choices, inserted) => {
    const session = new HarmonySession(encoding, { messages }, { keepAnalysis: "all" });
    const prompt = session.prompt({ prefill });
    const before = session.mask;
    session.addCompletion(completion);
    const seen: Sequence = {
      tokens: [...prompt, ...completion],
      mask: [...before, ...Array(prompt.length - before.length).fill(0), ...Array(completion.length).fill(1)],
    };
    session.add(...first);
    // Most messages stay; some go, and new ones come in between.
    const wanted = session.messages.flatMap((message, index) => {
      const choice = choices[index % choices.length];
      return choice === 0 ? [] : choice === 1 ? [...inserted, message] : [message];
    });
    session.update(wanted);
    expect(JSON.stringify(session.messages)).toBe(JSON.stringify(wanted.map((message) => new Message(message))));
    expectChanged(seen, sequenceOf(session), session.changes);
    session.update(JSON.parse(JSON.stringify(session.messages)));
    expectChanged(seen, sequenceOf(session), session.changes);
    expectPlaced(session);
  },
  { runs: 1_000 },
);
