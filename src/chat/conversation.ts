import { readJsonText } from "../json/text.js";
import { type FieldTable, readFields, required } from "./fields.js";
import { type Message, type MessageJSON, type MessageLike, readMessage } from "./message.js";
import { listOf } from "./readers.js";

/** What a {@link Conversation} is accepted as: an instance, or an object literal of the canonical JSON. */
export interface ConversationLike {
  readonly messages: readonly MessageLike[];
}

/** The canonical JSON of a conversation. */
export interface ConversationJSON {
  readonly messages: readonly MessageJSON[];
}

const FIELDS: FieldTable<{ messages: readonly Message[] }> = { messages: required(listOf(readMessage)) };

/** A list of messages, in order. An immutable value; iterating it gives the messages. */
export class Conversation implements ConversationLike, Iterable<Message> {
  readonly messages: readonly Message[];

  /** @throws HarmonyError as {@link Message} does, with paths such as `messages[2].content[0].type`. */
  constructor(conversation: ConversationLike) {
    this.messages = readFields(conversation, "", "a conversation", FIELDS).messages;
    Object.freeze(this);
  }

  static fromMessages(messages: Iterable<MessageLike>): Conversation {
    return new Conversation({ messages: Array.from(messages) });
  }

  /**
   * Reads the canonical JSON, as text or already parsed. Text keeps the spelling of numbers and the order of keys in tool
   * schemas, which `JSON.parse` loses.
   * @throws HarmonyError as the constructor does, and `invalid-json` and its kin for text.
   */
  static fromJSON(json: string | ConversationLike): Conversation {
    if (typeof json !== "string") return new Conversation(json);
    return readJsonText(json, (value) => new Conversation(value as ConversationLike));
  }

  [Symbol.iterator](): Iterator<Message> {
    return this.messages[Symbol.iterator]();
  }

  /** The canonical JSON, as the Python and Rust packages write and read it; `JSON.stringify` calls it. */
  toJSON(): ConversationJSON {
    return { messages: this.messages.map((message) => message.toJSON()) };
  }
}

/** Reads a conversation that may be one already. */
export function readConversation(value: ConversationLike): Conversation {
  return value instanceof Conversation ? value : new Conversation(value);
}
