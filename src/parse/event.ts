import type { Message } from "../chat/message.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Header } from "./header.js";
import type { MessageSpans } from "./span.js";

/**
 * What ended a message: one of the stop tokens, or something that cannot be in a message: the start or channel token of
 * the next message (resilient mode), or the end of the input. If `finish` is told that the model stopped, a message that
 * lacks its stop token ends with the one that the engine must have swallowed: call for a call, otherwise return.
 */
export type Ending = "end" | "call" | "return" | "endoftext" | "start" | "channel" | "end-of-input";

/** A message has begun: its header is complete. */
export interface MessageStartEvent extends Header {
  readonly type: "message-start";
  /** The index that the message will have in the parser's `messages`. */
  readonly index: number;
}

/** A piece of a message's content. The deltas of a message add up to its content, and none splits a character. */
export interface DeltaEvent {
  readonly type: "delta";
  /** The index that the message will have in the parser's `messages`. */
  readonly index: number;
  /** The channel of the message, as its `message-start` has it. */
  readonly channel: string | undefined;
  /** The recipient of the message, as its `message-start` has it. */
  readonly recipient: string | undefined;
  /** Never empty. */
  readonly text: string;
}

/** A message has ended. */
export interface MessageEndEvent {
  readonly type: "message-end";
  /** The index of the message in the parser's `messages`. */
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

/** The input has ended; this is the last event. */
export interface EndEvent {
  readonly type: "end";
}

/** What a parser reports about the input as it arrives. */
export type HarmonyEvent = MessageStartEvent | DeltaEvent | MessageEndEvent | DiagnosticEvent | EndEvent;
