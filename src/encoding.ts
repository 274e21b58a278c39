import { type ConversationLike, readConversation } from "./chat/conversation.js";
import { type Message, type MessageLike, readMessage } from "./chat/message.js";
import { checkRole, type Role } from "./chat/role.js";
import { HarmonyError } from "./errors.js";
import { checkOptions } from "./options.js";
import { type ParseOptions, parseMessages } from "./parse/parse-messages.js";
import { type RenderPurpose, renderConversation as renderConversationInto } from "./render/conversation.js";
import {
  partsPurposeOf,
  type RenderConversationConfig,
  type RenderPartsConfig,
  renderConversationParts,
} from "./render/conversation-parts.js";
import { renderMessage } from "./render/message.js";
import type { PartSink, RenderedPart } from "./render/parts.js";
import { SPECIAL_TOKENS, STOP_TOKENS, STOP_TOKENS_FOR_ASSISTANT_ACTIONS } from "./special-tokens.js";
import { createTokenizer } from "./tokenizer/o200k.js";
import type { EncodeOptions, Tokenizer } from "./tokenizer/tokenizer.js";

/** The encodings that {@link loadHarmonyEncoding} knows. */
export const HarmonyEncodingName = { HARMONY_GPT_OSS: "HarmonyGptOss" } as const;
/** The name of an encoding: `"HarmonyGptOss"`. */
export type HarmonyEncodingName = (typeof HarmonyEncodingName)[keyof typeof HarmonyEncodingName];

/** How a single message is rendered. */
export interface RenderOptions {
  /** Whether the conversation around the message declares functions; a system message then says so. Default: false. */
  readonly conversationHasFunctionTools?: boolean | undefined;
}

/** Collects the ids of the parts it is given. */
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

/** Counts the ids of the parts it is given, without making them. */
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

/** A part of a prompt, and which of the prompt's tokens it became. */
export interface TokenizedPart extends RenderedPart {
  /** Half-open range of indices in the prompt's tokens. */
  readonly tokens: readonly [start: number, end: number];
}

/** A prompt's tokens, and the parts that they came from. */
export interface TokenizedParts {
  readonly tokens: number[];
  readonly parts: TokenizedPart[];
}

/** Renders and parses the Harmony format. Holds no state that a call could leave behind: share one freely. */
export class HarmonyEncoding {
  readonly name: HarmonyEncodingName;
  /** The tokenizer `o200k_harmony`, for text that is no conversation. */
  readonly tokenizer: Tokenizer;

  constructor(name: HarmonyEncodingName, tokenizer: Tokenizer) {
    this.name = name;
    this.tokenizer = tokenizer;
  }

  /**
   * Renders a conversation as the prompt for a completion: its messages, then the beginning of the next one.
   * @param nextTurnRole Whose message the model is to write, nearly always `"assistant"`.
   * @returns Token ids, as inference engines take them.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   */
  renderConversationForCompletion(
    conversation: ConversationLike,
    nextTurnRole: Role,
    config?: RenderConversationConfig,
  ): number[] {
    checkRole(nextTurnRole, "nextTurnRole");
    return this.#render(conversation, { ...purposeOf(config), nextTurnRole });
  }

  /**
   * Renders the messages of a conversation and nothing else.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   */
  renderConversation(conversation: ConversationLike, config?: RenderConversationConfig): number[] {
    return this.#render(conversation, purposeOf(config));
  }

  /**
   * Renders a conversation as training data: a last assistant message on `final` ends with return instead of end.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   */
  renderConversationForTraining(conversation: ConversationLike, config?: RenderConversationConfig): number[] {
    return this.#render(conversation, { ...purposeOf(config), training: true });
  }

  /**
   * Renders a conversation to tokens and says which part of which message each of them came from: for loss masks, for
   * token counts by message, for caching a prompt's beginning.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   */
  renderConversationWithParts(conversation: ConversationLike, config?: RenderPartsConfig): TokenizedParts {
    const tokens: number[] = [];
    const parts = renderConversationParts(conversation, config).map((part): TokenizedPart => {
      const start = tokens.length;
      if (part.token === undefined) this.tokenizer.encodeOrdinary(part.text, tokens);
      else tokens.push(part.token);
      return { ...part, tokens: [start, tokens.length] };
    });
    return { tokens, parts };
  }

  /**
   * How many tokens a conversation renders to, without making them.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   */
  countConversationTokens(conversation: ConversationLike, config?: RenderPartsConfig): number {
    const sink = new TokenCount(this.tokenizer);
    renderConversationInto(readConversation(conversation), partsPurposeOf(config), sink);
    return sink.count;
  }

  /** How many tokens a text is encoded to as ordinary text, without making them. */
  countTokens(text: string): number {
    return this.tokenizer.countTokens(text);
  }

  /**
   * Renders one message.
   * @throws HarmonyError where the message is not well formed, with the JSON path.
   */
  render(message: MessageLike, options?: RenderOptions): number[] {
    checkOptions(options, ["conversationHasFunctionTools"], "render");
    const sink = new TokenList(this.tokenizer);
    const hasFunctionTools = options?.conversationHasFunctionTools ?? false;
    renderMessage(readMessage(message, ""), { index: 0, path: "", hasFunctionTools }, sink);
    return sink.tokens;
  }

  /**
   * Reads the messages of a whole completion: the streaming parser, drained.
   * @param tokens What the model wrote, its last stop token included or not.
   * @param role Whose message the prompt began; without it the tokens must begin with a start token.
   * @throws HarmonyError where the tokens are not well formed, with the `tokenIndex`.
   */
  parseMessagesFromCompletionTokens(tokens: Iterable<number>, role?: Role | null, options?: ParseOptions): Message[] {
    return parseMessages(this, tokens, role, options);
  }

  /**
   * Encodes text.
   * @throws HarmonyError `disallowed-special-token` where the text spells a special token that `options` do not allow.
   */
  encode(text: string, options?: EncodeOptions): number[] {
    return this.tokenizer.encode(text, options);
  }

  /**
   * Decodes to text; bytes that are not UTF-8 become U+FFFD.
   * @throws HarmonyError `unknown-token` for an id outside the vocabulary.
   */
  decode(tokens: Iterable<number>): string {
    return this.tokenizer.decode(tokens);
  }

  /**
   * Decodes to text, exactly.
   * @throws HarmonyError `invalid-utf8` where the bytes are not UTF-8, `unknown-token` for an id outside the vocabulary.
   */
  decodeUtf8(tokens: Iterable<number>): string {
    return this.tokenizer.decodeUtf8(tokens);
  }

  /**
   * Decodes to bytes.
   * @throws HarmonyError `unknown-token` for an id outside the vocabulary.
   */
  decodeBytes(tokens: Iterable<number>): Uint8Array {
    return this.tokenizer.decodeBytes(tokens);
  }

  /** The ids that end a message: return, call and end. */
  stopTokens(): number[] {
    return [...STOP_TOKENS];
  }

  /** The ids at which to stop sampling an assistant's turn: return and call. */
  stopTokensForAssistantActions(): number[] {
    return [...STOP_TOKENS_FOR_ASSISTANT_ACTIONS];
  }

  /** Every special token as it is written, such as `<|start|>`. */
  specialTokens(): string[] {
    return [...this.tokenizer.specialTokens.keys()];
  }

  /** Whether an id is a special token. */
  isSpecialToken(token: number): boolean {
    return this.tokenizer.isSpecialToken(token);
  }

  #render(conversation: ConversationLike, purpose: RenderPurpose): number[] {
    const sink = new TokenList(this.tokenizer);
    renderConversationInto(readConversation(conversation), purpose, sink);
    return sink.tokens;
  }
}

function purposeOf(config: RenderConversationConfig | undefined): RenderPurpose {
  checkOptions(config, ["autoDropAnalysis"], "rendering a conversation");
  return { autoDropAnalysis: config?.autoDropAnalysis ?? true };
}

let gptOss: HarmonyEncoding | undefined;

/**
 * The encoding of the gpt-oss models. Synchronous: the vocabulary is part of the package and is unpacked on first use.
 * Further calls return the same encoding.
 * @throws HarmonyError `unknown-encoding` for any other name.
 */
export function loadHarmonyEncoding(name: HarmonyEncodingName = HarmonyEncodingName.HARMONY_GPT_OSS): HarmonyEncoding {
  if (name !== HarmonyEncodingName.HARMONY_GPT_OSS) {
    const message = `unknown encoding ${JSON.stringify(name)}; the only one is "${HarmonyEncodingName.HARMONY_GPT_OSS}"`;
    throw new HarmonyError("unknown-encoding", message);
  }
  gptOss ??= new HarmonyEncoding(name, createTokenizer(SPECIAL_TOKENS));
  return gptOss;
}
