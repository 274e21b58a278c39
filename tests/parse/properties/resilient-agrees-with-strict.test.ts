import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/chat/message.js";
import type { Role } from "../../../src/chat/role.js";
import { HarmonyError } from "../../../src/errors.js";
import type { Diagnostic, DiagnosticCode } from "../../../src/parse/diagnostic.js";
import { parseMessages, StreamableParser } from "../../../src/parse/streamable-parser.js";
import { SpecialToken } from "../../../src/special-tokens.js";
import { testProperty } from "../../property.js";
import { readVectors } from "../../vectors/read.js";
import type { Rows } from "../../vectors/rows.js";
import { encoding, tokensOf } from "../encoding.js";
import { anyTokens } from "./arbitraries.js";

interface Resilient {
  readonly messages: readonly Message[];
  readonly diagnostics: readonly Diagnostic[];
}

function parseResiliently(tokens: Iterable<number>, role: Role | null | undefined): Resilient {
  const parser = new StreamableParser(encoding, role, { mode: "resilient" });
  for (const token of tokens) parser.process(token);
  return parser.processEos();
}

function strictly(tokens: Iterable<number>, role: Role | null | undefined): Message[] | undefined {
  try {
    return parseMessages(encoding, tokens, role, { mode: "strict" });
  } catch (error) {
    if (error instanceof HarmonyError) return undefined;
    throw error;
  }
}

/** Why the two modes may read the same output differently although it is no error in either. */
interface Reason {
  readonly reason: string;
  /** The diagnostics that report it; none where the format itself allows what the strict mode misreads. */
  readonly codes: readonly DiagnosticCode[];
  readonly example: string;
  readonly strict: readonly object[];
  readonly resilient: readonly object[];
}

const assistant = (content: string, fields: object = {}): object => ({ role: "assistant", content, ...fields });

const REASONS: readonly Reason[] = [
  {
    reason: "D1, G4: a content type without a recipient is a content type",
    codes: [],
    example: "<|channel|>final <|constrain|>json<|message|>{}",
    strict: [assistant("{}", { channel: "final", recipient: "<|constrain|>json" })],
    resilient: [assistant("{}", { channel: "final", content_type: "<|constrain|>json" })],
  },
  {
    reason: "E4: a start token begins a header, whatever role was given",
    codes: [],
    example: "<|start|>user<|message|>U",
    strict: [assistant("U", { recipient: "<|start|>user" })],
    resilient: [{ role: "user", content: "U" }],
  },
  {
    reason: "D2: white space after a constrain marker is not part of the type",
    codes: ["inexact-content-type"],
    example: "<|channel|>final<|constrain|> json<|message|>{}",
    strict: [assistant("{}", { channel: "final", recipient: "<|constrain|>", content_type: "json" })],
    resilient: [assistant("{}", { channel: "final", content_type: "<|constrain|>json" })],
  },
  {
    reason: "C1 to C8, G6: channels are the three known ones, and a header has one",
    codes: [
      "unknown-channel",
      "inexact-channel",
      "repeated-channel",
      "channel-without-marker",
      "channel-without-name",
      "channel-as-role",
    ],
    example: "<|channel|>commentary?<|message|>B",
    strict: [assistant("B", { channel: "commentary?" })],
    resilient: [assistant("B", { channel: "commentary" })],
  },
  {
    reason: "C5 and rule 6: the assistant is not a recipient of its own messages",
    codes: ["recipient-is-author", "repeated-role"],
    example: "<|channel|>commentary to=assistant<|message|>B",
    strict: [assistant("B", { channel: "commentary", recipient: "assistant" })],
    resilient: [assistant("B", { channel: "commentary" })],
  },
  {
    reason: "rule 6: a name never holds a control marker",
    codes: ["control-in-header"],
    example: "to=a<|reserved_200014|>b<|message|>B",
    strict: [assistant("B", { recipient: "a<|reserved_200014|>b" })],
    resilient: [assistant("B", { recipient: "a", content_type: "b" })],
  },
  {
    reason: "C6 and rule 11: a bare word is not a recipient",
    codes: ["unexpected-header-words"],
    example: "<|channel|>commentary 2?<|message|>B",
    strict: [assistant("B", { channel: "commentary", recipient: "2?" })],
    resilient: [assistant("B", { channel: "commentary" })],
  },
  {
    reason: "H4 and rule 11: a recipient is never empty",
    codes: ["empty-recipient"],
    example: "<|channel|>commentary to=<|message|>B",
    strict: [assistant("B", { channel: "commentary", recipient: "" })],
    resilient: [assistant("B", { channel: "commentary" })],
  },
  {
    reason: "B4 and rule 7: a start without a role takes the given one",
    codes: ["unknown-role", "missing-role"],
    example: "<|message|>A<|end|><|start|> to=x json<|message|>B",
    strict: [assistant("A"), { role: "tool", name: "to=x", recipient: "json", content: "B" }],
    resilient: [assistant("A"), assistant("B", { recipient: "x", content_type: "json" })],
  },
  {
    reason: "rule 7: white space is never part of a word",
    codes: ["white-space-in-header"],
    example: "<|channel|>final<|constrain|>json\u00a0<|message|>{}",
    strict: [assistant("{}", { channel: "final", recipient: "<|constrain|>json" })],
    resilient: [assistant("{}", { channel: "final", content_type: "<|constrain|>json" })],
  },
  {
    reason: "F1, F2, F3: a start, channel or endoftext token ends a content",
    codes: ["missing-end", "endoftext-as-end"],
    example: "<|message|>A<|start|>assistant<|message|>B",
    strict: [assistant("A<|start|>assistant<|message|>B")],
    resilient: [assistant("A"), assistant("B")],
  },
  {
    reason: "rule 4: a start or stop token ends a header",
    codes: [
      "incomplete-header",
      "missing-message-token",
      "repeated-start",
      "stray-stop",
      "stray-text",
      "white-space-between-messages",
    ],
    example: "<|constrain|><|end|><|message|>B",
    strict: [assistant("B", { recipient: "<|constrain|><|end|>" })],
    resilient: [assistant("B")],
  },
  {
    reason: "G8 and rule 8: a control token is not text",
    codes: ["control-in-content"],
    example: "<|message|>A<|constrain|>B",
    strict: [assistant("A<|constrain|>B")],
    resilient: [assistant("AB")],
  },
];

const TOOL_WITHOUT_NAME = "rule 12: a tool's message has a name, without which it could not be rendered again";
const UNKNOWN_IN_CONTENT = "G7: an id outside the vocabulary costs one character, not the rest of the message";

/** Why the two modes differ here; `undefined` where nothing excuses it. */
function reasonFor(tokens: readonly number[], role: Role | null | undefined, resilient: Resilient): string | undefined {
  const codes = new Set(resilient.diagnostics.map(({ code }) => code));
  if (codes.has("unknown-token")) return UNKNOWN_IN_CONTENT;
  const reported = REASONS.find((reason) => reason.codes.some((code) => codes.has(code)));
  if (reported !== undefined) return reported.reason;
  if (role !== null && role !== undefined && tokens[0] === SpecialToken.START) return REASONS[1]!.reason;
  if (resilient.messages.some(({ role: author, name }) => author === "tool" && name === "tool"))
    return TOOL_WITHOUT_NAME;
  const hasTypeAlone = resilient.messages.some(
    ({ recipient, content_type }) => recipient === undefined && content_type !== undefined,
  );
  return hasTypeAlone ? REASONS[0]!.reason : undefined;
}

function expectSameOrReason(tokens: readonly number[], role: Role | null | undefined): void {
  const strict = strictly(tokens, role);
  if (strict === undefined) return;
  const resilient = parseResiliently(tokens, role);
  if (JSON.stringify(strict) === JSON.stringify(resilient.messages)) return;
  if (reasonFor(tokens, role, resilient) === undefined) expect(resilient.messages).toEqual(strict);
}

describe("where the strict mode succeeds, the resilient mode reads the same, except for", () => {
  test.each(REASONS)("$reason", ({ example, strict, resilient }) => {
    const tokens = tokensOf(example);
    expect(strictly(tokens, "assistant")?.map((message) => message.toJSON())).toEqual(strict);
    expect(parseResiliently(tokens, "assistant").messages.map((message) => message.toJSON())).toEqual(resilient);
  });

  test(TOOL_WITHOUT_NAME, () => {
    const tokens = tokensOf("<|message|>B");
    expect(strictly(tokens, "tool")?.map((message) => message.toJSON())).toEqual([{ role: "tool", content: "B" }]);
    expect(parseResiliently(tokens, "tool").messages.map((message) => message.toJSON())).toEqual([
      { role: "tool", name: "tool", content: "B" },
    ]);
  });

  test(UNKNOWN_IN_CONTENT, () => {
    const tokens = [...tokensOf("<|message|>A"), 201089, ...tokensOf("B")];
    expect(strictly(tokens, "assistant")?.map((message) => message.toJSON())).toEqual([assistant("A\uFFFD")]);
    expect(parseResiliently(tokens, "assistant").messages.map((message) => message.toJSON())).toEqual([
      assistant("A\uFFFDB"),
    ]);
  });

  test("nothing else, in the recorded outputs", () => {
    for (const { tokens, role } of readVectors<Rows["parse"]>("parse")) expectSameOrReason(tokens, role);
  });

  testProperty(
    "nothing else, in any output",
    [anyTokens, fc.constantFrom("assistant", "assistant", undefined, "tool")],
    expectSameOrReason,
  );
});
