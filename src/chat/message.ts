import { readJsonText, UnreadArray } from "../json/text.js";
import { AUTHOR_FIELDS, type Author, type AuthorLike } from "./author.js";
import { type Content, type ContentLike, readContent, TextContent } from "./content.js";
import { type FieldTable, optional, readFields, readSomeFields, required, wrongType } from "./fields.js";
import { listOf, readString } from "./readers.js";
import type { Role } from "./role.js";

/** What a {@link Message} is accepted as: an instance, or an object literal of the canonical JSON. */
export interface MessageLike {
  readonly role: Role;
  readonly name?: string | null | undefined;
  readonly recipient?: string | null | undefined;
  readonly content: string | readonly ContentLike[];
  readonly channel?: string | null | undefined;
  readonly content_type?: string | null | undefined;
}

/** The canonical JSON of a message: a single text part is written as a plain string. */
export interface MessageJSON {
  readonly role: Role;
  readonly name?: string;
  readonly recipient?: string;
  readonly content: string | readonly Content[];
  readonly channel?: string;
  readonly content_type?: string;
}

type OwnFields = Pick<Message, "recipient" | "content" | "channel" | "content_type">;

/** The fields that are not the author's. */
const OWN_FIELDS: FieldTable<OwnFields> = {
  recipient: optional(readString),
  content: required(readContents),
  channel: optional(readString),
  content_type: optional(readString),
};

/** A message: who wrote it, to whom, on which channel, and its content. An immutable value. */
export class Message implements MessageLike {
  // Fields are only declared: the constructor sets those that are present, in the order of the canonical JSON.
  declare readonly role: Role;
  /** Who exactly: a tool's full name (`functions.get_weather`), or a participant's. */
  declare readonly name?: string;
  /** To whom: a tool's full name makes an assistant's message a call. */
  declare readonly recipient?: string;
  /** Always a list, also where the message was made from a string. */
  declare readonly content: readonly Content[];
  /** `analysis`, `commentary` or `final` for an assistant's messages. */
  declare readonly channel?: string;
  /** Such as `<|constrain|>json`; a model sets it on its tool calls. */
  declare readonly content_type?: string;

  /** @throws HarmonyError `missing-field`, `wrong-type`, `unknown-role` or `unknown-content-type`, with the path. */
  constructor(message: MessageLike, path = "") {
    const { fields, rest } = readSomeFields(message, path, "a message", OWN_FIELDS);
    Object.assign(this, readFields(rest, path, "a message", AUTHOR_FIELDS), fields);
    Object.freeze(this);
  }

  static fromRoleAndContent(role: Role, content: string | ContentLike): Message {
    return new Message({ role, content: contentList(content) });
  }

  static fromRoleAndContents(role: Role, contents: readonly ContentLike[]): Message {
    return new Message({ role, content: contents });
  }

  static fromAuthorAndContent(author: Author | AuthorLike, content: string | ContentLike): Message {
    return new Message({ role: author.role, name: author.name, content: contentList(content) });
  }

  /**
   * Reads the canonical JSON of a message, as text or already parsed. Text keeps the spelling of numbers and the order of
   * keys in tool schemas, which `JSON.parse` loses.
   * @throws HarmonyError as the constructor does, and `invalid-json` and its kin for text.
   */
  static fromJSON(json: string | MessageLike): Message {
    if (typeof json !== "string") return new Message(json);
    return readJsonText(json, (value) => new Message(value as MessageLike));
  }

  /** The message with one more part at its end. */
  addingContent(content: string | ContentLike): Message {
    return new Message({ ...this, content: [...this.content, ...contentList(content)] });
  }

  withChannel(channel: string): Message {
    return new Message({ ...this, channel });
  }

  withRecipient(recipient: string): Message {
    return new Message({ ...this, recipient });
  }

  withContentType(contentType: string): Message {
    return new Message({ ...this, content_type: contentType });
  }

  /** The canonical JSON, as the Python and Rust packages write and read it; `JSON.stringify` calls it. */
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

function readContents(value: unknown, path: string, fromText: boolean): readonly Content[] {
  if (typeof value === "string") return Object.freeze([TextContent.new(value)]);
  if (Array.isArray(value) || value instanceof UnreadArray) return readParts(value, path, fromText);
  throw wrongType(value, path, "a string or a list of content parts");
}

/** Reads a message that may be one already. */
export function readMessage(value: unknown, path: string): Message {
  return value instanceof Message ? value : new Message(value as MessageLike, path);
}
