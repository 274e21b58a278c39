import { Conversation, type ConversationLike, readConversation } from "./chat/conversation.js";
import { type Message, type MessageLike, readMessage } from "./chat/message.js";
import { readPlainMessages } from "./chat/plain-messages.js";
import { checkRole, Role } from "./chat/role.js";
import { HarmonyError } from "./errors.js";
import { checkBoolean, checkIterable, checkOptions, showValue } from "./options.js";
import { finalText } from "./parse/final-text.js";
import type { ParseOptions, RecoveryOptions } from "./parse/options.js";
import { parseMessages } from "./parse/streamable-parser.js";
import {
  checkCompletionOptions,
  checkConversationOptions,
  checkPartsOptions,
  type RenderCompletionOptions,
  type RenderConversationOptions,
  type RenderPartsOptions,
  renderConversationInto,
} from "./render/conversation.js";
import { checkRecipientPlace, type RecipientPlace, renderMessage } from "./render/message.js";
import { checkTrainingOptions, messagesToLearn, type RenderForTrainingOptions } from "./render/training.js";
import { SPECIAL_TOKENS, STOP_TOKENS, STOP_TOKENS_FOR_ASSISTANT_ACTIONS } from "./special-tokens.js";
import {
  MaskedTokens,
  type RenderedMessageSpans,
  TokenCount,
  TokenCounts,
  type TokenizedPart,
  TokenizedPartList,
  TokenList,
} from "./token-sinks.js";
import { createTokenizer } from "./tokenizer/o200k.js";
import type { EncodeOptions, Tokenizer } from "./tokenizer/tokenizer.js";

/** The encodings that {@link loadHarmonyEncoding} knows. */
export const HarmonyEncodingName = { HARMONY_GPT_OSS: "HarmonyGptOss" } as const;
/** The name of an encoding: `"HarmonyGptOss"`. */
export type HarmonyEncodingName = (typeof HarmonyEncodingName)[keyof typeof HarmonyEncodingName];

/** How a single message is rendered. */
export interface RenderOptions {
  /** Whether the conversation around the message declares functions; a system message then says so. Default: `false`. */
  readonly conversationHasFunctionTools?: boolean | undefined;
  /** Where the header of an assistant's message has its recipient. Default: `"role"`, as in the reference. */
  readonly recipientPlace?: RecipientPlace | undefined;
}

const RENDER_OPTIONS = ["conversationHasFunctionTools", "recipientPlace"] as const satisfies (keyof RenderOptions)[];

/** The tokens of a prompt, and the parts that they come from. */
export interface TokenizedParts {
  /** Token ids, as inference engines take them. */
  readonly tokens: number[];
  /** In order, and without gaps: each part's span begins where the one before it ends. */
  readonly parts: TokenizedPart[];
}

/** A conversation as training data. */
export interface TrainingTokens {
  /** Token ids. */
  readonly tokens: Uint32Array<ArrayBuffer>;
  /** For each token, 1 if the model is to learn it, and 0 if it is only context. */
  readonly mask: Uint8Array<ArrayBuffer>;
  /** Where each message that was not left out stands. */
  readonly spans: readonly RenderedMessageSpans[];
}

/** Many conversations as training data, one behind the other. */
export interface TrainingBatch {
  /** Token ids of all conversations. */
  readonly tokens: Uint32Array<ArrayBuffer>;
  /** For each token, 1 if the model is to learn it, and 0 if it is only context. */
  readonly mask: Uint8Array<ArrayBuffer>;
  /** Where each conversation begins, and at the end where the last one ends: one number more than conversations. */
  readonly offsets: Uint32Array<ArrayBuffer>;
}

/** Room for more tokens than this, five bytes each, is not kept. */
const MAX_SPARE = 1 << 18;

/**
 * Renders and parses the Harmony format. {@link loadHarmonyEncoding} gives one. It keeps no state between calls, so one
 * instance can be shared by a whole program.
 */
export class HarmonyEncoding {
  /** The name under which the encoding was loaded. */
  readonly name: HarmonyEncodingName;
  /** The tokenizer `o200k_harmony`, for text outside conversations. */
  readonly tokenizer: Tokenizer;
  /** Room for the tokens of a conversation, for {@link renderForTraining}: making it would take as long as a long message. */
  #spare: MaskedTokens | undefined;

  private constructor(name: HarmonyEncodingName, tokenizer: Tokenizer) {
    this.name = name;
    this.tokenizer = tokenizer;
  }

  /** @internal */
  static create(name: HarmonyEncodingName, tokenizer: Tokenizer): HarmonyEncoding {
    return new HarmonyEncoding(name, tokenizer);
  }

  /**
   * Renders a conversation as the prompt for a completion: its messages, and then the beginning of the next one, of which
   * the option `prefill` can give more than the role.
   * @param nextTurnRole Whose message the model is to write, nearly always `"assistant"`.
   * @returns Token ids, as inference engines take them.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path; `unknown-role`.
   * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
   */
  renderConversationForCompletion(
    conversation: ConversationLike,
    nextTurnRole: Role,
    options?: RenderCompletionOptions,
  ): number[] {
    checkCompletionOptions(options);
    checkRole(nextTurnRole, "nextTurnRole");
    return this.#tokensOf(conversation, { ...options, nextTurnRole });
  }

  /**
   * Renders the messages of a conversation, and nothing else.
   * @returns Token ids, as inference engines take them.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
   */
  renderConversation(conversation: ConversationLike, options?: RenderConversationOptions): number[] {
    checkConversationOptions(options);
    return this.#tokensOf(conversation, options);
  }

  /**
   * Renders a conversation as the reference does for training: if its last message is an assistant's on the channel
   * `final`, this message ends with return instead of end. Like every prompt it leaves out old analysis unless an option
   * says otherwise; {@link HarmonyEncoding.renderForTraining} keeps it, and says which tokens the model is to learn.
   * @returns Token ids, as inference engines take them.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
   */
  renderConversationForTraining(conversation: ConversationLike, options?: RenderConversationOptions): number[] {
    checkConversationOptions(options);
    return this.#tokensOf(conversation, { ...options, training: true });
  }

  /**
   * Renders a conversation as training data, with a mask of the tokens that the model itself writes: of each completion
   * everything behind the `<|start|>assistant` of its prompt, with the headers of its later messages and the token with
   * which it ended. Analysis is kept unless an option says otherwise.
   * @param conversation The conversation, or its canonical JSON as text.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
   */
  renderForTraining(conversation: ConversationLike | string, options: RenderForTrainingOptions = {}): TrainingTokens {
    checkTrainingOptions(options);
    const spans: RenderedMessageSpans[] = [];
    // While this runs, a function of the options may render something else.
    const sink = this.#spare ?? new MaskedTokens(this.tokenizer);
    this.#spare = undefined;
    sink.restart(spans);
    renderTraining(sink, conversation, options);
    const result = { tokens: sink.tokens(), mask: sink.mask(), spans };
    if (sink.capacity <= MAX_SPARE) this.#spare = sink;
    return result;
  }

  /**
   * Renders many conversations as {@link HarmonyEncoding.renderForTraining} does, into one pair of arrays.
   * @param conversations The conversations, or the canonical JSON of each as text.
   * @throws HarmonyError where a conversation is not well formed; its path begins with `conversations[…]`.
   * @throws TypeError for what cannot be iterated, an unknown option, a value of the wrong type, or options that exclude
   *   each other.
   */
  renderBatchForTraining(
    conversations: Iterable<ConversationLike | string>,
    options: RenderForTrainingOptions = {},
  ): TrainingBatch {
    checkTrainingOptions(options);
    checkIterable(conversations, "conversations", "a list of conversations");
    const sink = new MaskedTokens(this.tokenizer);
    const offsets = [0];
    for (const conversation of conversations) {
      try {
        renderTraining(sink, conversation, options);
      } catch (error) {
        throw error instanceof HarmonyError ? inConversation(error, offsets.length - 1) : error;
      }
      offsets.push(sink.length);
    }
    return { tokens: sink.tokens(), mask: sink.mask(), offsets: Uint32Array.from(offsets) };
  }

  /**
   * Renders a conversation to tokens, and says from which part of which message each of them comes: for loss masks, for
   * token counts by message, for caching the beginning of a prompt.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path; `unknown-role` for `nextTurnRole`.
   * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
   */
  renderConversationWithParts(conversation: ConversationLike, options?: RenderPartsOptions): TokenizedParts {
    checkPartsOptions(options);
    const sink = new TokenizedPartList(this.tokenizer);
    renderConversationInto(sink, conversation, options);
    return { tokens: sink.tokens, parts: sink.parts };
  }

  /**
   * Counts the tokens that a conversation renders to, without making them.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path; `unknown-role` for `nextTurnRole`.
   * @throws TypeError for an unknown option, or a value of the wrong type.
   */
  countConversationTokens(conversation: ConversationLike, options?: RenderPartsOptions): number {
    checkPartsOptions(options);
    const sink = new TokenCount(this.tokenizer);
    renderConversationInto(sink, conversation, options);
    return sink.count;
  }

  /**
   * Counts the tokens that each message of a conversation renders to, without making them.
   * @returns A count for each message, 0 for one that is left out; with `nextTurnRole`, one more for the beginning of the
   *   next turn. Their sum is that of {@link HarmonyEncoding.countConversationTokens}.
   * @throws HarmonyError, TypeError as {@link HarmonyEncoding.countConversationTokens} does.
   */
  countTokensByMessage(conversation: ConversationLike, options?: RenderPartsOptions): number[] {
    checkPartsOptions(options);
    const read = readConversation(conversation);
    const sink = new TokenCounts(this.tokenizer, read.messages.length + (options?.nextTurnRole === undefined ? 0 : 1));
    renderConversationInto(sink, read, options);
    return sink.counts;
  }

  /**
   * Counts the tokens that a text is encoded to as ordinary text, without making them.
   * @throws TypeError where the text is not a string.
   */
  countTokens(text: string): number {
    return this.tokenizer.countTokens(text);
  }

  /**
   * Renders one message.
   * @returns Token ids, as inference engines take them.
   * @throws HarmonyError where the message is not well formed, with the JSON path.
   * @throws TypeError for an unknown option, or a value of the wrong type.
   */
  render(message: MessageLike, options?: RenderOptions): number[] {
    checkOptions(options, RENDER_OPTIONS, "render");
    const { conversationHasFunctionTools: hasFunctionTools = false, recipientPlace } = options ?? {};
    checkBoolean(hasFunctionTools, "conversationHasFunctionTools");
    checkRecipientPlace(recipientPlace);
    const sink = new TokenList(this.tokenizer);
    const setting = { index: 0, path: "", hasFunctionTools, recipientPlace };
    renderMessage(readMessage(message, "", false), setting, sink);
    return sink.tokens;
  }

  /**
   * Reads the messages of a whole completion: the streaming parser, fed to the end.
   * @param tokens What the model wrote, with or without its last stop token.
   * @param role Whose message the prompt began. Without it, the tokens must begin with a start token.
   * @throws HarmonyError where the tokens are not well formed, with the `tokenIndex`; never in the resilient mode.
   *   `unknown-role` for the argument.
   * @throws TypeError for an unknown option, or a value of the wrong type; RangeError for what is not a token at all.
   */
  parseMessagesFromCompletionTokens(tokens: Iterable<number>, role?: Role | null, options?: ParseOptions): Message[] {
    return parseMessages(this, tokens, role, options);
  }

  /**
   * The answer to the user in a completion: the text of the assistant's last message on the channel `final`, as far as it
   * arrived. The completion follows a prompt that ends with `<|start|>assistant`, and is parsed resiliently. `finalText`
   * does the same for text, and for messages.
   * @returns The text, or `undefined` if the model has not come to an answer: it was cut off, or it called a tool.
   * @throws TypeError for an unknown option, or a value of the wrong type; RangeError for what is not a token at all.
   */
  finalText(tokens: Iterable<number>, options?: RecoveryOptions): string | undefined {
    return finalText(parseMessages(this, tokens, Role.ASSISTANT, { ...options, mode: "resilient" }));
  }

  /**
   * Encodes text.
   * @throws HarmonyError `disallowed-special-token` where the text spells a special token that `options` do not allow.
   * @throws TypeError where the text is not a string, for an unknown option, or a value of the wrong type.
   */
  encode(text: string, options?: EncodeOptions): number[] {
    return this.tokenizer.encode(text, options);
  }

  /**
   * Decodes to text; bytes that are not UTF-8 become U+FFFD.
   * @throws HarmonyError `unknown-token` for an id outside the vocabulary, with the `tokenIndex`.
   * @throws TypeError, RangeError for what is not a token at all.
   */
  decode(tokens: Iterable<number>): string {
    return this.tokenizer.decode(tokens);
  }

  /**
   * Decodes to text, exactly.
   * @throws HarmonyError `invalid-utf8` where the bytes are not UTF-8; `unknown-token` for an id outside the vocabulary,
   *   with the `tokenIndex`.
   * @throws TypeError, RangeError for what is not a token at all.
   */
  decodeUtf8(tokens: Iterable<number>): string {
    return this.tokenizer.decodeUtf8(tokens);
  }

  /**
   * Decodes to bytes.
   * @throws HarmonyError `unknown-token` for an id outside the vocabulary, with the `tokenIndex`.
   * @throws TypeError, RangeError for what is not a token at all.
   */
  decodeBytes(tokens: Iterable<number>): Uint8Array {
    return this.tokenizer.decodeBytes(tokens);
  }

  /** The ids that end a message: return, call and end. A new array with each call. */
  stopTokens(): number[] {
    return [...STOP_TOKENS];
  }

  /** The ids at which to stop sampling an assistant's turn: return and call. A new array with each call. */
  stopTokensForAssistantActions(): number[] {
    return [...STOP_TOKENS_FOR_ASSISTANT_ACTIONS];
  }

  /** Every special token as it is written, such as `<|start|>`, with its id, in order of id. */
  get specialTokens(): ReadonlyMap<string, number> {
    return this.tokenizer.specialTokens;
  }

  /** Whether an id is a special token. */
  isSpecialToken(token: number): boolean {
    return this.tokenizer.isSpecialToken(token);
  }

  #tokensOf(conversation: ConversationLike, options: RenderPartsOptions | undefined): number[] {
    const sink = new TokenList(this.tokenizer);
    renderConversationInto(sink, conversation, options);
    return sink.tokens;
  }
}

function renderTraining(
  sink: MaskedTokens,
  conversation: ConversationLike | string,
  options: RenderForTrainingOptions,
): void {
  const messages = messagesOf(conversation, options);
  for (const learned of messagesToLearn(messages, options)) {
    sink.begin(learned);
    renderMessage(learned.message, learned.setting, sink);
  }
}

function messagesOf(
  conversation: ConversationLike | string,
  { trainOn, keepAnalysis }: RenderForTrainingOptions,
): readonly Message[] {
  if (typeof conversation !== "string") return readConversation(conversation).messages;
  // Only a function of the program's own could tell a plain object from a message.
  const isSeen = typeof trainOn === "function" || typeof keepAnalysis === "function";
  return isSeen
    ? Conversation.fromJSON(conversation).messages
    : (readPlainMessages(conversation) as readonly Message[]);
}

/** The error about one of many conversations. */
function inConversation({ code, message, path, offset }: HarmonyError, index: number): HarmonyError {
  const at = `conversations[${index}]`;
  const place = path === undefined || path === "" ? at : `${at}.${path}`;
  return new HarmonyError(code, `${message} (in ${at})`, { path: place, ...(offset === undefined ? {} : { offset }) });
}

let gptOss: HarmonyEncoding | undefined;

/**
 * Loads the encoding of the gpt-oss models. Synchronous: the vocabulary is part of the package, and is unpacked when it is
 * first used. Further calls return the same encoding.
 * @throws HarmonyError `unknown-encoding` for any other name.
 */
export function loadHarmonyEncoding(name: HarmonyEncodingName = HarmonyEncodingName.HARMONY_GPT_OSS): HarmonyEncoding {
  if (name !== HarmonyEncodingName.HARMONY_GPT_OSS) {
    const message = `unknown encoding ${showValue(name)}; the only one is "${HarmonyEncodingName.HARMONY_GPT_OSS}"`;
    throw new HarmonyError("unknown-encoding", message);
  }
  gptOss ??= HarmonyEncoding.create(name, createTokenizer(SPECIAL_TOKENS));
  return gptOss;
}
