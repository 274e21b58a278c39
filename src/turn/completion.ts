import type { Message } from "../chat/message.js";
import type { Prefill } from "../chat/prefill.js";
import type { Role } from "../chat/role.js";
import type { HarmonyEncoding } from "../encoding.js";
import { isReadable, showValue } from "../options.js";
import type { Diagnostic } from "../parse/diagnostic.js";
import type { FinishReason } from "../parse/finish.js";
import type { RecoveryOptions } from "../parse/options.js";
import type { MessageSpans } from "../parse/span.js";
import { StreamState } from "../parse/stream-state.js";
import { StreamableParser } from "../parse/streamable-parser.js";
import { usualTerminator } from "../render/message.js";
import { SpecialToken } from "../special-tokens.js";

/** What the prompt began, and how to read what the model made of it. */
export interface CompletionSetting {
  /** The role whose message the prompt began; `undefined` if the tokens themselves begin with a start token. */
  readonly role: Role | undefined;
  readonly prefill: Prefill | undefined;
  readonly recovery: Omit<RecoveryOptions, "prefill">;
}

/** A completion as the resilient mode reads it. */
export interface ReadCompletion {
  readonly messages: readonly Message[];
  readonly spans: readonly MessageSpans[];
  readonly diagnostics: readonly Diagnostic[];
  /** Whether its last message, or its last header, has not ended. */
  readonly isOpen: boolean;
}

/** A completion after which another message can follow. */
export interface ClosedCompletion extends ReadCompletion {
  /** The token that had to be added to end the last message. */
  readonly added: number | undefined;
  /** How many of the tokens are left: all of them, unless they end in a header that says nothing yet. */
  readonly kept: number;
}

/**
 * Reads a completion as it is; a message that has not ended is as much as there is of it.
 * @throws RangeError for what is not a token.
 */
export function readCompletion(
  encoding: HarmonyEncoding,
  tokens: readonly number[],
  setting: CompletionSetting,
): ReadCompletion {
  const parser = parse(encoding, tokens, setting);
  const isOpen = parser.state !== StreamState.EXPECT_START;
  return { ...finish(parser), isOpen };
}

/**
 * Reads a completion, and ends what has not ended: a message by its token, a header by leaving it out.
 * @param finishReason Why the engine ended it.
 */
export function closeCompletion(
  encoding: HarmonyEncoding,
  tokens: readonly number[],
  setting: CompletionSetting,
  finishReason?: FinishReason | null,
): ClosedCompletion {
  const parser = parse(encoding, tokens, setting);
  const { stateData, currentRole, currentRecipient } = parser;
  if (stateData.state === StreamState.CONTENT) {
    const added = usualTerminator({ role: currentRole!, recipient: currentRecipient });
    return { ...finish(parser.process(added)), isOpen: false, added, kept: tokens.length };
  }
  if (stateData.state === StreamState.HEADER) {
    const complete = parser.messages.length;
    const asMessage = parse(encoding, tokens, setting).processEos({ reason: finishReason });
    if (asMessage.messages.length > complete) {
      // The model forgot the message token: what looks like a header is a message.
      const added = SpecialToken.END;
      return { ...finish(parser.process(added)), isOpen: false, added, kept: tokens.length };
    }
    const start = tokens.length - stateData.header_tokens.length;
    const kept = tokens[start - 1] === SpecialToken.START ? start - 1 : start;
    return { ...readCompletion(encoding, tokens.slice(0, kept), setting), isOpen: false, added: undefined, kept };
  }
  return { ...finish(parser), isOpen: false, added: undefined, kept: tokens.length };
}

function finish(parser: StreamableParser): Pick<ReadCompletion, "messages" | "spans" | "diagnostics"> {
  parser.processEos();
  const { messages, spans, diagnostics } = parser;
  return { messages, spans, diagnostics };
}

function parse(
  encoding: HarmonyEncoding,
  tokens: readonly number[],
  { role, prefill, recovery }: CompletionSetting,
): StreamableParser {
  const parser = new StreamableParser(encoding, role, { ...recovery, prefill, mode: "resilient" });
  for (const token of tokens) parser.process(token);
  return parser;
}

/**
 * Refuses what is not an encoding. It is known by what it can do: asking for its class would load the vocabulary into the
 * entries that leave it to their caller.
 * @param remedy How the call is to be written.
 * @throws TypeError
 */
export function checkHarmonyEncoding(value: unknown, remedy: string): asserts value is HarmonyEncoding {
  const { tokenizer, renderConversation } = isReadable(value) ? (value as Partial<HarmonyEncoding>) : {};
  if (isReadable(tokenizer) && typeof renderConversation === "function") return;
  throw new TypeError(`encoding must be a HarmonyEncoding, not ${showValue(value)}; write ${remedy}`);
}
