import fc from "fast-check";
import { expect, test } from "vitest";
import { readPlainMessages } from "../../src/chat/plain-messages.js";
import { Conversation, HarmonyError } from "../../src/index.js";
import { testProperty } from "../property.js";

// What renders for training reads JSON text into plain objects. It must read, and refuse, what Conversation.fromJSON does.

const PARAMETERS = { type: "object", properties: { query: { type: "string", default: 1.5 } } };
const TOOLS = {
  functions: { name: "functions", tools: [{ name: "f", description: "Finds.", parameters: PARAMETERS }] },
};
const SYSTEM = {
  type: "system_content",
  model_identity: "You are ChatGPT.",
  channel_config: { valid_channels: ["analysis", "final"], channel_required: true },
};
const TEXT = JSON.stringify({
  messages: [
    { role: "system", content: [SYSTEM] },
    { role: "developer", content: [{ type: "developer_content", instructions: 'Say "hi".\n', tools: TOOLS }] },
    { role: "user", content: "Hi\u00e9 🙂", name: null },
    { role: "assistant", channel: "commentary", recipient: "functions.f", content_type: "json", content: "{}" },
    { role: "tool", name: "functions.f", content: [{ type: "text", text: "1" }], more: { x: [1] } },
  ],
});

/** What becomes of a text: the messages as JSON, or the refusal. */
function outcome(read: () => unknown): unknown {
  try {
    return JSON.stringify(read());
  } catch (error) {
    if (!(error instanceof HarmonyError)) throw error;
    const { code, message, path, offset } = error;
    return { code, message, path, offset };
  }
}

function bothOutcomes(text: string): [plain: unknown, instances: unknown] {
  const shown = (content: unknown): unknown => JSON.parse(JSON.stringify(content));
  return [
    outcome(() => readPlainMessages(text).map((message) => ({ ...message, content: shown(message.content) }))),
    // A message writes a single text as a string; what is compared is how it was read.
    outcome(() =>
      Conversation.fromJSON(text).messages.map((message) => ({ ...message, content: shown(message.content) })),
    ),
  ];
}

test("plain messages are those of a conversation", () => {
  const [plain, instances] = bothOutcomes(TEXT);
  expect(plain).toBe(instances);
});

let blanks = 0;

/** Pieces that a change puts into the text. */
const piece = fc.constantFrom(
  ...'{}[],:"\\ \n\t019'.split(""),
  ...[
    "null",
    "true",
    '"role"',
    '"content"',
    '"type":"text",',
    '"type":"system_content",',
    '"x":1e400,',
    "\\ud83d",
    "1e9",
  ],
  ...['"role":"user",', '"name":"a",', '"channel":3,', '"content":"a",', '"tools":{},', '"tools":null,', '"tool'],
);
const change = fc.record({ at: fc.nat(TEXT.length), remove: fc.nat(12), piece });

testProperty(
  "whatever is done to a text, both read the same or refuse it for the same reason",
  [fc.array(change, { minLength: 1, maxLength: 3 })],
  (changes) => {
    let text = TEXT;
    for (const { at, remove, piece } of changes) text = text.slice(0, at) + piece + text.slice(at + remove);
    const [plain, instances] = bothOutcomes(text);
    expect(plain).toEqual(instances);
  },
  { runs: 20_000 },
);

testProperty(
  "objects that repeat are read as those that do not",
  [fc.array(change, { minLength: 1, maxLength: 2 })],
  (changes) => {
    let text = TEXT;
    for (const { at, remove, piece } of changes) text = text.slice(0, at) + piece + text.slice(at + remove);
    // Blanks make every object one that has never been seen, and change nothing else.
    blanks += 1;
    const unseen = unspelled(text, blanks);
    const withoutOffset = (result: unknown): unknown =>
      typeof result === "string" ? result : { ...(result as object), message: undefined, offset: undefined };
    for (const read of [readPlainMessages, (json: string) => Conversation.fromJSON(json).messages]) {
      expect(withoutOffset(outcome(() => read(text)))).toEqual(withoutOffset(outcome(() => read(unseen))));
    }
  },
  { runs: 5_000 },
);

/** The same JSON with blanks behind the opening braces: so many as a number has in binary, as blanks and tabs. */
function unspelled(text: string, number: number): string {
  const white = number.toString(2).replaceAll("0", " ").replaceAll("1", "\t");
  return text.replace(/"(?:[^"\\]|\\.)*"|\{/gs, (token) => (token === "{" ? `{${white}` : token));
}
