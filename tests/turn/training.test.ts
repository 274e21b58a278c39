import { describe, expect, test } from "vitest";
import {
  HarmonyError,
  loadHarmonyEncoding,
  type MessageLike,
  type RenderForTrainingOptions,
  SpecialToken,
} from "../../src/index.js";
import { testProperty } from "../property.js";
import { type Completion, type Dialogue, dialogue, messagesOf } from "./generated-dialogues.js";

const encoding = loadHarmonyEncoding();
const ordinary = (text: string): number[] => encoding.tokenizer.encodeOrdinary(text);

/** What a model writes in a completion, token by token. */
function sample(completion: Completion): number[] {
  return completion.flatMap(({ channel, recipient, content_type, content }, index) => [
    ...(index === 0 ? [] : [SpecialToken.START, ...ordinary("assistant")]),
    ...(recipient ? ordinary(` to=${recipient}`) : []),
    SpecialToken.CHANNEL,
    ...ordinary(channel!),
    ...(content_type === "<|constrain|>json"
      ? [...ordinary(" "), SpecialToken.CONSTRAIN, ...ordinary("json")]
      : content_type
        ? ordinary(` ${content_type}`)
        : []),
    SpecialToken.MESSAGE,
    ...ordinary(String(content)),
    recipient ? SpecialToken.CALL : index === completion.length - 1 ? SpecialToken.RETURN : SpecialToken.END,
  ]);
}

/** Lets a model answer, completion by completion, and writes down what it was given and what it sampled. */
function simulate({ beginning, turns }: Dialogue, pastAnswersEndWith: "end" | "return") {
  const tokens: number[] = [];
  const mask: number[] = [];
  const put = (more: readonly number[], bit: number) => {
    for (const token of more) {
      tokens.push(token);
      mask.push(bit);
    }
  };
  const give = (messages: readonly MessageLike[]) => {
    if (messages.length === 0) return;
    if (tokens.at(-1) === SpecialToken.RETURN && pastAnswersEndWith === "end") {
      tokens.splice(-1, 1, SpecialToken.END);
      mask.splice(-1, 1, 0);
    }
    // A system message mentions functions that a developer message declares, so the beginning is rendered as one.
    put(encoding.renderConversation({ messages }, { autoDropAnalysis: false }), 0);
  };
  give(beginning);
  for (const { question, steps } of turns) {
    give([question]);
    for (const { completion, results } of steps) {
      put([SpecialToken.START, ...ordinary("assistant")], 0);
      put(sample(completion), 1);
      give(results);
    }
  }
  return { tokens, mask };
}

/** Comparing numbers as text is many times as fast as comparing them one by one with explanations. */
function expectSame(actual: Iterable<number>, expected: Iterable<number>): void {
  expect(Array.from(actual).join()).toBe(Array.from(expected).join());
}

for (const [calls, continueAfterCall] of [
  [1, false],
  [3, true],
] as const) {
  testProperty(
    `masks equal a sampling loop, with up to ${calls} calls in a completion`,
    [dialogue(calls)],
    (given) => {
      const conversation = { messages: messagesOf(given) };
      const text = JSON.stringify(conversation);
      for (const pastAnswersEndWith of ["end", "return"] as const) {
        const options = { continueAfterCall, pastAnswersEndWith };
        const expected = simulate(given, pastAnswersEndWith);
        const { tokens, mask, spans } = encoding.renderForTraining(conversation, options);
        expectSame(tokens, expected.tokens);
        expectSame(mask, expected.mask);
        const ends = spans.map(({ terminator }) => terminator[1]);
        expect(spans.map(({ header }) => header[0])).toEqual([0, ...ends.slice(0, -1)]);
        expect(ends.at(-1)).toBe(tokens.length);
        const batch = encoding.renderBatchForTraining([text, conversation], options);
        expectSame(batch.offsets, [0, tokens.length, 2 * tokens.length]);
        expectSame(batch.tokens, [...tokens, ...tokens]);
        expectSame(batch.mask, [...mask, ...mask]);
      }
      const reference = encoding.renderConversationForTraining(conversation, { autoDropAnalysis: false });
      expectSame(encoding.renderForTraining(text).tokens, reference);
    },
    { runs: 2_500 },
  );
}

const user = (content: string): MessageLike => ({ role: "user", content });
const analysis = (content: string): MessageLike => ({ role: "assistant", channel: "analysis", content });
const final = (content: string): MessageLike => ({ role: "assistant", channel: "final", content });
const call: MessageLike = { role: "assistant", channel: "commentary", recipient: "functions.f", content: "{}" };
const result: MessageLike = {
  role: "tool",
  name: "functions.f",
  recipient: "assistant",
  channel: "commentary",
  content: "1",
};
const messages = [user("a"), analysis("A1"), final("A"), user("b"), analysis("B1"), call, result, final("B")];

/** The learned stretches of tokens. */
function learned(given: readonly MessageLike[], options?: RenderForTrainingOptions): string[] {
  const { tokens, mask } = encoding.renderForTraining({ messages: given }, options);
  const stretches: number[][] = [];
  tokens.forEach((token, index) => {
    if (mask[index] === 0) return;
    if (mask[index - 1] !== 1) stretches.push([]);
    stretches.at(-1)!.push(token);
  });
  return stretches.map((stretch) => encoding.decodeUtf8(stretch));
}

describe("what is learned", () => {
  const first = "<|channel|>analysis<|message|>A1<|end|><|start|>assistant<|channel|>final<|message|>A";
  const second =
    "<|channel|>analysis<|message|>B1<|end|><|start|>assistant to=functions.f<|channel|>commentary<|message|>{}<|call|>";
  const third = "<|channel|>final<|message|>B<|return|>";

  test("all turns; the end of a past answer is not the model's", () => {
    expect(learned(messages)).toEqual([first, second, third]);
    expect(learned(messages, { pastAnswersEndWith: "return" })).toEqual([`${first}<|return|>`, second, third]);
  });

  test("the last turn", () => {
    expect(learned(messages, { trainOn: "last-turn" })).toEqual([second, third]);
  });

  test("what a function chooses", () => {
    const seen: number[] = [];
    const onlyCalls = learned(messages, {
      trainOn: ({ recipient, role }, index) => {
        expect(role).toBe("assistant");
        seen.push(index);
        return recipient !== undefined;
      },
    });
    expect(seen).toEqual([1, 2, 4, 5, 7]);
    expect(onlyCalls).toEqual([second.slice(second.indexOf("<|start|>"))]);
  });

  test("with old analysis left out, the answer is the first message of its completion", () => {
    const options = { keepAnalysis: "after-last-final" } as const;
    expect(learned(messages, options)[0]).toBe("<|channel|>final<|message|>A");
    expect(encoding.renderForTraining({ messages }, options).spans.map(({ message }) => message)).toEqual([
      0, 2, 3, 5, 6, 7,
    ]);
  });

  test("a turn that was broken off has no end of the model's", () => {
    expect(learned([user("a"), analysis("A1"), user("b")])).toEqual(["<|channel|>analysis<|message|>A1"]);
  });

  test("of a second call, the start token and the role are given unless the model was let go on", () => {
    const two = [user("a"), call, call, result, result];
    const written = " to=functions.f<|channel|>commentary<|message|>{}<|call|>";
    expect(learned(two)).toEqual([written, written]);
    expect(learned(two, { continueAfterCall: true })).toEqual([`${written}<|start|>assistant${written}`]);
  });

  test("nothing, of messages of others alone", () => {
    expect(learned([user("a")])).toEqual([]);
    expect(encoding.renderForTraining({ messages: [] })).toEqual({
      tokens: new Uint32Array(),
      mask: new Uint8Array(),
      spans: [],
    });
  });

  test("a content longer than any buffer", () => {
    const long = "word \u{1F496} ".repeat(20_000);
    const { tokens, spans } = encoding.renderForTraining({ messages: [user("a"), final(long)] });
    const [from, to] = spans[1]!.content;
    expect(encoding.decodeUtf8(tokens.subarray(from, to))).toBe(long);
    expect(Array.from(tokens)).toEqual(encoding.renderConversationForTraining({ messages: [user("a"), final(long)] }));
  });
});

describe("mistakes", () => {
  test("of options", () => {
    const render = (options: unknown) => () => encoding.renderForTraining({ messages }, options as never);
    expect(render({ trainOn: "all" })).toThrow('trainOn must be "all-turns", "last-turn" or a function, not "all"');
    expect(render({ pastAnswersEndWith: "stop" })).toThrow('pastAnswersEndWith must be "end" or "return", not "stop"');
    expect(render({ continueAfterCall: 1 })).toThrow(TypeError);
    expect(render({ nextTurnRole: "assistant" })).toThrow(/unknown option "nextTurnRole"/);
    expect(() => encoding.renderBatchForTraining("{}" as never)).toThrow("conversations must be a list");
  });

  test("of data say in which conversation", () => {
    const broken = () => encoding.renderBatchForTraining(['{"messages":[]}', '{"messages":[{"role":"user"}]}']);
    expect(broken).toThrow(HarmonyError);
    expect(broken).toThrow(
      expect.objectContaining({ code: "missing-field", path: "conversations[1].messages[0].content" }),
    );
    expect(() => encoding.renderBatchForTraining(["{"])).toThrow(
      expect.objectContaining({ code: "invalid-json", path: "conversations[0]", offset: 1 }),
    );
  });
});
