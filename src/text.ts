/**
 * The entry for programs whose engine takes and returns text: everything but tokens. Nothing here needs the vocabulary,
 * which is by far the largest part of the package. Begin with {@link renderConversationParts} and
 * {@link HarmonyTextParser}.
 * @packageDocumentation
 */
export { Author, type AuthorLike } from "./chat/author.js";
export { Channel } from "./chat/channel.js";
export {
  ChannelConfig,
  type ChannelConfigLike,
  type Content,
  type ContentLike,
  DeveloperContent,
  type DeveloperContentLike,
  ReasoningEffort,
  SystemContent,
  type SystemContentLike,
  TextContent,
  type TextContentLike,
} from "./chat/content.js";
export { Conversation, type ConversationJSON, type ConversationLike } from "./chat/conversation.js";
export { Message, type MessageJSON, type MessageLike } from "./chat/message.js";
export type { Prefill } from "./chat/prefill.js";
export type { ResponseFormat } from "./chat/response-format.js";
export { Role } from "./chat/role.js";
export { type CalledTool, calledToolOf, type ToolCall, toolCallOf, toolCallsOf } from "./chat/tool-call.js";
export { toolNotFound, toolResult } from "./chat/tool-result.js";
export {
  ToolDescription,
  type ToolDescriptionLike,
  ToolNamespaceConfig,
  type ToolNamespaceConfigLike,
  type ToolNamespaces,
  type ToolNamespacesLike,
} from "./chat/tools.js";
export { type Finding, type FindingCode, validateConversation } from "./chat/validate.js";
export { HARMONY_ERROR_CODES, HarmonyError, type HarmonyErrorCode, type HarmonyErrorPlace } from "./errors.js";
export type { JsonValue } from "./json/value.js";
export { DIAGNOSTICS, type Diagnostic, type DiagnosticAction, type DiagnosticCode } from "./parse/diagnostic.js";
export type {
  DeltaEvent,
  DiagnosticEvent,
  EndEvent,
  Ending,
  HarmonyEvent,
  MessageEndEvent,
  MessageStartEvent,
} from "./parse/event.js";
export { finalText } from "./parse/final-text.js";
export type { FinishOptions, FinishReason } from "./parse/finish.js";
export type { Header } from "./parse/header.js";
export type { ParseMode, ParseOptions, RecoveryOptions, TextParseOptions } from "./parse/options.js";
export type { MessageSpans, Span } from "./parse/span.js";
export { type StateData, StreamState } from "./parse/stream-state.js";
export { HarmonyTextParser } from "./parse/text-parser.js";
export {
  type RenderCompletionOptions,
  type RenderConversationOptions,
  type RenderPartsOptions,
  renderConversationParts,
} from "./render/conversation.js";
export { renderConversationText } from "./render/conversation-text.js";
export type { KeepAnalysis } from "./render/keep-analysis.js";
export type { RecipientPlace } from "./render/message.js";
export { neutralizeMarkers, restoreMarkers } from "./render/neutralize-markers.js";
export type { PartSection, RenderedPart } from "./render/parts.js";
export { SpecialToken } from "./special-tokens.js";
