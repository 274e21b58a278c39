import type { ConversationLike } from "./chat/conversation.js";
import { type Message, type MessageLike, readMessage } from "./chat/message.js";
import { checkRole, type Role } from "./chat/role.js";
import { HarmonyError } from "./errors.js";
import { checkBoolean, checkOptions, showValue } from "./options.js";
import type { ParseOptions } from "./parse/options.js";
import type { Span } from "./parse/span.js";
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
import { type PartSection, type PartSink, type RenderedPart, specialPart, textPart } from "./render/parts.js";
import { SPECIAL_TOKENS, STOP_TOKENS, STOP_TOKENS_FOR_ASSISTANT_ACTIONS } from "./special-tokens.js";
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

/** A part of a prompt, and the tokens of the prompt that it became. */
export interface TokenizedPart extends RenderedPart {
  /** The range of the part in the `tokens` of the prompt, by index. */
  readonly span: Span;
}

/** The tokens of a prompt, and the parts that they come from. */
export interface TokenizedParts {
  /** Token ids, as inference engines take them. */
  readonly tokens: number[];
  /** In order, and without gaps: each part's span begins where the one before it ends. */
  readonly parts: TokenizedPart[];
}

/**
 * Renders and parses the Harmony format. {@link loadHarmonyEncoding} gives one. It keeps no state between calls, so one
 * instance can be shared by a whole program.
 */
export class HarmonyEncoding {
  /** The name under which the encoding was loaded. */
  readonly name: HarmonyEncodingName;
  /** The tokenizer `o200k_harmony`, for text outside conversations. */
  readonly tokenizer: Tokenizer;

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
   * Renders a conversation as training data: if its last message is an assistant's on the channel `final`, this message
   * ends with return instead of end.
   * @returns Token ids, as inference engines take them.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   * @throws TypeError for an unknown option, a value of the wrong type, or options that exclude each other.
   */
  renderConversationForTraining(conversation: ConversationLike, options?: RenderConversationOptions): number[] {
    checkConversationOptions(options);
    return this.#tokensOf(conversation, { ...options, training: true });
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

/** Collects the tokens of parts. */
class TokenList implements PartSink {
  readonly tokens: number[] = [];
  readonly #tokenizer: Tokenizer;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  special(token: number): void {
    this.tokens.push(token);
  }

  text(text: string): void {
    this.#tokenizer.encodeOrdinary(text, this.tokens);
  }
}

/** Collects the tokens of parts, and the parts. */
class TokenizedPartList implements PartSink {
  readonly parts: TokenizedPart[] = [];
  readonly #list: TokenList;

  constructor(tokenizer: Tokenizer) {
    this.#list = new TokenList(tokenizer);
  }

  get tokens(): number[] {
    return this.#list.tokens;
  }

  special(token: number, section: PartSection, message: number): void {
    const start = this.tokens.length;
    this.#list.special(token);
    this.#add(specialPart(token, section, message), start);
  }

  text(text: string, section: PartSection, message: number): void {
    const start = this.tokens.length;
    this.#list.text(text);
    this.#add(textPart(text, section, message), start);
  }

  #add(part: RenderedPart, start: number): void {
    this.parts.push({ ...part, span: [start, this.tokens.length] });
  }
}

/** Counts the tokens of parts. */
class TokenCount implements PartSink {
  count = 0;
  readonly #tokenizer: Tokenizer;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  special(): void {
    this.count += 1;
  }

  text(text: string): void {
    this.count += this.#tokenizer.countTokens(text);
  }
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
