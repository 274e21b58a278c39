import { describe, expect, test } from "vitest";
import {
  commonPrefixLength,
  extendTokens,
  HarmonyError,
  HarmonySession,
  loadHarmonyEncoding,
  type MessageLike,
  type SessionJSON,
  type SessionOptions,
  StreamableParser,
} from "../../src/index.js";

const encoding = loadHarmonyEncoding();
const tokensOf = (text: string): number[] => encoding.encode(text, { allowedSpecial: "all" });
const textOf = (tokens: Iterable<number>): string => encoding.decode(tokens);

const user = (content: string): MessageLike => ({ role: "user", content });
const result: MessageLike = {
  role: "tool",
  name: "functions.f",
  recipient: "assistant",
  channel: "commentary",
  content: "1",
};
const hi = "<|start|>user<|message|>Hi<|end|>";
const head = "<|start|>assistant";
const thought = "<|channel|>analysis<|message|>Hm.<|end|>";
const call = '<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a"';
const tail = "<|start|>functions.f to=assistant<|channel|>commentary<|message|>1<|end|>";

function begin(options?: SessionOptions, messages = [user("Hi")]): HarmonySession {
  return new HarmonySession(encoding, { messages }, options);
}

describe("a turn with a call", () => {
  const session = begin();
  test("the prompt is what rendering gives", () => {
    expect(session.prompt()).toEqual(encoding.renderConversationForCompletion({ messages: [user("Hi")] }, "assistant"));
    expect([session.changes, session.reusedTokens]).toEqual([[], 0]);
  });
  test("the call stays as the model wrote it, and nothing changes", () => {
    const { messages, isOpen } = session.addCompletion(tokensOf(`${thought}${head}${call}: 1}<|call|>`));
    expect(messages.map(({ recipient }) => recipient)).toEqual([undefined, "functions.f"]);
    expect(isOpen).toBe(false);
    session.add(result);
    expect(textOf(session.prompt())).toBe(`${hi}${head}${thought}${head}${call}: 1}<|call|>${tail}${head}`);
    expect(session.changes).toEqual([]);
    expect(session.reusedTokens).toBe(tokensOf(`${hi}${head}${thought}${head}${call}: 1}<|call|>`).length);
  });
  test("the answer ends with return until something follows it", () => {
    session.addCompletion(tokensOf("<|channel|>final<|message|>One.<|return|>"));
    expect(textOf(session.tokens).endsWith("One.<|return|>")).toBe(true);
    expect(session.changes).toEqual([]);
  });
  test("a question leaves the old analysis out, and says so", () => {
    const seen = session.tokens;
    session.add(user("And two?"));
    const [analysis, end] = session.changes;
    const from = tokensOf(hi).length;
    expect(analysis).toEqual({
      reason: "analysis-left-out",
      from,
      removed: tokensOf(head + thought).length,
      inserted: 0,
    });
    expect(end).toEqual({ reason: "return-in-the-past", from: seen.length - 1, removed: 1, inserted: 1 });
    expect(session.changes.length).toBe(2);
    // The next message begins as the one that is gone.
    expect(session.reusedTokens).toBe(from + 3);
    expect(session.spans[1]).toBeUndefined();
    expect(session.messages.length).toBe(6);
    const [given, sampled] = [0, 1].map((bit) => textOf(session.tokens.filter((_, at) => session.mask[at] === bit)));
    expect(given).toBe(`${hi}${tail}${head}<|end|><|start|>user<|message|>And two?<|end|>`);
    expect(sampled).toBe(`${head}${call}: 1}<|call|><|channel|>final<|message|>One.`);
  });
});

describe("what the engine does not say", () => {
  test("it stopped: the stop token that it kept is added", () => {
    const session = begin();
    session.addCompletion(tokensOf(`${thought}${head}${call}: 1}`), { finishReason: "stop" });
    expect(textOf(session.tokens)).toBe(`${hi}${head}${thought}${head}${call}: 1}<|call|>`);
    expect(session.mask.at(-1)).toBe(0);
    expect(session.changes).toEqual([]);
    const answer = begin();
    answer.addCompletion(tokensOf("<|channel|>final<|message|>One."), { finishReason: "stop" });
    expect(textOf(answer.tokens).endsWith("One.<|end|>")).toBe(true);
  });

  test("it stopped behind an answer that had ended: the return of that answer stays", () => {
    const session = begin();
    const answered = `<|channel|>final<|message|>One.<|return|>${head}`;
    session.prompt();
    session.addCompletion(tokensOf(`${answered}${call}: 1}`), { finishReason: "stop" });
    session.add(result);
    expect(textOf(session.tokens)).toBe(`${hi}${head}${answered}${call}: 1}<|call|>${tail}`);
    expect(session.changes).toEqual([]);
  });
  test.each(["tool_calls", "eos"])("it stopped, in another word: %s", (finishReason) => {
    const session = begin();
    expect(session.addCompletion(tokensOf(`${call}: 1}`), { finishReason }).isOpen).toBe(false);
    expect(session.addCompletion([], { finishReason: null }).isOpen).toBe(true);
  });

  test("it was cut: the completion goes on in place", () => {
    const session = begin();
    expect(session.addCompletion(tokensOf(`${thought}${head}${call}`), { finishReason: "length" })).toMatchObject({
      isOpen: true,
      messages: [{ channel: "analysis" }, { recipient: "functions.f", content: [{ text: '{"a"' }] }],
    });
    expect(textOf(session.prompt())).toBe(`${hi}${head}${thought}${head}${call}`);
    const { messages } = session.addCompletion(tokensOf(": 1}<|call|>"));
    expect(messages[1]).toMatchObject({ content: [{ text: '{"a": 1}' }] });
    expect([session.messages.length, session.isOpen]).toEqual([3, false]);
  });

  test("it was cut: what follows closes it", () => {
    const session = begin();
    session.addCompletion(tokensOf(`${thought}${head}${call}`), { finishReason: "length" });
    session.add(result);
    expect(textOf(session.tokens)).toBe(`${hi}${head}${thought}${head}${call}<|call|>${tail}`);
    expect(session.changes).toEqual([]);
  });

  test("it was cut in a header that says nothing yet: that goes", () => {
    const session = begin();
    session.addCompletion(tokensOf(`${thought}${head}<|channel|>comment`));
    expect(session.close()?.messages.length).toBe(1);
    expect(textOf(session.tokens)).toBe(hi + head + thought);
    expect(session.changes).toEqual([
      { reason: "incomplete-header", from: tokensOf(hi + head + thought).length, removed: 4, inserted: 0 },
    ]);
    expect(session.close()).toBeUndefined();
  });

  test("it gave nothing at all", () => {
    const session = begin();
    expect(session.addCompletion([])).toEqual({ messages: [], diagnostics: [], isOpen: true });
    session.add(user("Hello?"));
    expect(textOf(session.tokens)).toBe(`${hi}<|start|>user<|message|>Hello?<|end|>`);
  });
});

describe("a budget for thinking", () => {
  test.each([
    ["in the analysis", "<|channel|>analysis<|message|>Let me think", "<|end|>"],
    ["between two messages", thought, ""],
  ])("ended %s", (_, written, end) => {
    const session = begin();
    const prompt = session.prompt();
    session.addCompletion(tokensOf(written), { finishReason: "length" });
    const prefill = { channel: "final" };
    const next = session.prompt({ prefill });
    expect(textOf(next)).toBe(`${textOf(prompt)}${written}${end}${head}<|channel|>final<|message|>`);
    expect(session.changes).toEqual([]);
    expect(extendTokens(encoding, prompt, tokensOf(written), [], { prefill }).tokens).toEqual(next);
    const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", prefill });
    parser.push(tokensOf("Four.<|return|>"));
    expect(session.addCompletion(parser).messages).toEqual(parser.messages);
    expect(session.messages.at(-1)).toMatchObject({ channel: "final", content: [{ text: "Four." }] });
  });
});

describe("what the program changes", () => {
  const system = (content: string): MessageLike => ({ role: "system", content });
  function twoTurns(): HarmonySession {
    const session = begin({ keepAnalysis: "all" }, [system("Be brief."), user("Hi")]);
    session.addCompletion(tokensOf(`${thought}${head}<|channel|>final<|message|>One.<|return|>`));
    session.add(user("Two?"));
    session.addCompletion(tokensOf("<|channel|>final <|message|>Two.<|return|>"));
    return session;
  }

  test("a system message: the rest stays, token for token", () => {
    const session = twoTurns();
    const before = session.tokens;
    session.update([system("Be very brief."), ...session.messages.slice(1)]);
    const [change, end] = session.changes;
    expect(change).toEqual({ reason: "message-changed", from: 0, removed: 7, inserted: 8 });
    expect(end?.reason).toBe("return-in-the-past");
    expect(session.tokens.slice(8, -1)).toEqual(before.slice(7, -1));
    expect(session.reusedTokens).toBe(4);
    expect(textOf(session.tokens)).toContain("<|channel|>final <|message|>Two.");
  });

  test("a turn that is forgotten", () => {
    const session = twoTurns();
    const before = session.tokens;
    session.update(session.messages.filter((_, index) => index === 0 || index > 3));
    const gone = before.length - session.tokens.length;
    expect(session.changes[0]).toEqual({ reason: "message-removed", from: 7, removed: gone, inserted: 0 });
    expect(session.tokens.slice(7, -1)).toEqual(before.slice(7 + gone, -1));
  });

  test("the whole conversation, as a client sends it, with one more message", () => {
    const session = twoTurns();
    const sent = JSON.parse(JSON.stringify([...session.messages, user("Three?")]));
    session.update(sent);
    expect(session.changes.map(({ reason }) => reason)).toEqual(["return-in-the-past"]);
    expect(session.messages.length).toBe(7);
  });

  test("a message in between", () => {
    const session = twoTurns();
    const { messages } = session;
    session.update([...messages.slice(0, 2), user("Hello?"), ...messages.slice(2)]);
    expect(session.changes[0]).toMatchObject({ reason: "message-inserted", removed: 0 });
    expect(session.messages[2]).toMatchObject({ content: [{ text: "Hello?" }] });
  });

  test("functions that are declared later change what the system message says", () => {
    const session = begin({}, [
      {
        role: "system",
        content: [
          {
            type: "system_content",
            channel_config: { valid_channels: ["final"], channel_required: true },
          },
        ],
      },
      user("Hi"),
    ]);
    session.addCompletion(tokensOf("<|channel|>final<|message|>One.<|return|>"));
    const tools = { functions: { name: "functions", tools: [{ name: "f", description: "" }] } };
    session.add({ role: "developer", content: [{ type: "developer_content", tools }] }, user("Use f."));
    expect(session.changes[0]).toMatchObject({ reason: "functions-declared", from: 0 });
    expect(textOf(session.prompt())).toContain("Calls to these tools must go to the commentary channel: 'functions'.");
  });

  test("the reference's rule brings analysis back", () => {
    const session = begin({ keepAnalysis: "reference" });
    session.addCompletion(tokensOf(`${thought}${head}<|channel|>final<|message|>One.<|return|>`));
    session.add(user("Two?"));
    expect(session.changes[0]?.reason).toBe("analysis-left-out");
    session.addCompletion(tokensOf(`${call}: 1}<|call|>`));
    session.add(result);
    expect(session.changes).toEqual([
      { reason: "analysis-restored", from: tokensOf(hi).length, removed: 0, inserted: tokensOf(head + thought).length },
    ]);
  });

  test("an answer without a start token gets one when its analysis goes", () => {
    const session = begin();
    session.addCompletion(tokensOf(`${thought}<|channel|>final<|message|>One.<|return|>`));
    session.add(user("Two?"));
    expect(textOf(session.tokens)).toBe(
      `${hi}${head}<|channel|>final<|message|>One.<|end|><|start|>user<|message|>Two?<|end|>`,
    );
    expect(session.changes.map(({ reason }) => reason)).toEqual([
      "analysis-left-out",
      "start-restored",
      "return-in-the-past",
    ]);
  });
});

describe("without a session", () => {
  test("prompt, completion and messages give the next prompt", () => {
    const prompt = tokensOf(hi + head);
    const completion = tokensOf(`${call}: 1}<|call|>`);
    const { tokens, changes, reusedTokens, messages } = extendTokens(encoding, prompt, completion, [result]);
    expect(textOf(tokens)).toBe(`${hi}${head}${call}: 1}<|call|>${tail}${head}`);
    expect([changes, reusedTokens, messages.length]).toEqual([[], prompt.length + completion.length, 1]);
  });

  test("a prompt that ends in the midst of a header", () => {
    const prompt = tokensOf(`${hi}${head}<|channel|>analysis`);
    const { tokens } = extendTokens(encoding, prompt, tokensOf("<|message|>Hm.<|end|>"), [user("Well?")]);
    expect(textOf(tokens)).toBe(`${hi}${head}${thought}<|start|>user<|message|>Well?<|end|>${head}`);
  });

  test("a prompt that has ended its last message", () => {
    const written = `${head}<|channel|>final <|message|>One.<|return|>`;
    const { tokens, messages, changes } = extendTokens(encoding, tokensOf(hi), tokensOf(written), []);
    expect(textOf(tokens)).toBe(`${hi}${written.replace("return", "end")}${head}`);
    expect([messages.length, changes.length]).toEqual([1, 1]);
  });

  test("a prompt with tokens that nobody knows", () => {
    const prompt = [...tokensOf(hi), 200006, 999_999];
    expect(extendTokens(encoding, prompt, tokensOf(thought), []).tokens.slice(0, prompt.length)).toEqual(prompt);
  });

  test("the diagnostics are about the completion", () => {
    const prompt = tokensOf(`${hi}${head}<|channel|>analysis`);
    const { diagnostics } = extendTokens(encoding, prompt, tokensOf("<|channel|>final<|message|>One."), []);
    expect(diagnostics.map(({ code, span }) => [code, span])).toEqual([["repeated-channel", [0, 0]]]);
  });

  test("a prompt that has begun no message", () => {
    const { tokens, messages } = extendTokens(encoding, [], tokensOf(thought), []);
    expect([textOf(tokens), messages.length]).toEqual([thought + head, 1]);
  });

  test("common prefixes", () => {
    expect(commonPrefixLength([1, 2, 3], Uint32Array.of(1, 2, 4))).toBe(2);
    expect(commonPrefixLength([1, 2], [1, 2, 3])).toBe(2);
    expect(commonPrefixLength([], [1])).toBe(0);
  });
});

describe("saved and read back", () => {
  test("a function as keepAnalysis must be given once more", () => {
    const keepAnalysis = () => true;
    const saved = JSON.stringify(begin({ keepAnalysis, tools: new Set(["f"]) }));
    expect(JSON.parse(saved).options).toEqual({ keepAnalysis: "function", tools: ["f"] });
    expect(() => HarmonySession.fromJSON(encoding, saved)).toThrow(TypeError);
    expect(JSON.stringify(HarmonySession.fromJSON(encoding, saved, { keepAnalysis }))).toBe(saved);
  });

  test("the data is a copy", () => {
    const session = begin();
    const saved = session.toJSON();
    session.add(user("More"));
    expect(HarmonySession.fromJSON(encoding, saved).messages.length).toBe(1);
  });

  test("what is not a saved session is refused, with the place", () => {
    const good = begin().toJSON();
    const broken: readonly (readonly [path: string, json: unknown])[] = [
      ["", []],
      ["version", { ...good, version: 2 }],
      ["sources", { ...good, sources: 1 }],
      ["sources[0].tokens[0]", { ...good, sources: [{ sampled: true, tokens: [-1] }] }],
      ["entries[0].slices[0][2]", { ...good, entries: [{ ...good.entries[0], slices: [[0, 0, 99]] }] }],
      ["entries[0].lengths[3]", { ...good, entries: [{ ...good.entries[0], lengths: [0, 0, 0] }] }],
      ["seen[0][0]", { ...good, seen: [[7, 0, 0]] }],
      ["reasons[0][0]", { ...good, reasons: [[1, 0, 0, 0]] }],
      ["hasFunctionTools", { ...good, hasFunctionTools: 0 }],
      ["next", { ...good, next: 1 }],
    ];
    for (const [path, json] of broken) {
      const read = () => HarmonySession.fromJSON(encoding, json as SessionJSON);
      expect(read, path).toThrow(HarmonyError);
      expect(read, path).toThrow(expect.objectContaining({ code: "invalid-session", path }));
    }
    expect(() => HarmonySession.fromJSON(encoding, "{")).toThrow(expect.objectContaining({ code: "invalid-json" }));
  });
});

describe("mistakes of the program", () => {
  test("are named, and change nothing", () => {
    const session = begin();
    const before = JSON.stringify(session);
    expect(() => new HarmonySession({} as never, { messages: [] })).toThrow("encoding must be a HarmonyEncoding");
    expect(() => begin({ keepAnalisis: "all" } as never)).toThrow(/unknown option "keepAnalisis"/);
    expect(() => begin({ maxMessageLength: 0 })).toThrow(RangeError);
    expect(() => session.addCompletion("text" as never)).toThrow("completion must be a list of tokens");
    expect(() => session.addCompletion([], { finishReason: 1 as never })).toThrow("reason must be a string, not 1");
    expect(() => session.add(user("ok"), { role: "robot" } as never)).toThrow(
      expect.objectContaining({ code: "unknown-role", path: "messages[1].role" }),
    );
    expect(() => session.add({ role: "tool", content: "1" })).toThrow(
      expect.objectContaining({ code: "tool-without-name", path: "messages[0].name" }),
    );
    expect(() => session.update({ messages: [] } as never)).toThrow(HarmonyError);
    expect(() => session.prompt({ role: "robot" as never })).toThrow(expect.objectContaining({ code: "unknown-role" }));
    expect(() => extendTokens(encoding, [], [], [], { reason: "stop" } as never)).toThrow(/unknown option "reason"/);
    expect(() => session.addCompletion([1.5])).toThrow(RangeError);
    expect(JSON.stringify(session)).toBe(before);
  });
});
