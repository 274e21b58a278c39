/**
 * The entry for programs that parse text only: nothing here needs the vocabulary, which is by far the largest part of
 * the package.
 */
export type { Message, MessageJSON, MessageLike } from "../chat/message.js";
export type { Role } from "../chat/role.js";
export {
  DIAGNOSTICS,
  type Diagnostic,
  type DiagnosticAction,
  type DiagnosticCode,
} from "./diagnostic.js";
export type {
  DeltaEvent,
  DiagnosticEvent,
  EndEvent,
  Ending,
  HarmonyEvent,
  MessageEndEvent,
  MessageStartEvent,
} from "./event.js";
export type { Header } from "./header.js";
export type { Prefill, RecoveryOptions, TextParseOptions } from "./options.js";
export type { MessageSpans, Span } from "./span.js";
export { StreamState } from "./stream-state.js";
export { HarmonyTextParser } from "./text-parser.js";
export { type ToolCall, toolCallOf, toolCallsOf } from "./tool-call.js";
