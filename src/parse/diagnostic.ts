import type { Span } from "./span.js";

/**
 * What was done about a departure from the format.
 * - `skipped`: the span is in no message.
 * - `ignored`: the span is inside a message's range but says nothing in it.
 * - `repaired`: the message was read as what the span must have meant.
 * - `replaced`: U+FFFD stands in the text for what could not be read.
 * - `kept`: the message was left as it arrived, which may not be all of it.
 */
export type DiagnosticAction = "skipped" | "ignored" | "repaired" | "replaced" | "kept";

/**
 * Every diagnostic: what it says, and what is usually done. `docs/diagnostics.md` has an example and a remedy for each.
 */
export const DIAGNOSTICS = {
  // between messages
  "white-space-between-messages": { action: "skipped", message: "White space stands where a message should start." },
  "stray-text": { action: "skipped", message: "Text stands between two messages." },
  "stray-stop": { action: "skipped", message: "A stop token has no message to end." },
  "repeated-start": { action: "skipped", message: "A start token follows a start token." },
  "incomplete-header": { action: "skipped", message: "A header ended before its message token." },
  "orphaned-output": {
    action: "skipped",
    message: "Output follows a call or return token, where the model's turn is over.",
  },
  // around a message
  "missing-start": {
    action: "repaired",
    message: "A header has no start token; it was taken for a header of the given role.",
  },
  "missing-message-token": {
    action: "repaired",
    message: "A message has no message token; the rest of its header was taken for its content.",
  },
  "missing-end": {
    action: "repaired",
    message: "A message has no stop token; the beginning of the next one ended it.",
  },
  "endoftext-as-end": { action: "repaired", message: "The token endoftext ended a message." },
  "incomplete-call": { action: "kept", message: "The output ended inside a call: its arguments may be cut short." },
  "message-too-long": {
    action: "ignored",
    message: "A message is longer than the option maxMessageLength allows; the rest of it was left out.",
  },
  // in a header
  "white-space-in-header": { action: "ignored", message: "A header has white space in a place where none belongs." },
  "missing-role": { action: "repaired", message: "A header has no role; the given role was taken." },
  "repeated-role": { action: "ignored", message: "A header repeats its role." },
  "unknown-role": { action: "ignored", message: "A header's role does not exist; the given role was taken." },
  "channel-as-role": { action: "repaired", message: "A channel stands where a role should." },
  "tool-as-role": {
    action: "repaired",
    message: "A declared tool stands where a role should; it was taken for the recipient.",
  },
  "channel-without-marker": { action: "repaired", message: "A channel has no channel marker before it." },
  "channel-without-name": { action: "ignored", message: "A channel marker has no channel behind it." },
  "unknown-channel": { action: "ignored", message: "A channel's name is not one of the known channels." },
  "inexact-channel": { action: "repaired", message: "A channel's name is not written as it should be." },
  "repeated-channel": { action: "ignored", message: "A header has another channel; the last known one counts." },
  "inexact-content-type": {
    action: "repaired",
    message: "White space stands between a constrain marker and its content type.",
  },
  "recipient-is-author": { action: "ignored", message: "The assistant addressed a message to itself." },
  "repeated-recipient": { action: "ignored", message: "A header has another recipient; the last one counts." },
  "empty-recipient": { action: "ignored", message: "A header has `to=` with no recipient behind it." },
  "bare-recipient": {
    action: "repaired",
    message: "A declared tool has no `to=` before it; it was taken for the recipient.",
  },
  "inexact-recipient": {
    action: "repaired",
    message: "A content type is glued to a declared tool's name; the name was taken for the recipient.",
  },
  "recipient-as-content-type": {
    action: "repaired",
    message: "A declared tool stands where a content type should; it was taken for the recipient.",
  },
  "undeclared-tool": { action: "kept", message: "A call is addressed to a tool that is not declared." },
  "unexpected-header-words": { action: "ignored", message: "A header has words that mean nothing there." },
  "control-in-header": { action: "ignored", message: "A header has a control token that means nothing there." },
  // in a content
  "control-in-content": { action: "ignored", message: "A content has a control token that means nothing there." },
  "broken-character": { action: "replaced", message: "A character is broken: its bytes are not valid UTF-8." },
  "unknown-token": { action: "replaced", message: "A token is not in the vocabulary." },
} as const;

/** What was found, as a stable word for programs. See `docs/diagnostics.md`. */
export type DiagnosticCode = keyof typeof DIAGNOSTICS;

/** A departure from the format that the resilient mode has dealt with. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  /** What was found, as a sentence. */
  readonly message: string;
  /** What was done about it. For an `unknown-token` it depends on where the token stands. */
  readonly action: DiagnosticAction;
  /**
   * The part of the input that the diagnostic is about: token indices or, if text is parsed, UTF-16 units, counted from
   * the beginning of all that was fed. Empty if something is missing there.
   */
  readonly span: Span;
  /** The text of the span; U+FFFD for a broken character. What was too long to be kept is not in it. */
  readonly text: string;
}
