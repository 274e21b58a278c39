import fc from "fast-check";
import { expect } from "vitest";
import { loadHarmonyEncoding, type MessageLike, Role, renderConversationParts, SpecialToken } from "../src/index.js";
import { testProperty } from "./property.js";

// No text becomes a special token, whoever wrote it and wherever it is.

const encoding = loadHarmonyEncoding();
const { START, MESSAGE, END, CHANNEL, CALL, CONSTRAIN } = SpecialToken;

const spelled = fc
  .array(
    fc.constantFrom(
      ...[...encoding.specialTokens.keys()].slice(0, 20),
      "<|",
      "|>",
      "assistant",
      "to=x",
      " ",
      "\n",
      "é",
    ),
    {
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(""));

function specialsOf(message: MessageLike): number[] {
  return encoding.render(message).filter((token) => encoding.isSpecialToken(token));
}

for (const role of Object.values(Role)) {
  testProperty(
    `contents of a ${role} message`,
    [spelled, spelled],
    (first, second) => {
      const content = [first, second].map((text) => ({ type: "text", text }) as const);
      expect(specialsOf({ role, name: "f", content })).toEqual([START, MESSAGE, END]);
    },
    { runs: 500 },
  );
}

testProperty(
  "instructions, identities, dates, channels and tool definitions",
  [spelled],
  (text) => {
    const tools = {
      [text]: {
        name: text,
        description: text,
        tools: [
          {
            name: text,
            description: text,
            parameters: {
              type: "object",
              description: text,
              properties: {
                [text]: { title: text, description: text, enum: [text], default: text, examples: [text] },
              },
            },
          },
        ],
      },
    };
    expect(
      specialsOf({
        role: "system",
        content: [
          {
            type: "system_content",
            model_identity: text,
            knowledge_cutoff: text,
            conversation_start_date: text,
            channel_config: { valid_channels: [text], channel_required: true },
            tools,
          },
        ],
      }),
    ).toEqual([START, MESSAGE, END]);
    expect(
      specialsOf({ role: "developer", content: [{ type: "developer_content", instructions: text, tools }] }),
    ).toEqual([START, MESSAGE, END]);
  },
  { runs: 500 },
);

testProperty(
  "header fields, except for the constrain marker that begins a content type",
  [spelled],
  (text) => {
    const message = { role: "assistant", channel: text, recipient: text, content_type: text, content: "x" } as const;
    const constrain = text.startsWith("<|constrain|>") ? [CONSTRAIN] : [];
    expect(specialsOf(message)).toEqual([START, CHANNEL, ...constrain, MESSAGE, CALL]);
  },
  { runs: 500 },
);

testProperty(
  "the parts of a prompt say which texts are special tokens",
  [spelled],
  (text) => {
    const parts = renderConversationParts({ messages: [{ role: "user", content: text }] });
    const tokens = parts.flatMap((part) => part.token ?? encoding.tokenizer.encodeOrdinary(part.text));
    expect(tokens).toEqual(encoding.render({ role: "user", content: text }));
    expect(parts.filter((part) => part.token === undefined).map((part) => part.text)).toEqual(["user", text]);
  },
  { runs: 500 },
);
