import { readJsonText } from "../json/text.js";
import { JsonMembers } from "../json/value.js";
import { isIterable, isReadable, isRecord } from "../options.js";
import { AUTHOR_FIELDS, Author, type AuthorLike } from "./author.js";
import { type Content, type ContentLike, readContent, TextContent } from "./content.js";
import {
  type FieldTable,
  instanceOf,
  isList,
  isUnread,
  listOf,
  optional,
  type ReadValue,
  readFields,
  readString,
  required,
  type Shape,
  TextFields,
  wrongType,
} from "./fields.js";
import type { Role } from "./role.js";

/** What is accepted as a {@link Message}: an instance, or an object literal of the canonical JSON. */
export interface MessageLike {
  readonly role: Role;
  readonly name?: string | null | undefined;
  readonly recipient?: string | null | undefined;
  readonly content: string | readonly ContentLike[];
  readonly channel?: string | null | undefined;
  readonly content_type?: string | null | undefined;
}

/** The canonical JSON of a message. Content that is a single text part is written as a plain string. */
export interface MessageJSON {
  readonly role: Role;
  readonly name?: string;
  readonly recipient?: string;
  readonly content: string | readonly Content[];
  readonly channel?: string;
  readonly content_type?: string;
}

/** The fields of a message that are not the author's. */
export const OWN_FIELDS: FieldTable<Pick<Message, "recipient" | "content" | "channel" | "content_type">> = {
  recipient: optional(readString),
  content: required(readContents),
  channel: optional(readString),
  content_type: optional(readString),
};

const CALL_REMEDY =
  "in Harmony, a call is a message of its own, with the tool as `recipient` and the arguments as `content`";
const THOUGHT_REMEDY = 'in Harmony, a thought is a message of its own, on the channel "analysis"';
const TOOL_NAME_REMEDY =
  "in Harmony, the message of a tool says whose it is by `name`, such as `functions.get_weather`";

const MESSAGE: Shape = {
  what: "a message",
  fields: { ...AUTHOR_FIELDS, ...OWN_FIELDS },
  foreign: {
    tool_calls: CALL_REMEDY,
    function_call: CALL_REMEDY,
    tool_call_id: TOOL_NAME_REMEDY,
    tool_name: TOOL_NAME_REMEDY,
    reasoning_content: THOUGHT_REMEDY,
    reasoning: THOUGHT_REMEDY,
    thinking: THOUGHT_REMEDY,
  },
};

// In JSON text the reference looks at a message's own fields as they come, and at the author's at the end of the message.
const MESSAGE_OWN: Shape = { what: MESSAGE.what, fields: OWN_FIELDS };
export const MESSAGE_AUTHOR: Shape = { what: MESSAGE.what, fields: AUTHOR_FIELDS };

/** A message: who wrote it, to whom, on which channel, and its content. An immutable value. */
export class Message implements MessageLike {
  // Fields are only declared: the constructor sets those that are present, in the order of the canonical JSON.
  declare readonly role: Role;
  /** Who exactly: the full name of a tool (`functions.get_weather`), or a participant's name. */
  declare readonly name?: string;
  /** To whom: the full name of a tool makes an assistant's message a call. */
  declare readonly recipient?: string;
  /** Always a list, also where the message was made from a string. */
  declare readonly content: readonly Content[];
  /** For an assistant's messages: `analysis`, `commentary` or `final`. */
  declare readonly channel?: string;
  /** Such as `<|constrain|>json`; a model sets it on its tool calls. */
  declare readonly content_type?: string;

  /**
   * @throws HarmonyError `missing-field`, `wrong-type`, `unknown-role` or `unknown-content-type`, with the path;
   *   `unknown-field` for a field of another format, such as `tool_calls`.
   */
  constructor(message: MessageLike);
  /** @internal */
  constructor(message: MessageLike, path: string);
  constructor(message: MessageLike, path = "") {
    if (isUnread(message)) {
      const own = new TextFields(MESSAGE_OWN, path);
      const rest = new JsonMembers();
      own.read(message.text, rest);
      readFields(this, rest, path, MESSAGE_AUTHOR);
      own.setAll(this);
    } else {
      readFields(this, message, path, MESSAGE);
    }
    Object.freeze(this);
  }

  /** The texts of the content's text parts, joined; `""` if there are none. Not part of the canonical JSON. */
  get text(): string {
    return this.content.map((part) => (part.type === "text" ? part.text : "")).join("");
  }

  /**
   * Makes a message with one content part; a string is a text.
   * @throws HarmonyError as the constructor does.
   */
  static fromRoleAndContent(role: Role, content: string | ContentLike): Message {
    return new Message({ role, content: contentList(content) });
  }

  /**
   * Makes a message with several content parts.
   * @throws HarmonyError as the constructor does.
   */
  static fromRoleAndContents(role: Role, contents: readonly ContentLike[]): Message {
    return new Message({ role, content: contents });
  }

  /**
   * Makes a message with one content part, from an author with a name: the answer of a tool.
   * @throws HarmonyError as the constructor does.
   */
  static fromAuthorAndContent(author: Author | AuthorLike, content: string | ContentLike): Message {
    const { role, name } = isReadable(author) && author instanceof Author ? author : new Author(author, "author");
    return new Message({ role, name, content: contentList(content) });
  }

  /**
   * Reads the canonical JSON of a message, as text or already parsed. Text keeps the spelling of numbers and the order of
   * keys in tool schemas, which `JSON.parse` loses. As in the reference, unknown fields in text are ignored.
   * @throws HarmonyError as the constructor does, and `invalid-json`, `json-too-deep`, `number-out-of-range` or
   *   `duplicate-field` for text.
   */
  static fromJSON(json: string | MessageLike): Message {
    if (typeof json !== "string") return new Message(json);
    return readJsonText(json, (value) => new Message(value as MessageLike));
  }

  /**
   * The message with one more content part at its end; a string is a text.
   * @throws HarmonyError as the constructor does.
   */
  addingContent(content: string | ContentLike): Message {
    return new Message({ ...this, content: [...this.content, ...contentList(content)] });
  }

  /** The message on this channel. */
  withChannel(channel: string): Message {
    return new Message({ ...this, channel });
  }

  /** The message to this recipient: a tool by its full name (`functions.get_weather`), a role, or `all`. */
  withRecipient(recipient: string): Message {
    return new Message({ ...this, recipient });
  }

  /** The message with this content type, such as `<|constrain|>json`. */
  withContentType(contentType: string): Message {
    return new Message({ ...this, content_type: contentType });
  }

  /** The canonical JSON, as the Python and Rust packages write and read it; `JSON.stringify` calls this. */
  toJSON(): MessageJSON {
    const [first] = this.content;
    const content = this.content.length === 1 && first?.type === "text" ? first.text : this.content;
    return { ...this, content };
  }
}

function contentList(content: string | ContentLike): readonly ContentLike[] {
  return [typeof content === "string" ? TextContent.new(content) : content];
}

const readParts = listOf(readContent);

export function readContents(value: unknown, path: string, fromText: boolean): readonly Content[] {
  if (typeof value === "string") return Object.freeze([TextContent.new(value)]);
  if (isList(value)) return readParts(value, path, fromText);
  throw wrongType(value, path, "a string or a list of content parts");
}

/** Reads a message that may be an instance already. */
export const readMessage: ReadValue<Message> = instanceOf(Message);

/**
 * Refuses what is not a list of messages.
 * @param forConversation What to do with a conversation that was given instead.
 * @throws HarmonyError `wrong-type`
 */
export function checkMessages(value: unknown, forConversation: string): asserts value is Iterable<MessageLike> {
  if (isIterable(value)) return;
  let remedy = "";
  if (isRecord(value) && "messages" in value) remedy = ` (${forConversation})`;
  if (isRecord(value) && "role" in value) remedy = " (put the message into a list)";
  throw wrongType(value, "messages", `a list of messages${remedy}`);
}
