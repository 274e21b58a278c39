import { describe, expect, test } from "vitest";
import type { MessageLike, Prefill, RecipientPlace } from "../../src/index.js";
import {
  HarmonyTextParser,
  loadHarmonyEncoding,
  Role,
  renderConversationParts,
  StreamableParser,
} from "../../src/index.js";

const encoding = loadHarmonyEncoding();

const call: MessageLike = {
  role: "assistant",
  channel: "commentary",
  recipient: "functions.f",
  content_type: "<|constrain|>json",
  content: "{}",
};
const result: MessageLike = {
  role: "tool",
  name: "functions.f",
  channel: "commentary",
  recipient: "assistant",
  content: "1",
};

describe("where the recipient stands", () => {
  const textOf = (message: MessageLike, recipientPlace?: RecipientPlace) =>
    encoding.decodeUtf8(encoding.render(message, { recipientPlace }));

  test("behind the role, as in the reference", () => {
    const text = "<|start|>assistant to=functions.f<|channel|>commentary <|constrain|>json<|message|>{}<|call|>";
    expect(textOf(call)).toBe(text);
    expect(textOf(call, "role")).toBe(text);
  });

  test("behind the channel, token for token as the model writes it", () => {
    const text = "<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>";
    expect(encoding.render(call, { recipientPlace: "channel" })).toEqual(
      encoding.encode(text, { allowedSpecial: "all" }),
    );
    expect(encoding.renderConversation({ messages: [call] }, { recipientPlace: "channel" })).toEqual(
      encoding.render(call, { recipientPlace: "channel" }),
    );
  });

  test("the results of tools, and messages without a channel, have it behind the role", () => {
    expect(textOf(result, "channel")).toBe(textOf(result));
    expect(textOf(result)).toContain("<|start|>functions.f to=assistant<|channel|>commentary<|message|>");
    expect(textOf({ role: "assistant", recipient: "python", content: "1" }, "channel")).toBe(
      "<|start|>assistant to=python<|message|>1<|call|>",
    );
    expect(textOf({ ...call, recipient: "all" }, "channel")).toBe(textOf({ ...call, recipient: "all" }));
  });

  test("other values are refused", () => {
    expect(() => encoding.render(call, { recipientPlace: "behind" as never })).toThrow(
      'recipientPlace must be "role" or "channel", not "behind"',
    );
  });
});

describe("a prefill is rendered as the parser reads it", () => {
  const every = <T>(...values: T[]) => [undefined, ...values];
  const prefills: Prefill[] = every("analysis", "commentary", "final").flatMap((channel) =>
    every("functions.f", "python").flatMap((recipient) =>
      every("<|constrain|>json", "code").flatMap((content_type) =>
        every("", "Sure, ", '{"a": <|end|>').map((content) => ({ channel, recipient, content_type, content })),
      ),
    ),
  );
  const conversation = { messages: [{ role: "user", content: "Hi" } as const] };
  const written = encoding.encode("and so on");

  test.each(["role", "channel"] as const)("all combinations, with the recipient behind the %s", (recipientPlace) => {
    for (const prefill of prefills) {
      for (const role of Object.values(Role)) {
        const options = { prefill, recipientPlace };
        const prompt = encoding.renderConversationForCompletion(conversation, role, options);
        // What the parser makes of the completion is what anybody makes of the prompt and the completion together.
        const parser = new StreamableParser(encoding, role, { prefill, mode: "resilient" });
        const text = new HarmonyTextParser(role, { prefill }).process(encoding.decodeUtf8(written)).processEos();
        for (const token of written) parser.process(token);
        const [message] = parser.processEos().messages;
        expect(text.messages).toEqual([message]);
        expect(message).toMatchObject({ role, content: [{ type: "text", text: `${prefill.content ?? ""}and so on` }] });
        for (const field of ["channel", "recipient", "content_type"] as const) {
          expect(message?.[field]).toBe(prefill[field]);
        }
        // The parser knows only the role of a tool; its name, which the message begins with, is what the prompt says.
        if (role !== "tool") {
          const rendered = encoding.render(message!, { recipientPlace }).slice(0, -1);
          const whole = encoding.decodeUtf8([...encoding.renderConversation(conversation), ...rendered]);
          expect(encoding.decodeUtf8([...prompt, ...written])).toBe(whole);
        }
        const parts = renderConversationParts(conversation, { ...options, nextTurnRole: role });
        expect(parts.map((part) => part.text).join("")).toBe(encoding.decodeUtf8(prompt));
      }
    }
    expect(prefills.length).toBe(4 * 3 * 3 * 4);
  });

  test("a message that was cut goes on without a new header", () => {
    const cut = { role: "assistant", channel: "final", content: "Once upon" } as const;
    const prompt = encoding.renderConversationForCompletion(conversation, cut.role, {
      prefill: { channel: cut.channel, content: cut.content },
    });
    const rendered = encoding.renderConversation({ messages: [...conversation.messages, cut] });
    expect(prompt).toEqual(rendered.slice(0, -1));
  });

  test("the parts of the beginning belong to the next message", () => {
    const parts = renderConversationParts(
      { messages: [] },
      { nextTurnRole: "assistant", prefill: { channel: "final", content: "Sure" } },
    );
    expect(parts.map(({ text, section, message }) => [text, section, message])).toEqual([
      ["<|start|>", "header", 0],
      ["assistant", "header", 0],
      ["<|channel|>", "header", 0],
      ["final", "header", 0],
      ["<|message|>", "header", 0],
      ["Sure", "content", 0],
    ]);
  });

  test("mistakes are named", () => {
    const render = (prefill: unknown) =>
      encoding.renderConversationForCompletion(conversation, "assistant", { prefill } as never);
    expect(() => render("final")).toThrow("prefill: options must be an object");
    expect(() => render({ contentType: "json" })).toThrow(/unknown option "contentType"/);
    expect(() => render({ channel: 1 })).toThrow("prefill.channel must be a string, not 1");
    expect(() => renderConversationParts(conversation, { prefill: {} })).toThrow("prefill needs nextTurnRole");
  });
});
