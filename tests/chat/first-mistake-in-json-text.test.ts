import { describe, expect, test } from "vitest";
import { Conversation, HarmonyError, type HarmonyErrorCode, loadHarmonyEncoding, Message } from "../../src/index.js";

// Of several mistakes in a text, the reference names the first that it meets. Every code here is what it answered.

type Case = readonly [text: string, code: HarmonyErrorCode, place: string | number];

function refusalOf(text: string): HarmonyError | undefined {
  try {
    loadHarmonyEncoding().renderConversation(Conversation.fromJSON(text));
  } catch (error) {
    if (error instanceof HarmonyError) return error;
    throw error;
  }
  return undefined;
}

function names(cases: readonly Case[]): void {
  test.each(cases)("%s", (text, code, place) => {
    const error = refusalOf(text);
    expect([error?.code, error?.path ?? error?.offset]).toEqual([code, place]);
    expect(() => loadHarmonyEncoding().renderForTraining(text)).toThrow(error);
  });
}

const M = "messages[0]";
const PART = `${M}.content[0]`;
const message = (members: string): string => `{"messages":[{${members}}]}`;
const part = (members: string): string => message(`"role":"user","content":[{${members}}]`);

describe("a conversation is read as the text comes", () => {
  names([
    ['{"messages":3,"x"}', "wrong-type", "messages"],
    ['{"messages":3}x', "wrong-type", "messages"],
    ['{"messages":3,"x":1e400}', "wrong-type", "messages"],
    ['{"x":1e400,"messages":3}', "wrong-type", "messages"],
    ['{"messages":1e400}', "number-out-of-range", 12],
    ['{"message":[],', "invalid-json", 14],
    ['{"message":[]}x', "missing-field", "messages"],
    ['{"messages":[],"messages":1e400}', "duplicate-field", "messages"],
    ['{"messages":[],"messages"}', "duplicate-field", "messages"],
    ["3x", "wrong-type", ""],
    ['{"messages":[3,1e400]}', "wrong-type", M],
    ['{"messages":[{"content":"a","role":"robot"},1e400]}', "unknown-role", `${M}.role`],
    ['{"messages":[{"content":"a"},]}', "missing-field", `${M}.role`],
  ]);
});

describe("so are a message's recipient, content, channel and content type", () => {
  names([
    [message('"content":3,"role":1e400'), "wrong-type", `${M}.content`],
    [message('"role":1e400,"content":3'), "number-out-of-range", 21],
    [message('"content":3,'), "wrong-type", `${M}.content`],
    [message('"content":{"a":1e400}'), "wrong-type", `${M}.content`],
    [message('"channel":[1e400]'), "wrong-type", `${M}.channel`],
    [message('"channel":1e400'), "number-out-of-range", 24],
    ['{"messages":[{"channel":true]}', "wrong-type", `${M}.channel`],
    [message('"channel":tru'), "invalid-json", 24],
    [message('"recipient":3,"content":4,"role":"robot"'), "wrong-type", `${M}.recipient`],
    [message('"content_type":3,"content":4,"role":"robot"'), "wrong-type", `${M}.content_type`],
    [message('"content":"a","content":1e400'), "duplicate-field", `${M}.content`],
    [message('"content":"a","content"'), "duplicate-field", `${M}.content`],
    [message('"channel":null,"channel":3'), "duplicate-field", `${M}.channel`],
    [message('"content":"a","x":1e400'), "number-out-of-range", 32],
  ]);
});

describe("a number ends where the reference ends it", () => {
  names([
    // The number 1.5 is read, and refused for its type, before what follows it is looked at.
    [message('"channel":1.5.5'), "wrong-type", `${M}.channel`],
    [message('"channel":1.5.'), "wrong-type", `${M}.channel`],
    [message('"channel":1e5.5'), "wrong-type", `${M}.channel`],
    [message('"channel":1e5e'), "wrong-type", `${M}.channel`],
    [message('"channel":15-3'), "wrong-type", `${M}.channel`],
    ['{"messages":1.5.5}', "wrong-type", "messages"],
    [message('"x":1.5.5'), "invalid-json", 21],
    ['{"x":1.5.5,"messages":3}', "invalid-json", 8],
    [message('"channel":01'), "invalid-json", 24],
    [message('"channel":-01'), "invalid-json", 24],
    [message('"channel":1.'), "invalid-json", 24],
    [message('"channel":1.e5'), "invalid-json", 24],
    [message('"channel":1.5e'), "invalid-json", 24],
    [message('"channel":-'), "invalid-json", 24],
  ]);
});

describe("role and name are looked at when the message has come to its end", () => {
  names([
    [message('"role":3,"content":4'), "wrong-type", `${M}.content`],
    [message('"role":3,"content":"a","x":1e400'), "number-out-of-range", 41],
    [message('"role":"robot","content":"a","channel":4'), "wrong-type", `${M}.channel`],
    [message('"role":"robot"'), "missing-field", `${M}.content`],
    ['{"messages":[{"role":"robot","content":"a"]}', "invalid-json", 42],
    [message('"name":3,"role":"robot","content":"a"'), "wrong-type", `${M}.name`],
    [message('"role":"robot","name":3,"content":"a"'), "unknown-role", `${M}.role`],
    [message('"role":"robot","role":"user","content":"a"'), "unknown-role", `${M}.role`],
    [message('"role":"user","role":"robot","content":"a"'), "duplicate-field", `${M}.role`],
    [message(""), "missing-field", `${M}.content`],
  ]);
});

describe("of a content part only the type is looked at before the part has come to its end", () => {
  names([
    [part('"type":"image","text":1e400'), "unknown-content-type", `${PART}.type`],
    [part('"text":1e400,"type":"image"'), "number-out-of-range", 47],
    [part('"type":3,"text":1e400'), "wrong-type", `${PART}.type`],
    [part('"type":"text","text":3,"x":1e400'), "number-out-of-range", 67],
    [part('"type":"text","text":3,"x":'), "invalid-json", 67],
    [`${part('"type":"text","text":3').slice(0, -2)},`, "wrong-type", `${PART}.text`],
    [part('"text":3,"type":"image"'), "unknown-content-type", `${PART}.type`],
    [part('"type":"text","type":"text","x":1e400'), "duplicate-field", `${PART}.type`],
    [part('"text":1e400'), "number-out-of-range", 47],
    [part('"text":"a","text":"b","type":"text"},{"type":"image"'), "duplicate-field", `${PART}.text`],
    [part('"type":"system_content","channel_config":{"valid_channels":3,"x":1e400}'), "number-out-of-range", 105],
    [
      part('"type":"system_content","channel_config":{"valid_channels":3}},{"x":1e400'),
      "wrong-type",
      `${PART}.channel_config.valid_channels`,
    ],
  ]);
});

describe("what is in the part is then looked at in the order of the text", () => {
  names([
    [
      part('"type":"system_content","reasoning_effort":"high","channel_config":3'),
      "unknown-reasoning-effort",
      `${PART}.reasoning_effort`,
    ],
    [
      part('"type":"system_content","channel_config":3,"reasoning_effort":"high"'),
      "wrong-type",
      `${PART}.channel_config`,
    ],
    [
      part('"type":"developer_content","tools":{"f":{"tools":[{"name":"g"},3]}},"instructions":3'),
      "missing-field",
      `${PART}.tools.f.tools[0].description`,
    ],
    [part('"type":"developer_content","tools":{"f":3,"f":{"name":"f","tools":[]}}'), "wrong-type", `${PART}.tools.f`],
    [
      part('"type":"developer_content","tools":{"f":{"tools":[3],"tools":[]}}'),
      "wrong-type",
      `${PART}.tools.f.tools[0]`,
    ],
    [part('"type":"developer_content","tools":3'), "wrong-type", `${PART}.tools`],
  ]);
});

describe("a conversation's unknown field is skipped", () => {
  test.each([
    ["however deep", `[${'{"a":['.repeat(100_000)}${"]}".repeat(100_000)}]`],
    ["whatever its numbers", "[1e400,-1E+999,{}]"],
    ["whatever its escapes stand for", '["\\ud800","\\udc00\\"",{"\\ud800":[]}]'],
    ["whatever is in it", '{"a":{"b":[1,{"c":null}],"b":[]},"d":[[],{},true,false,""]}'],
  ])("%s", (_, value) => {
    expect(refusalOf(`{"x":${value},"messages":[],"x":${value}}`)).toBeUndefined();
  });

  names([
    ['{"x":[1,],"messages":3}', "invalid-json", 8],
    ['{"x":{"a":1,},"messages":3}', "invalid-json", 12],
    ['{"x":{1:1},"messages":3}', "invalid-json", 6],
    ['{"x":{"a" 1},"messages":3}', "invalid-json", 10],
    ['{"x":[1 2],"messages":3}', "invalid-json", 8],
    ['{"x":[1},"messages":3}', "invalid-json", 7],
    ['{"x":01,"messages":3}', "invalid-json", 5],
    ['{"x":"\\u12","messages":3}', "invalid-json", 8],
    ['{"x":"\t","messages":3}', "invalid-json", 6],
    ['{"x":nul,"messages":3}', "invalid-json", 5],
    ['{"x":[', "invalid-json", 6],
    ['{"\\ud800":1,"messages":3}', "invalid-json", 8],
    ['{"x":{}}', "missing-field", "messages"],
  ]);
});

test("a message's unknown field is read: it may not be deep, nor hold a number out of range", () => {
  const levels = (count: number): string => message(`"x":${"[".repeat(count)}${"]".repeat(count)},"role":3`);
  expect(refusalOf(levels(124))?.code).toBe("missing-field");
  expect(refusalOf(levels(125))?.code).toBe("json-too-deep");
});

// The reference's reader of numbers rounds on its way, and so a few that a double could hold are out of range for it.
test.each([
  ["1.7976931348623157e308", true],
  ["1.7976931348623158e308", false],
  ["-1.7976931348623158e308", false],
  ["17976931348623157e292", true],
  ["17976931348623157081e289", false],
  ["0.00017976931348623157e312", true],
  [`1${"0".repeat(308)}`, true],
  [`1${"0".repeat(309)}`, false],
  [`1${"0".repeat(400)}e-300`, true],
  [`0.${"0".repeat(400)}1e700`, true],
  ["0e999999999999999", true],
  ["1e-99999999999999", true],
  ["1e400.5", false],
])("%.40s is in range: %s", (spelling, inRange) => {
  const read = (): Message => Message.fromJSON(`{"role":"user","content":"a","x":${spelling}}`);
  if (inRange) expect(read().role).toBe("user");
  else expect(read).toThrow("number out of range");
});
