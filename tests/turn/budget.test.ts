import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Conversation } from "../../src/chat/conversation.js";
import type { MessageLike } from "../../src/chat/message.js";
import { HarmonyEncoding, loadHarmonyEncoding } from "../../src/encoding.js";
import { HarmonyError } from "../../src/errors.js";
import type { KeepAnalysis } from "../../src/render/keep-analysis.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { type FitOptions, type FittedConversation, fitConversation } from "../../src/turn/budget.js";
import { turnsOf } from "../../src/turn/turns.js";
import { testProperty } from "../property.js";

const encoding = loadHarmonyEncoding();

const system: MessageLike = { role: "system", content: "S" };
const developer: MessageLike = { role: "developer", content: "D" };
const user = (content: string): MessageLike => ({ role: "user", content });
const analysis = (content: string): MessageLike => ({ role: "assistant", channel: "analysis", content });
const final = (content: string): MessageLike => ({ role: "assistant", channel: "final", content });
const call = (tool: string): MessageLike => ({
  role: "assistant",
  channel: "commentary",
  recipient: `functions.${tool}`,
  content: "{}",
});
const result = (tool: string, content = "done"): MessageLike => ({
  role: "tool",
  name: `functions.${tool}`,
  recipient: "assistant",
  channel: "commentary",
  content,
});

const sizeOf = (messages: readonly MessageLike[], keepAnalysis?: KeepAnalysis): number =>
  encoding.countConversationTokens({ messages }, { nextTurnRole: "assistant", keepAnalysis });

/** Fits messages into as many tokens as some of them need. */
function fitInto(messages: readonly MessageLike[], fitting: readonly MessageLike[], options: Partial<FitOptions> = {}) {
  return fitConversation(encoding, { messages }, { maxTokens: sizeOf(fitting), ...options });
}

const textsOf = ({ conversation }: FittedConversation): string =>
  conversation.messages.map(({ text }) => text).join(" ");

const CHAT = [system, developer, user("u1"), final("a1"), user("u2"), final("a2"), user("u3")];

describe("what is dropped", () => {
  test("nothing, if the conversation fits: it is handed back as it is", () => {
    const conversation = new Conversation({ messages: CHAT });
    const maxTokens = sizeOf(CHAT);
    const fitted = fitConversation(encoding, conversation, { maxTokens });
    expect(fitted).toEqual({ conversation, tokens: maxTokens, dropped: [], shortened: [] });
    expect(fitted.conversation).toBe(conversation);
    expect(fitted.tokens).toBe(encoding.renderConversationForCompletion(conversation, "assistant").length);
  });

  test("the oldest turns, whole, and no more of them than needed", () => {
    const fitted = fitInto(CHAT, [system, developer, user("u2"), final("a2"), user("u3")]);
    expect(textsOf(fitted)).toBe("S D u2 a2 u3");
    const [, , u1, a1] = encoding.countTokensByMessage({ messages: CHAT });
    expect(fitted.dropped).toEqual([{ messages: [2, 4], tokens: u1! + a1! }]);
    expect(textsOf(fitInto(CHAT, [system, developer, user("u3")]))).toBe("S D u3");
  });

  test("room is left for the completion", () => {
    const maxTokens = sizeOf(CHAT);
    expect(fitConversation(encoding, { messages: CHAT }, { maxTokens, reserve: 0 }).dropped).toEqual([]);
    expect(fitConversation(encoding, { messages: CHAT }, { maxTokens, reserve: 1 }).dropped).toHaveLength(1);
  });

  test("instructions stay, wherever they stand", () => {
    const messages = [system, user("u1"), developer, final("a1"), user("u2")];
    const fitted = fitInto(messages, [system, developer, user("u2")]);
    expect(textsOf(fitted)).toBe("S D u2");
    expect(fitted.dropped.map(({ messages: range }) => range)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("what precedes the first user is a turn as well", () => {
    const messages = [system, final("welcome"), user("u1"), final("a1"), user("u2")];
    expect(turnsOf(new Conversation({ messages }).messages)).toEqual([
      { from: 0, to: 2 },
      { from: 2, to: 4 },
      { from: 4, to: 5 },
    ]);
    expect(textsOf(fitInto(messages, messages.toSpliced(1, 1)))).toBe("S u1 a1 u2");
  });

  test("messages of a user in a row are one turn", () => {
    const messages = [user("u1"), user("u2"), final("a"), user("u3"), user("u4")];
    expect(textsOf(fitInto(messages, messages.slice(3)))).toBe("u3 u4");
    expect(() => fitInto(messages, messages.slice(4))).toThrow(HarmonyError);
  });

  test("a call and its result go together, also over what a user has said between them", () => {
    const messages = [user("u1"), call("f"), user("u2"), result("f"), final("a2"), user("u3"), final("a3"), user("u4")];
    expect(textsOf(fitInto(messages, messages.slice(2)))).toBe("u3 a3 u4");
    const open = [user("u1"), call("f"), user("u2"), final("a2"), user("u3"), result("f")];
    expect(() => fitInto(open, open.slice(2))).toThrow("need");
    const renamed = [user("u1"), call("f"), user("u2"), { ...result("f"), name: "f" }, user("u3")];
    expect(textsOf(fitInto(renamed, renamed.slice(1)))).toBe("u3");
    const never = [user("u1"), call("f"), user("u2"), call("f"), result("f"), user("u3")];
    expect(textsOf(fitInto(never, never.slice(2)))).toBe("u2 {} done u3");
  });

  test("what the caller wants to keep stays, with its turn", () => {
    const keep: FitOptions["keep"] = (message, index) => message.text === "a1" && index === 3;
    expect(textsOf(fitInto(CHAT, [system, developer, user("u1"), final("a1"), user("u3")], { keep }))).toBe(
      "S D u1 a1 u3",
    );
  });
});

describe("what rendering leaves out", () => {
  const long = analysis("thinking ".repeat(100));
  const messages = [user("u1"), long, final("a1"), user("u2"), final("a2"), user("u3")];

  test("costs nothing", () => {
    const fitted = fitInto(messages, messages.toSpliced(1, 1));
    expect(fitted.dropped).toEqual([]);
    expect(fitted.conversation.messages).toHaveLength(6);
    const counts = encoding.countTokensByMessage({ messages });
    expect(fitInto(messages, messages.slice(3)).dropped).toEqual([
      { messages: [0, 3], tokens: counts[0]! + counts[2]! },
    ]);
  });

  test("costs what it costs where it is kept", () => {
    const options = { keepAnalysis: "all" } as const;
    expect(textsOf(fitInto(messages, messages.toSpliced(1, 1), options))).toBe("u2 a2 u3");
    expect(textsOf(fitInto(messages, messages.toSpliced(1, 1), { autoDropAnalysis: false }))).toBe("u2 a2 u3");
  });

  test("grows when the turn of the first answer is dropped", () => {
    const second = [user("u1"), final("a1"), user("u2"), long, final("a2"), user("u3")];
    const fitted = fitInto(second, [user("u2"), final("a2"), user("u3")]);
    expect(fitted.dropped.map(({ messages: range }) => range)).toEqual([[0, 2]]);
    expect(fitted.conversation.messages).toHaveLength(4);
  });
});

describe("results of tools", () => {
  const page = "page ".repeat(200);
  const messages = [
    user("u1"),
    call("f"),
    result("f", page),
    final("a1"),
    user("u2"),
    call("g"),
    result("g", page),
    call("h"),
    result("h", page),
  ];
  const short = (index: number): MessageLike => ({ ...messages[index]!, content: "cut" });
  const shorten: FitOptions["shorten"] = () => "cut";

  test("are shortened before turns are dropped, oldest first, and those of the current turn last", () => {
    const first = fitInto(messages, messages.with(2, short(2)), { shorten });
    expect(first.dropped).toEqual([]);
    const counts = encoding.countTokensByMessage({ messages });
    const tokens = encoding.countTokensByMessage({ messages: [short(2)] })[0];
    expect(first.shortened).toEqual([{ message: 2, tokensBefore: counts[2], tokens }]);
    const second = fitInto(messages, messages.slice(4).with(2, short(6)), { shorten });
    expect(second.shortened.map(({ message }) => message)).toEqual([6]);
    expect(second.dropped.map(({ messages: range }) => range)).toEqual([[0, 4]]);
    expect(second.conversation.messages[2]?.toJSON()).toEqual(short(6));
  });

  test("are shortened as the rule says", () => {
    const seen: unknown[] = [];
    const rule: FitOptions["shorten"] = (message, tokens) => {
      seen.push([message.name, message.text === page, tokens > 100]);
      return message.name === "functions.g" ? undefined : message.text + page;
    };
    expect(() => fitConversation(encoding, { messages }, { maxTokens: 20, shorten: rule })).toThrow("does not fit");
    expect(seen).toEqual(["f", "g", "h"].map((tool) => [`functions.${tool}`, true, true]));
  });

  test("the rule is not asked if everything fits", () => {
    const never = () => {
      throw new Error("asked");
    };
    expect(fitInto(messages, messages, { shorten: never }).shortened).toEqual([]);
  });

  test("the rule must return a text", () => {
    expect(() => fitConversation(encoding, { messages }, { maxTokens: 20, shorten: () => 5 as never })).toThrow(
      "shorten must return a string or undefined, not 5, for messages[2]",
    );
  });
});

describe("mistakes", () => {
  test("a budget that cannot be kept says how many tokens what must stay needs", () => {
    const needed = sizeOf([system, developer, user("u3")]);
    const fitted = (maxTokens: number) => fitConversation(encoding, { messages: CHAT }, { maxTokens, reserve: 5 });
    expect(() => fitted(needed + 4)).toThrow(
      expect.objectContaining({
        code: "over-budget",
        path: "maxTokens",
        message:
          "the conversation does not fit: its system and developer messages and its current turn need " +
          `${needed} tokens, but only ${needed - 1} are left for the prompt ` +
          `(maxTokens ${needed + 4}, reserve 5); raise maxTokens, lower reserve, or shorten the messages`,
      }),
    );
    expect(fitted(needed + 5).tokens).toBe(needed);
  });

  test.each([
    [{}, "maxTokens must be an integer of tokens, 1 or more, not undefined"],
    [{ maxTokens: 0 }, "maxTokens must be"],
    [{ maxTokens: 1.5 }, "maxTokens must be"],
    [{ maxTokens: 5, reserve: -1 }, "reserve must be an integer of tokens, 0 or more, not -1"],
    [{ maxTokens: 5, keep: 3 }, "keep must be a function, not 3"],
    [{ maxTokens: 5, shorten: "x" }, "shorten must be a function"],
    [{ maxTokens: 5, nextTurnRole: "robot" }, "unknown role: robot"],
    [{ maxTokens: 5, keepAnalysis: "some" }, "keepAnalysis must be"],
    [{ max_tokens: 5 }, 'fitConversation: unknown option "max_tokens"; the options are maxTokens, reserve'],
    [null, "options must be an object"],
    [undefined, "fitConversation needs the option maxTokens"],
  ])("options %o", (options, message) => {
    expect(() => fitConversation(encoding, { messages: CHAT }, options as never)).toThrow(message);
  });

  test("an encoding that is none, and a conversation that is not well formed", () => {
    expect(() => fitConversation({} as never, { messages: CHAT }, { maxTokens: 9 })).toThrow(
      "encoding must be a HarmonyEncoding, not an object",
    );
    const messages = [user("u1"), { role: "tool", content: "x" } as const];
    expect(() => fitConversation(encoding, { messages }, { maxTokens: 9 })).toThrow(
      expect.objectContaining({ code: "tool-without-name", path: "messages[1].name" }),
    );
  });
});

describe("work", () => {
  /** An encoding that counts what it is asked to count. */
  function countingEncoding(): { encoding: HarmonyEncoding; counted: { texts: number; units: number } } {
    const counted = { texts: 0, units: 0 };
    const tokenizer = Object.create(encoding.tokenizer, {
      countTokens: {
        value: (text: string) => {
          counted.texts += 1;
          counted.units += text.length;
          return encoding.tokenizer.countTokens(text);
        },
      },
      encodeOrdinary: {
        value: () => {
          throw new Error("nothing need be encoded");
        },
      },
    }) as Tokenizer;
    return { encoding: HarmonyEncoding.create(encoding.name, tokenizer), counted };
  }

  const longChat = (turns: number): MessageLike[] => [
    system,
    ...Array.from({ length: turns }, (_, turn) => [
      user(`question ${turn}`),
      analysis("thinking about it"),
      call("f"),
      result("f", `a result of ${turn}`),
      final("the answer"),
    ]).flat(),
    user("and now?"),
  ];

  test.each([10, 100, 2_000])("every message of %i turns is counted exactly once", (turns) => {
    const messages = longChat(turns);
    const whole = countingEncoding();
    const maxTokens = whole.encoding.countConversationTokens({ messages }, { keepAnalysis: "all" });
    const fitting = countingEncoding();
    const fitted = fitConversation(fitting.encoding, { messages }, { maxTokens: maxTokens >> 2 });
    expect(fitted.dropped.length).toBeGreaterThan(turns / 2);
    // The beginning of the next turn is one text more.
    expect(fitting.counted).toEqual({
      texts: whole.counted.texts + 1,
      units: whole.counted.units + "assistant".length,
    });
  });

  test("a shortened message is counted once more", () => {
    const messages = longChat(100);
    const whole = countingEncoding();
    whole.encoding.countConversationTokens({ messages }, { keepAnalysis: "all" });
    const fitting = countingEncoding();
    const shorten = () => "-";
    const fitted = fitConversation(fitting.encoding, { messages }, { maxTokens: 400, shorten });
    expect(fitted.dropped.length).toBeGreaterThan(10);
    const ofOneResult = encoding
      .renderConversationWithParts({ messages: [result("f", "-")] }, { nextTurnRole: "assistant" })
      .parts.filter(({ token }) => token === undefined).length;
    expect(fitting.counted.texts).toBe(whole.counted.texts + 1 + 100 * ofOneResult);
  });
});

// Every call has a name of its own, so that it is certain which result belongs to it.
const anyMessages: fc.Arbitrary<MessageLike[]> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(user("u"), user("question")) },
      { weight: 3, arbitrary: fc.constantFrom(final("a"), final("answer ".repeat(9))) },
      { weight: 3, arbitrary: fc.constantFrom(analysis("hm"), analysis("think ".repeat(9))) },
      { weight: 3, arbitrary: fc.constant<"call" | "result">("call") },
      { weight: 3, arbitrary: fc.constant<"call" | "result">("result") },
      { weight: 1, arbitrary: fc.constantFrom(system, developer, { ...user("tool talk"), channel: "final" }) },
    ),
    { maxLength: 24, size: "max" },
  )
  .map((drafts) => {
    let calls = 0;
    const open: string[] = [];
    return drafts.flatMap((draft) => {
      if (typeof draft !== "string") return draft;
      if (draft === "call") {
        open.push(`f${calls++}`);
        return call(open.at(-1)!);
      }
      const answered = open.shift();
      return answered === undefined ? [] : result(answered, "result ".repeat(answered.length * 4));
    });
  });

const anyKeepAnalysis = fc.constantFrom<(KeepAnalysis | undefined)[]>(
  undefined,
  "reference",
  "after-last-final",
  "this-turn",
  "all",
  (_, index) => index % 3 === 0,
  ({ text }) => text === "hm",
);
const anyRules = fc.constantFrom<Pick<FitOptions, "keep" | "shorten">>(
  {},
  {},
  { keep: ({ text }) => text === "question" },
  { shorten: () => "…" },
  { shorten: ({ text }, tokens) => (tokens > 25 ? text.slice(0, 10) : undefined), keep: (_, index) => index === 1 },
);

testProperty(
  "whatever fits is within the budget, exactly counted, and whole",
  [anyMessages, fc.integer({ min: 1, max: 400 }), anyKeepAnalysis, anyRules],
  (messages, maxTokens, keepAnalysis, rules) => {
    const given = new Conversation({ messages }).messages;
    let fitted: FittedConversation;
    try {
      fitted = fitConversation(encoding, { messages: given }, { maxTokens, keepAnalysis, ...rules });
    } catch (error) {
      if (!(error instanceof HarmonyError)) throw error;
      const needed = Number(/need (\d+) tokens/.exec(error.message)![1]);
      if (needed <= maxTokens) throw new Error(`${needed} would fit`);
      // So many tokens are enough indeed.
      const again = fitConversation(encoding, { messages: given }, { maxTokens: needed, keepAnalysis, ...rules });
      if (again.tokens > needed) throw new Error("more than needed");
      return;
    }
    const { conversation, tokens, dropped, shortened } = fitted;
    const kept = conversation.messages;
    if (tokens > maxTokens || tokens !== sizeOf(kept, keepAnalysis)) throw new Error(`${tokens} are not the tokens`);

    const isDropped = given.map((_, index) => dropped.some(({ messages: [from, to] }) => from <= index && index < to));
    const left = given.filter((_, index) => !isDropped[index]);
    const isShortened = new Set(shortened.map(({ message }) => given[message]));
    if (left.length !== kept.length) throw new Error("messages are missing");
    left.forEach((message, index) => {
      if (message !== kept[index] && !isShortened.has(message)) throw new Error("a message has changed");
    });
    const lastUser = given.findLastIndex(({ role }) => role === "user");
    given.forEach(({ role, recipient, name }, index) => {
      if (!isDropped[index]) return;
      if (role === "system" || role === "developer" || index >= lastUser) throw new Error(`${index} must stay`);
      if (rules.keep?.(given[index]!, index)) throw new Error(`${index} was to be kept`);
      const partner = recipient?.startsWith("functions.")
        ? given.findIndex((other) => other.role === "tool" && other.name === recipient)
        : role === "tool"
          ? given.findIndex((other) => other.recipient === name)
          : -1;
      if (partner >= 0 && !isDropped[partner]) throw new Error(`${index} belongs to ${partner}`);
    });

    const counts = encoding.countTokensByMessage({ messages: given }, { keepAnalysis });
    for (const {
      messages: [from, to],
      tokens: saved,
    } of dropped) {
      const sum = counts.slice(from, to).reduce((a, b) => a + b, 0);
      if (saved !== sum) throw new Error(`${saved} tokens were dropped, not ${sum}`);
    }
    if (dropped.length === 0 || rules.shorten !== undefined) return;
    // With the turn that was dropped last, it would not fit.
    const last = turnsOf(given).findLast(({ from, to }) => isDropped.slice(from, to).includes(true))!;
    const more = given.filter((_, index) => !isDropped[index] || (last.from <= index && index < last.to));
    if (sizeOf(more, keepAnalysis) <= maxTokens) throw new Error("more was dropped than needed");
  },
  { runs: 30_000 },
);
