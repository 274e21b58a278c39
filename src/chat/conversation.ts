import { readJsonText } from "../json/text.js";
import { isReadable } from "../options.js";
import { listOf, readFields, required, type Shape } from "./fields.js";
import { checkMessages, type Message, type MessageJSON, type MessageLike, readMessage } from "./message.js";

/** What is accepted as a {@link Conversation}: an instance, or an object literal of the canonical JSON. */
export interface ConversationLike {
  readonly messages: readonly MessageLike[];
}

/** The canonical JSON of a conversation. */
export interface ConversationJSON {
  readonly messages: readonly MessageJSON[];
}

/** What a conversation is made of. */
export const CONVERSATION: Shape<Pick<Conversation, "messages">> = {
  what: "a conversation",
  fields: { messages: required(listOf(readMessage)) },
};

/** A list of messages, in order. An immutable value; iterating over it gives the messages. */
export class Conversation implements ConversationLike, Iterable<Message> {
  declare readonly messages: readonly Message[];

  /** @throws HarmonyError as {@link Message} does, with paths such as `messages[2].content[0].type`. */
  constructor(conversation: ConversationLike) {
    readFields(this, conversation, "", CONVERSATION);
    Object.freeze(this);
  }

  /**
   * Makes a conversation of messages.
   * @param messages A list or any other iterable, but not an object with a field `messages`: that is what the
   *   constructor takes.
   * @throws HarmonyError as the constructor does.
   */
  static fromMessages(messages: Iterable<MessageLike>): Conversation {
    checkMessages(messages, "an object with a field `messages` goes to `new Conversation(…)`");
    return new Conversation({ messages: Array.from(messages) });
  }

  /**
   * Reads the canonical JSON, as text or already parsed. Text keeps the spelling of numbers and the order of keys in tool
   * schemas, which `JSON.parse` loses. As in the reference, unknown fields in text are ignored.
   * @throws HarmonyError as the constructor does, and `invalid-json`, `json-too-deep`, `number-out-of-range` or
   *   `duplicate-field` for text.
   */
  static fromJSON(json: string | ConversationLike): Conversation {
    if (typeof json !== "string") return new Conversation(json);
    return readJsonText(json, (value) => new Conversation(value as ConversationLike));
  }

  /** Iterates over the messages. */
  [Symbol.iterator](): Iterator<Message> {
    return this.messages[Symbol.iterator]();
  }

  /** The canonical JSON, as the Python and Rust packages write and read it; `JSON.stringify` calls this. */
  toJSON(): ConversationJSON {
    return { messages: this.messages.map((message) => message.toJSON()) };
  }
}

/** Reads a conversation that may be an instance already. */
export function readConversation(value: ConversationLike): Conversation {
  return isReadable(value) && value instanceof Conversation ? value : new Conversation(value);
}
