import type { Message } from "../chat/message.js";
import { isRole, type Role } from "../chat/role.js";
import { FIRST_SPECIAL_TOKEN } from "../special-tokens.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { Grammar, State } from "./grammar.js";
import { Machine } from "./machine.js";
import { markOf } from "./mark.js";
import { modeOf, type ParseMode, type ParseOptions } from "./options.js";
import type { MessageSpans } from "./span.js";
import { type StateData, StreamState } from "./stream-state.js";
import { PERMISSIVE, STRICT } from "./strict.js";
import { TokenReader } from "./token-reader.js";

/** The part of an encoding that a parser needs; every `HarmonyEncoding` has it. */
export interface ParserEncoding {
  readonly tokenizer: Tokenizer;
}

const GRAMMARS: Readonly<Record<ParseMode, Grammar>> = { strict: STRICT, permissive: PERMISSIVE };

const STATES: Readonly<Record<State, StreamState>> = {
  between: StreamState.EXPECT_START,
  header: StreamState.HEADER,
  content: StreamState.CONTENT,
  undecodable: StreamState.CONTENT,
};

/**
 * Parses a completion token by token, and can be read after every one of them.
 *
 * After an error (strict and permissive modes) the parser goes on: a header that could not be read leaves it waiting for
 * the next start token, any other error leaves its state as it was. Either way it can still be read.
 */
export class StreamableParser {
  readonly #tokenizer: Tokenizer;
  readonly #machine: Machine<number>;
  readonly #tokens: number[] = [];

  /**
   * @param role The role whose header the prompt has already begun (`<|start|>assistant`); `undefined` or `null` for
   *   tokens that begin with a start token.
   * @throws TypeError for an unknown role or option.
   */
  constructor(encoding: ParserEncoding, role?: Role | null, options: ParseOptions = {}) {
    if (role !== undefined && role !== null && !isRole(role)) {
      throw new TypeError(`role must be one of the five roles or nothing, not ${JSON.stringify(role)}`);
    }
    const grammar = GRAMMARS[modeOf(options)];
    this.#tokenizer = encoding.tokenizer;
    this.#machine = new Machine(grammar, new TokenReader(encoding.tokenizer), role ?? undefined);
  }

  /**
   * Processes one token.
   * @throws HarmonyError where the mode does not forgive what the token reveals.
   * @throws RangeError for what is no token at all: anything but an integer from 0 to 2^32 - 1. The parser is unchanged.
   */
  process(token: number): this {
    // `>>> 0` leaves exactly the integers from 0 to 2^32 - 1 as they are.
    if (token >>> 0 !== token) throw notAToken(token);
    this.#tokens.push(token);
    this.#machine.feed(token < FIRST_SPECIAL_TOKEN ? "text" : markOf(token), token, 1);
    return this;
  }

  /**
   * Processes the end of the input: a content that is being read becomes a message.
   * @throws HarmonyError `unexpected-end` inside a header (strict and permissive modes).
   */
  processEos(): this {
    this.#machine.finish();
    return this;
  }

  /** The messages that have ended. */
  get messages(): readonly Message[] {
    return this.#machine.messages;
  }

  /** Which tokens each of {@link StreamableParser.messages} was made from. */
  get spans(): readonly MessageSpans[] {
    return this.#machine.spans;
  }

  /** All tokens fed, also those that were errors. */
  get tokens(): readonly number[] {
    return this.#tokens;
  }

  /** What is being read. */
  get state(): StreamState {
    return STATES[this.#machine.state];
  }

  /**
   * The state with what it holds, as the reference's JSON. Its cost grows with the length of the header or content
   * that is being read.
   */
  get stateData(): StateData {
    const { header, pending } = this.#machine;
    const state = this.state;
    if (state === StreamState.EXPECT_START) return { state };
    if (state === StreamState.HEADER) {
      // Not always a stretch of what was fed: a stop token that was an error did not become part of the header.
      return { state, header_tokens: pending.positions.map((position) => this.#tokens[position]!) };
    }
    const { role, name, recipient, channel, contentType } = header!;
    return {
      state,
      header: {
        author: name === undefined ? { role } : { role, name },
        recipient: recipient ?? null,
        channel: channel ?? null,
        content_type: contentType ?? null,
      },
      content_tokens: this.#contentTokens(),
    };
  }

  /** The role of the current message, or the given one until its header has ended. */
  get currentRole(): Role | undefined {
    return this.#machine.header?.role ?? this.#machine.nextRole;
  }

  /** The channel of the message whose content is being read. */
  get currentChannel(): string | undefined {
    return this.#machine.header?.channel;
  }

  /** The recipient of the message whose content is being read. */
  get currentRecipient(): string | undefined {
    return this.#machine.header?.recipient;
  }

  /** The content type of the message whose content is being read. */
  get currentContentType(): string | undefined {
    return this.#machine.header?.contentType;
  }

  /** The content so far of the message that is being read, `""` outside of one. */
  get currentContent(): string {
    return this.#machine.content;
  }

  /** What the last token added to the content: `undefined` where it completed no character, or was not content. */
  get lastContentDelta(): string | undefined {
    return this.#machine.lastDelta;
  }

  /** The content as the reference holds it: each piece of text as it became known, encoded as ordinary text. */
  #contentTokens(): number[] {
    const reader = new TokenReader(this.#tokenizer);
    const encoded: number[] = [];
    for (let index = this.#machine.contentStart; index < this.#tokens.length; index++) {
      const before = reader.replacements;
      const text = reader.read(this.#tokens[index]!);
      // Nothing after a token that nobody knows is decoded before the message ends.
      if (text === undefined) break;
      // A character that replaces something broken is a piece of its own.
      const replaces = reader.replacements > before;
      this.#tokenizer.encodeOrdinary(replaces ? text.slice(0, -1) : text, encoded);
      if (replaces) this.#tokenizer.encodeOrdinary("\uFFFD", encoded);
    }
    return encoded;
  }
}

function notAToken(token: unknown): RangeError {
  return new RangeError(`a token must be an integer from 0 to 4294967295, not ${String(token)}`);
}
