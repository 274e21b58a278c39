import type { Message } from "../chat/message.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Header } from "./machine/header.js";
import type { MessageSpans } from "./span.js";

/**
 * What ended a message: one of the stop tokens, or something else that a message cannot contain: the next message's
 * start or channel token (resilient mode), or the end of the input.
 */
export type Ending = "end" | "call" | "return" | "endoftext" | "start" | "channel" | "end-of-input";

/** A message has begun: its header is complete. */
export interface MessageStartEvent extends Header {
  readonly type: "message-start";
  /** The message's place among all messages of the parser. */
  readonly index: number;
}

/** A piece of a message's content. The pieces of a message add up to its content; none splits a character. */
export interface DeltaEvent {
  readonly type: "delta";
  readonly index: number;
  /** The message's channel and recipient, as its `message-start` said. */
  readonly channel: string | undefined;
  readonly recipient: string | undefined;
  /** Never empty. */
  readonly text: string;
}

/** A message has ended. */
export interface MessageEndEvent {
  readonly type: "message-end";
  readonly index: number;
  readonly message: Message;
  readonly ending: Ending;
  readonly spans: MessageSpans;
}

/** The output departed from the format (resilient mode). */
export interface DiagnosticEvent {
  readonly type: "diagnostic";
  readonly diagnostic: Diagnostic;
}

/** The input has ended; nothing follows. */
export interface EndEvent {
  readonly type: "end";
}

/** What a parser tells of the input as it arrives. */
export type HarmonyEvent = MessageStartEvent | DeltaEvent | MessageEndEvent | DiagnosticEvent | EndEvent;
