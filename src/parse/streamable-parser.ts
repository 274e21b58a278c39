import type { Role } from "../chat/role.js";
import { FIRST_SPECIAL_TOKEN } from "../special-tokens.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { HarmonyEvent } from "./event.js";
import { markOf } from "./input/mark.js";
import { TokenReader } from "./input/token-reader.js";
import type { Grammar } from "./machine/grammar.js";
import { Machine } from "./machine/machine.js";
import { MessageParser } from "./message-parser.js";
import { modeOf, type ParseMode, type ParseOptions, settingsOf } from "./options.js";
import { RESILIENT } from "./resilient/grammar.js";
import { type StateData, StreamState } from "./stream-state.js";
import { PERMISSIVE, STRICT } from "./strict/grammar.js";

/** The part of an encoding that a parser needs; every `HarmonyEncoding` has it. */
export interface ParserEncoding {
  readonly tokenizer: Tokenizer;
}

const GRAMMARS: Readonly<Record<ParseMode, Grammar>> = {
  strict: STRICT,
  permissive: PERMISSIVE,
  resilient: RESILIENT,
};

/**
 * Parses a completion token by token, and can be read after every one of them.
 *
 * In the resilient mode nothing that is fed is an error; see `diagnostics`. In the others, the parser goes on after an
 * error: a header that could not be read leaves it waiting for the next start token, any other error leaves its state as
 * it was. Either way it can still be read.
 */
export class StreamableParser extends MessageParser<number> {
  readonly #tokenizer: Tokenizer;
  readonly #mode: ParseMode;
  #tokens: number[] = [];

  /**
   * @param role The role whose header the prompt has already begun (`<|start|>assistant`); `undefined` or `null` for
   *   tokens that begin with a start token.
   * @throws TypeError for an unknown role or option.
   */
  constructor(encoding: ParserEncoding, role?: Role | null, options: ParseOptions = {}) {
    const mode = modeOf(options);
    const settings = settingsOf(role, options);
    super(() => new Machine(GRAMMARS[mode], new TokenReader(encoding.tokenizer), settings));
    this.#tokenizer = encoding.tokenizer;
    this.#mode = mode;
  }

  /** All tokens fed, also those that were errors. */
  get tokens(): readonly number[] {
    return this.#tokens;
  }

  /**
   * Processes one token.
   * @throws HarmonyError where the mode does not forgive what the token reveals; never in the resilient mode.
   * @throws RangeError for what is no token at all: anything but an integer from 0 to 2^32 - 1. The parser is unchanged.
   */
  process(token: number): this {
    // `>>> 0` leaves exactly the integers from 0 to 2^32 - 1 as they are.
    if (token >>> 0 !== token) throw notAToken(token);
    this.#tokens.push(token);
    this.machine.feed(token < FIRST_SPECIAL_TOKEN ? "text" : markOf(token), token, 1);
    return this;
  }

  /**
   * Processes a token, or several, and tells what came of it. Events that an error kept from being returned come with
   * the next call.
   * @throws HarmonyError, RangeError as {@link StreamableParser.process} does; the tokens before are processed then.
   */
  push(tokens: number | Iterable<number>): HarmonyEvent[] {
    this.machine.listen();
    if (typeof tokens === "number") this.process(tokens);
    else for (const token of tokens) this.process(token);
    return this.machine.takeEvents();
  }

  /** What the last token added to the content: `undefined` where it completed no character, or was not content. */
  get lastContentDelta(): string | undefined {
    return this.machine.lastDelta;
  }

  override reset(): void {
    super.reset();
    this.#tokens = [];
  }

  /**
   * The state with what it holds, as the reference's JSON. Its cost grows with the length of the header or content
   * that is being read.
   */
  get stateData(): StateData {
    const { header, pending } = this.machine;
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

  /** The content as the reference holds it: each piece of text as it became known, encoded as ordinary text. */
  #contentTokens(): number[] {
    const { contentStart, prefilled } = this.machine;
    const encoded = this.#tokenizer.encodeOrdinary(prefilled);
    const reader = new TokenReader(this.#tokenizer);
    for (const token of this.#tokens.slice(contentStart)) {
      if (this.#mode === "resilient" && markOf(token) !== "text") continue;
      const before = reader.replacements;
      const text = reader.read(token);
      if (text === undefined) {
        if (this.#mode === "resilient") {
          this.#tokenizer.encodeOrdinary(`${reader.tail}\uFFFD`, encoded);
          reader.reset();
          continue;
        }
        // Nothing behind a token that nobody knows is decoded before the message ends.
        break;
      }
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
