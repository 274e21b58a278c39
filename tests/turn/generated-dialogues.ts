import fc from "fast-check";
import type { MessageLike } from "../../src/index.js";

// Dialogues with several turns: a user asks, the model thinks, calls tools (its own functions, and built-in ones on the
// channel analysis), gets their results and answers.

const text = fc
  .array(
    fc.constantFrom(
      "Hello",
      " there",
      "\n",
      '{"a": 1}',
      "\u{1F496}",
      "\u00e9t\u00e9",
      "<|end|>",
      " 12,345",
      "",
      "if (a) b();",
    ),
    { maxLength: 5, size: "max" },
  )
  .map((words) => words.join(""));

/** What the model writes in one completion, message by message. */
export type Completion = readonly MessageLike[];
/** One question, and the completions until it is answered, each but the last with the results of the tools it called. */
export interface Turn {
  readonly question: MessageLike;
  readonly steps: readonly { readonly completion: Completion; readonly results: readonly MessageLike[] }[];
}

const analysis: fc.Arbitrary<MessageLike> = text.map((content) => ({
  role: "assistant",
  channel: "analysis",
  content,
}));
const preamble: fc.Arbitrary<MessageLike> = text.map((content) => ({
  role: "assistant",
  channel: "commentary",
  content,
}));
const answer: fc.Arbitrary<MessageLike> = text.map((content) => ({ role: "assistant", channel: "final", content }));
const call: fc.Arbitrary<MessageLike> = fc.oneof(
  fc.record({
    role: fc.constant("assistant" as const),
    channel: fc.constantFrom("commentary", "analysis"),
    recipient: fc.constantFrom("functions.get_weather", "functions.f"),
    content_type: fc.constantFrom("<|constrain|>json", "json", undefined),
    content: text,
  }),
  fc.record({
    role: fc.constant("assistant" as const),
    channel: fc.constant("analysis"),
    recipient: fc.constantFrom("python", "browser.search"),
    content_type: fc.constantFrom("code", undefined),
    content: text,
  }),
);
const resultOf = ({ recipient, channel }: MessageLike, content: string): MessageLike => ({
  role: "tool",
  name: recipient!,
  recipient: "assistant",
  channel,
  content,
});

const before = fc
  .tuple(fc.option(analysis, { nil: undefined }), fc.option(preamble, { nil: undefined }))
  .map((messages) => messages.filter((message) => message !== undefined));
/** @param calls How many calls a completion may make in a row. */
const step = (calls: number) =>
  fc
    .tuple(before, fc.array(fc.tuple(call, text), { minLength: 1, maxLength: calls, size: "max" }))
    .map(([messages, made]) => ({
      completion: [...messages, ...made.map(([message]) => message)],
      results: made.map(([message, content]) => resultOf(message, content)),
    }));
const lastStep = fc
  .tuple(before, answer)
  .map(([messages, message]) => ({ completion: [...messages, message], results: [] }));

/** The beginning of a conversation, and its turns. */
export interface Dialogue {
  readonly beginning: readonly MessageLike[];
  readonly turns: readonly Turn[];
}

/** @param calls How many calls a completion may make in a row: more than one only if the engine does not stop at a call. */
export const dialogue = (calls: number): fc.Arbitrary<Dialogue> =>
  fc.record({
    beginning: fc.constantFrom<readonly MessageLike[]>(
      [],
      [{ role: "system", content: "Be brief." }],
      [
        { role: "system", content: [{ type: "system_content", reasoning_effort: "Low" }] },
        {
          role: "developer",
          content: [
            {
              type: "developer_content",
              tools: { functions: { name: "functions", tools: [{ name: "f", description: "Does something." }] } },
            },
          ],
        },
      ],
    ),
    turns: fc.array(
      fc
        .tuple(text, fc.array(step(calls), { maxLength: 2, size: "max" }), lastStep)
        .map(([content, steps, last]): Turn => ({ question: { role: "user", content }, steps: [...steps, last] })),
      { minLength: 1, maxLength: 4, size: "max" },
    ),
  });

/** All messages of a dialogue, in order. */
export function messagesOf({ beginning, turns }: Dialogue): MessageLike[] {
  return [
    ...beginning,
    ...turns.flatMap(({ question, steps }) => [
      question,
      ...steps.flatMap(({ completion, results }) => [...completion, ...results]),
    ]),
  ];
}
