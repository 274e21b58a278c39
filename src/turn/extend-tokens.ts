import { checkMessages, type Message, type MessageLike, readMessage } from "../chat/message.js";
import { checkPrefill, type Prefill } from "../chat/prefill.js";
import { checkRole, isRole, type Role } from "../chat/role.js";
import type { HarmonyEncoding } from "../encoding.js";
import { checkIterable, checkOptions } from "../options.js";
import type { Diagnostic } from "../parse/diagnostic.js";
import { type FinishReason, finishOf } from "../parse/finish.js";
import type { RecoveryOptions } from "../parse/options.js";
import { StreamState } from "../parse/stream-state.js";
import { StreamableParser } from "../parse/streamable-parser.js";
import { beginNextTurn, declaresFunctions } from "../render/conversation.js";
import { checkRecipientPlace, type RecipientPlace, renderMessage, usualTerminator } from "../render/message.js";
import { SpecialToken } from "../special-tokens.js";
import { TokenList } from "../token-sinks.js";
import {
  type CompletionSetting,
  checkHarmonyEncoding,
  closeCompletion,
  type ReadCompletion,
  readCompletion,
} from "./completion.js";
import { commonPrefixLength, type SessionChange } from "./sequence.js";

/** How tokens are extended. */
export interface ExtendOptions extends Omit<RecoveryOptions, "prefill"> {
  /**
   * Why the completion ended, in the engine's own word. If the model stopped (`"stop"`, …), a message that has no stop token
   * gets one, since the engine has kept it to itself. Otherwise, and by default, such a message is continued if there is
   * nothing else to add.
   */
  readonly finishReason?: FinishReason | null | undefined;
  /** Whose message to begin at the end. Default: `"assistant"`. */
  readonly nextTurnRole?: Role | undefined;
  /** What the next prompt already holds of that message. */
  readonly prefill?: Prefill | undefined;
  /** Where the headers of assistants' messages that are rendered have their recipient. Default: `"role"`. */
  readonly recipientPlace?: RecipientPlace | undefined;
}

const EXTEND_OPTIONS: readonly (keyof ExtendOptions)[] = [
  "finishReason",
  "nextTurnRole",
  "prefill",
  "recipientPlace",
  "tools",
  "continueAfterCall",
  "maxMessageLength",
];

/** More than any role has, however it is cut into tokens. */
const MAX_ROLE_TOKENS = 9;

/** A prompt that goes on from another. */
export interface ExtendedTokens {
  /** Token ids, as inference engines take them. */
  readonly tokens: number[];
  /** How many of them the engine has seen. */
  readonly reusedTokens: number;
  /** What stands otherwise than in the prompt and the completion, which can only be their end. */
  readonly changes: readonly SessionChange[];
  /** The messages of the completion. */
  readonly messages: readonly Message[];
  /** Where the completion departs from the format; spans are indices of its own tokens. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The next prompt, from the last one and its completion: both as they are, token for token, then messages, and the
 * beginning of the next one. It is what a {@link HarmonySession} does, for servers that keep nothing between requests but
 * tokens. Old analysis stays, since what precedes the completion is not looked at.
 *
 * @param encoding What `loadHarmonyEncoding()` returns.
 * @param prompt What the engine was given, with the beginning of the message that it was to write.
 * @param completion What the engine made of it.
 * @param messages What to add: the results of tools, a user's question. `[]` for nothing.
 * @throws HarmonyError where a message is not well formed, with the JSON path; `unknown-role` for `nextTurnRole`.
 * @throws TypeError for an unknown option, or a value of the wrong type; RangeError for what is not a token.
 */
export function extendTokens(
  encoding: HarmonyEncoding,
  prompt: Iterable<number>,
  completion: Iterable<number>,
  messages: Iterable<MessageLike>,
  options: ExtendOptions = {},
): ExtendedTokens {
  checkHarmonyEncoding(encoding, "extendTokens(loadHarmonyEncoding(), prompt, completion, messages)");
  checkIterable(prompt, "prompt", "a list of tokens");
  checkIterable(completion, "completion", "a list of tokens");
  checkMessages(messages, "of a conversation, pass the field `messages`");
  const { finishReason, nextTurnRole = "assistant", prefill, recipientPlace, ...recovery } = checkedOptions(options);
  const added = Array.from(messages, (message, index) => readMessage(message, `messages[${index}]`, false));
  const hasFunctionTools = added.some(declaresFunctions);

  const given = Array.from(prompt);
  const written = Array.from(completion);
  const begun = begunBy(encoding, given, recovery);
  const behind = [...given.slice(begun.end), ...written];
  const isStopped = finishOf({ reason: finishReason }) === "stopped";
  const goesOn = !isStopped && added.length === 0 && prefill === undefined && options.nextTurnRole === undefined;
  const seen = given.length + written.length;
  const before = given.length - begun.end;
  const diagnosticsOf = ({ diagnostics }: ReadCompletion): readonly Diagnostic[] =>
    diagnostics.map((one) => ({
      ...one,
      span: [Math.max(0, one.span[0] - before), Math.max(0, one.span[1] - before)],
    }));
  const read = readCompletion(encoding, behind, begun);
  if (goesOn && read.isOpen) {
    const tokens = [...given, ...written];
    return { tokens, reusedTokens: seen, changes: [], messages: read.messages, diagnostics: diagnosticsOf(read) };
  }

  const closed = closeCompletion(encoding, behind, begun, finishReason);
  const changes: SessionChange[] = [];
  // If nothing but the beginning of a message is left of it, the message is given up.
  const isGivenUp = closed.kept === 0 && begun.prefill === undefined;
  let kept = isGivenUp ? begun.start : begun.end + closed.kept;
  const sink = new TokenList(encoding.tokenizer);
  if (kept < seen) changes.push({ reason: "incomplete-header", from: kept, removed: seen - kept, inserted: 0 });
  const last = closed.messages.at(-1);
  const endsLast = closed.spans.at(-1)?.terminator[1] === closed.kept;
  if (closed.added !== undefined) {
    sink.special(closed.added);
  } else if (last !== undefined && endsLast && behind[closed.kept - 1] === SpecialToken.RETURN) {
    kept -= 1;
    changes.unshift({ reason: "return-in-the-past", from: kept, removed: 1, inserted: 1 });
    sink.special(usualTerminator(last));
  }
  added.forEach((message, index) => {
    renderMessage(message, { index, path: `messages[${index}]`, hasFunctionTools, recipientPlace }, sink);
  });
  beginNextTurn(added.length, nextTurnRole, { prefill, recipientPlace }, sink);
  const tokens = [...given, ...written].slice(0, kept);
  // What takes the place of what is gone may begin alike.
  const reusedTokens = tokens.length + commonPrefixLength([...given, ...written].slice(kept), sink.tokens);
  for (const token of sink.tokens) tokens.push(token);
  return { tokens, reusedTokens, changes, messages: closed.messages, diagnostics: diagnosticsOf(closed) };
}

/**
 * What the last message is that a prompt begins.
 * @returns How to read on, from which token of the prompt on, and where the message starts.
 */
function begunBy(
  encoding: HarmonyEncoding,
  prompt: readonly number[],
  recovery: CompletionSetting["recovery"],
): CompletionSetting & { readonly start: number; readonly end: number } {
  const start = prompt.lastIndexOf(SpecialToken.START);
  if (start < 0) return { role: "assistant", prefill: undefined, recovery, start: prompt.length, end: prompt.length };
  const role = roleOf(encoding, prompt.slice(start + 1));
  if (role !== undefined) return { role, prefill: undefined, recovery, start, end: prompt.length };
  const parser = new StreamableParser(encoding, undefined, { mode: "resilient" });
  for (const token of prompt.slice(start)) parser.process(token);
  if (parser.state === StreamState.EXPECT_START) {
    // It begins no message: the completion has to.
    return { role: undefined, prefill: undefined, recovery, start: prompt.length, end: prompt.length };
  }
  // The completion goes on in the midst of a header, which is read as a whole.
  if (parser.state === StreamState.HEADER) return { role: undefined, prefill: undefined, recovery, start, end: start };
  const { currentRole, currentChannel, currentRecipient, currentContentType, currentContent } = parser;
  const prefill = {
    channel: currentChannel,
    recipient: currentRecipient,
    content_type: currentContentType,
    content: currentContent,
  };
  return { role: currentRole, prefill, recovery, start, end: prompt.length };
}

/** The role that tokens spell, and nothing else. */
function roleOf({ tokenizer }: HarmonyEncoding, tokens: readonly number[]): Role | undefined {
  if (tokens.length > MAX_ROLE_TOKENS) return undefined;
  const text = tokens.map((token) => tokenizer.tokenText(token) ?? "").join("");
  return isRole(text) ? text : undefined;
}

function checkedOptions(options: ExtendOptions): ExtendOptions {
  checkOptions(options, EXTEND_OPTIONS, "extendTokens");
  const { finishReason, nextTurnRole, prefill, recipientPlace, tools } = options;
  finishOf({ reason: finishReason });
  if (nextTurnRole !== undefined) checkRole(nextTurnRole, "nextTurnRole");
  checkPrefill(prefill);
  checkRecipientPlace(recipientPlace);
  if (tools === undefined) return options;
  checkIterable(tools, "tools", 'a list of names, such as ["functions.bash"]');
  return { ...options, tools: Array.from(tools) };
}
