import { RepeatedObjects } from "../json/repeated-objects.js";
import { type JsonText, readJsonText } from "../json/text.js";
import { JsonMembers, type JsonTree } from "../json/value.js";
import { CONTENT_PART, type Content, contentOf, readContent, type TextContent } from "./content.js";
import { CONVERSATION } from "./conversation.js";
import { isList, isUnread, listOf, readFields, required, type Shape, TextFields } from "./fields.js";
import { MESSAGE_AUTHOR, Message, type MessageLike, OWN_FIELDS, readContents } from "./message.js";
import type { Role } from "./role.js";

/** What a message says, as a renderer reads it. */
export interface MessageFields {
  readonly role: Role;
  readonly name?: string | undefined;
  readonly recipient?: string | undefined;
  readonly content: readonly Content[];
  readonly channel?: string | undefined;
  readonly content_type?: string | undefined;
}

/** How a message's own fields are read: as those of `Message`, in the same order, but for the content. */
const PLAIN_OWN: Shape = { what: MESSAGE_AUTHOR.what, fields: { ...OWN_FIELDS, content: required(readPlainContents) } };
const PLAIN_CONVERSATION: Shape = { ...CONVERSATION, fields: { messages: required(listOf(readPlainMessage)) } };

/**
 * Reads the messages of a conversation in JSON text as `Conversation.fromJSON` does, but makes plain objects of them that could
 * be changed, for those who show them to nobody. That takes half the time: making values immutable is slow, and so is
 * reading objects of which each has other fields. What repeats from one conversation to the next is read once.
 * @throws HarmonyError as `Conversation.fromJSON` does.
 */
export function readPlainMessages(json: string): readonly MessageFields[] {
  return readJsonText(json, (value) => {
    const conversation: { messages?: readonly MessageFields[] } = {};
    readFields(conversation, value, "", PLAIN_CONVERSATION);
    return conversation.messages!;
  });
}

function readPlainMessage(value: unknown, path: string): MessageFields {
  if (!isUnread(value)) return new Message(value as MessageLike, path);
  const own = new TextFields(PLAIN_OWN, path);
  const author = new TextFields(MESSAGE_AUTHOR, path);
  const rest = new JsonMembers();
  own.read(value.text, rest);
  author.take(rest.members);
  const [role, name] = author.values as [Role, string | undefined];
  const [recipient, content, channel, content_type] = own.values as [
    string | undefined,
    readonly Content[],
    string | undefined,
    string | undefined,
  ];
  return { role, name, recipient, content, channel, content_type };
}

function readPlainContents(value: unknown, path: string, fromText: boolean): readonly Content[] {
  if (typeof value === "string") return [{ type: "text", text: value } as TextContent];
  return isList(value) ? readParts(value, path, fromText) : readContents(value, path, fromText);
}

const readParts = listOf(readRepeatedContent);
const parts = new RepeatedObjects<Content>();
const trees = new RepeatedObjects<JsonTree>();

function readRepeatedContent(value: unknown, path: string): Content {
  if (!isUnread(value)) return readContent(value, path);
  const { text } = value;
  const known = parts.find(text);
  if (known !== undefined) return known;
  const { at } = text.scanner;
  const fields = new TextFields(CONTENT_PART, path);
  const rest = new JsonMembers();
  fields.read(text, rest, readRepeatedTree);
  const content = contentOf({ type: fields.values[0] as Content["type"] }, rest, path);
  // Texts seldom repeat.
  if (content.type !== "text") parts.add(text, at, content);
  return content;
}

/** Reads the value of a field of a content: tools, for the most part. */
function readRepeatedTree(text: JsonText): JsonTree {
  const known = trees.find(text);
  if (known !== undefined) return known;
  const { at } = text.scanner;
  const tree = text.tree();
  trees.add(text, at, tree);
  return tree;
}
