import { expect, test } from "vitest";
import {
  Author,
  ChannelConfig,
  Conversation,
  DeveloperContent,
  HarmonyError,
  loadHarmonyEncoding,
  Message,
  renderConversationParts,
  SystemContent,
  TextContent,
  ToolDescription,
  ToolNamespaceConfig,
  toolCallOf,
  toolCallsOf,
  validateConversation,
} from "../../src/index.js";

// Whatever a program passes by mistake, the error is ours, names what belongs there, and is short.

const encoding = loadHarmonyEncoding();
const conversation = { messages: [] };
const message = Message.fromRoleAndContent("user", "a");

const functions: Readonly<Record<string, (value: never) => unknown>> = {
  "new Author": (value) => new Author(value),
  "Author.new, role": (value) => Author.new(value, "a"),
  "Author.new, name": (value) => Author.new("tool", value),
  "new TextContent": (value) => new TextContent(value),
  "TextContent.new": (value) => TextContent.new(value),
  "new ChannelConfig": (value) => new ChannelConfig(value),
  "ChannelConfig.requireChannels": (value) => ChannelConfig.requireChannels(value),
  "ChannelConfig.requireChannels, item": (value) => ChannelConfig.requireChannels([value]),
  "new SystemContent": (value) => new SystemContent(value),
  "SystemContent#withModelIdentity": (value) => SystemContent.new().withModelIdentity(value),
  "SystemContent#withReasoningEffort": (value) => SystemContent.new().withReasoningEffort(value),
  "SystemContent#withConversationStartDate": (value) => SystemContent.new().withConversationStartDate(value),
  "SystemContent#withKnowledgeCutoff": (value) => SystemContent.new().withKnowledgeCutoff(value),
  "SystemContent#withChannelConfig": (value) => SystemContent.new().withChannelConfig(value),
  "SystemContent#withRequiredChannels": (value) => SystemContent.new().withRequiredChannels(value),
  "SystemContent#withTools": (value) => SystemContent.new().withTools(value),
  "new DeveloperContent": (value) => new DeveloperContent(value),
  "DeveloperContent#withInstructions": (value) => DeveloperContent.new().withInstructions(value),
  "DeveloperContent#withTools": (value) => DeveloperContent.new().withTools(value),
  "DeveloperContent#withFunctionTools": (value) => DeveloperContent.new().withFunctionTools(value),
  "DeveloperContent#withFunctionTools, item": (value) => DeveloperContent.new().withFunctionTools([value]),
  "content, tools": (value) => new DeveloperContent({ type: "developer_content", tools: value }),
  "new ToolDescription": (value) => new ToolDescription(value),
  "ToolDescription.new, name": (value) => ToolDescription.new(value, "a"),
  "ToolDescription.new, description": (value) => ToolDescription.new("a", value),
  "ToolDescription.new, parameters": (value) => ToolDescription.new("a", "b", value),
  "ToolDescription.new, in parameters": (value) => ToolDescription.new("a", "b", { c: [value] }),
  "new ToolNamespaceConfig": (value) => new ToolNamespaceConfig(value),
  "new Message": (value) => new Message(value),
  "Message.fromRoleAndContent, role": (value) => Message.fromRoleAndContent(value, "a"),
  "Message.fromRoleAndContent, content": (value) => Message.fromRoleAndContent("user", value),
  "Message.fromRoleAndContents": (value) => Message.fromRoleAndContents("user", value),
  "Message.fromRoleAndContents, item": (value) => Message.fromRoleAndContents("user", [value]),
  "Message.fromAuthorAndContent": (value) => Message.fromAuthorAndContent(value, "a"),
  "Message.fromJSON": (value) => Message.fromJSON(value),
  "Message#addingContent": (value) => message.addingContent(value),
  "Message#withChannel": (value) => message.withChannel(value),
  "Message#withRecipient": (value) => message.withRecipient(value),
  "Message#withContentType": (value) => message.withContentType(value),
  "new Conversation": (value) => new Conversation(value),
  "new Conversation, messages": (value) => new Conversation({ messages: value }),
  "Conversation.fromMessages": (value) => Conversation.fromMessages(value),
  "Conversation.fromMessages, item": (value) => Conversation.fromMessages([value]),
  "Conversation.fromJSON": (value) => Conversation.fromJSON(value),
  toolCallOf: (value) => toolCallOf(value),
  toolCallsOf: (value) => toolCallsOf(value),
  "toolCallsOf, item": (value) => toolCallsOf([value]),
  validateConversation: (value) => validateConversation(value),
  renderConversationParts: (value) => renderConversationParts(value),
  "renderConversationParts, options": (value) => renderConversationParts(conversation, value),
  renderConversation: (value) => encoding.renderConversation(value),
  "renderConversation, options": (value) => encoding.renderConversation(conversation, value),
  renderConversationForCompletion: (value) => encoding.renderConversationForCompletion(value, "assistant"),
  "renderConversationForCompletion, role": (value) => encoding.renderConversationForCompletion(conversation, value),
  renderConversationForTraining: (value) => encoding.renderConversationForTraining(value),
  renderConversationWithParts: (value) => encoding.renderConversationWithParts(value),
  countConversationTokens: (value) => encoding.countConversationTokens(value),
  render: (value) => encoding.render(value),
  "render, options": (value) => encoding.render(message, value),
  loadHarmonyEncoding: (value) => loadHarmonyEncoding(value),
};

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const { proxy: revokedList, revoke: revokeList } = Proxy.revocable([], {});
revokeList();
const cannot = (): never => {
  throw new Error("must not be called");
};
const long = "x".repeat(5_000_000);

const values: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  true: true,
  "a number": 5,
  NaN: Number.NaN,
  "a bigint": 10n ** 1000n,
  "a symbol": Symbol("a"),
  "a string": "a",
  "a long string": long,
  "a function": cannot,
  "a class": Conversation,
  "an object": {},
  "an object without a prototype": Object.create(null),
  "an object with a bigint": { messages: 1n, role: 1n, type: 1n },
  "an object with a long role": { role: long, content: "a", messages: [], type: "text", text: "" },
  "an object with a long type": { type: long },
  "an object with a long key": { [long]: 1 },
  "an object that cannot be printed": { toString: cannot, toJSON: undefined, [Symbol.toPrimitive]: cannot },
  "an array": [],
  "an array of itself": [[[]]],
  "a map": new Map(),
  "a set": new Set([1]),
  "a promise": Promise.resolve(),
  "a date": new Date(Number.NaN),
  "a boxed string": new String("a"),
  "a typed array": new Uint8Array(2),
  "a weak map": new WeakMap(),
  "a generator": (function* () {})(),
  "what claims to be iterable": { [Symbol.iterator]: 5 },
  "a revoked proxy": revoked,
  "a revoked proxy of a list": revokedList,
};

const FROM_THE_ENGINE =
  /Cannot (?:read|convert|perform|destructure|mix)|not iterable|is not a (?:function|constructor)|serialize|revoked|\[object|circular|Invalid (?:array|string) length/;

for (const [name, call] of Object.entries(functions)) {
  test(`${name}: errors are ours, and short`, () => {
    for (const [kind, value] of Object.entries(values)) {
      try {
        call(value as never);
      } catch (error) {
        const ours = error instanceof HarmonyError || error instanceof TypeError;
        expect(ours, `${kind}: ${error}`).toBe(true);
        const { message } = error as Error;
        expect(message, kind).not.toMatch(FROM_THE_ENGINE);
        expect(message.length, `${kind}: ${message.slice(0, 500)}`).toBeLessThan(400);
      }
    }
  });
}
