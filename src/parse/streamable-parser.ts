import type { Message } from "../chat/message.js";
import type { Role } from "../chat/role.js";
import { checkIterable, showValue } from "../options.js";
import { FIRST_SPECIAL_TOKEN } from "../special-tokens.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { HarmonyEvent } from "./event.js";
import { markOf } from "./input/mark.js";
import { TokenReader } from "./input/reader.js";
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
 * Parses a completion token by token, and can be read after each of them.
 *
 * In the resilient mode no token is an error; see `diagnostics`. In the other modes, the parser can go on after an
 * error: a header that could not be read leaves it waiting for the next start token, any other error leaves its state
 * as it was. It can be read in either case.
 */
export class StreamableParser extends MessageParser<number> {
  readonly #tokenizer: Tokenizer;
  readonly #mode: ParseMode;
  #tokens: number[] = [];

  /**
   * @param encoding What `loadHarmonyEncoding()` returns.
   * @param role The role whose header the prompt has already begun (`<|start|>assistant`); `undefined` or `null` for
   *   tokens that begin with a start token.
   * @throws HarmonyError `unknown-role`.
   * @throws TypeError for an unknown option, a value of the wrong type, or an option that the mode would ignore.
   * @throws RangeError for a `maxMessageLength` out of range.
   */
  constructor(encoding: ParserEncoding, role?: Role | null, options: ParseOptions = {}) {
    checkEncoding(encoding);
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
   * @throws HarmonyError if the token reveals a departure from the format that the mode does not accept; never in the
   *   resilient mode.
   * @throws RangeError for anything but an integer from 0 to 2^32 - 1, which cannot be a token. The parser is unchanged.
   */
  process(token: number): this {
    // `>>> 0` leaves exactly the integers from 0 to 2^32 - 1 as they are.
    if (token >>> 0 !== token) throw notAToken(token);
    this.#tokens.push(token);
    if (token < FIRST_SPECIAL_TOKEN) this.machine.feedText(token, 1);
    else this.machine.feed(markOf(token), token, 1);
    return this;
  }

  /**
   * Processes a token, or several, and returns what came of it. Events that an error keeps from being returned come
   * with the next call.
   * @throws HarmonyError, RangeError as {@link StreamableParser.process} does; the tokens before are processed then.
   * @throws TypeError for anything but a number or an iterable.
   */
  push(tokens: number | Iterable<number>): HarmonyEvent[] {
    if (typeof tokens !== "number") checkIterable(tokens, "tokens", "a token or an iterable of tokens");
    this.machine.listen();
    if (typeof tokens === "number") this.process(tokens);
    else for (const token of tokens) this.process(token);
    return this.machine.takeEvents();
  }

  /** What the last token added to the content; `undefined` if it completed no character, or was not content. */
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
    const { header, gathered } = this.machine;
    const state = this.state;
    if (state === StreamState.EXPECT_START) return { state };
    if (state === StreamState.HEADER) {
      // This is not always a stretch of what was fed: a stop token that was an error did not become part of the header.
      return { state, header_tokens: gathered.positions.map((position) => this.#tokens[position]!) };
    }
    const { role, name, recipient, channel, content_type } = header!;
    return {
      state,
      header: {
        author: name === undefined ? { role } : { role, name },
        recipient: recipient ?? null,
        channel: channel ?? null,
        content_type: content_type ?? null,
      },
      content_tokens: this.#contentTokens(),
    };
  }

  /** The content as the reference holds it: each piece of text as it became known, encoded as ordinary text. */
  #contentTokens(): number[] {
    const { contentStart, prefilled } = this.machine;
    const encoded = this.#tokenizer.encodeOrdinary(prefilled);
    const reader = new TokenReader(this.#tokenizer);
    const isResilient = this.#mode === "resilient";
    const flush = (): void => {
      while (!reader.isEmpty) this.#tokenizer.encodeOrdinary(reader.flush(), encoded);
    };
    for (const token of this.#tokens.slice(contentStart)) {
      if (isResilient && markOf(token) !== "text") {
        flush();
        continue;
      }
      const before = reader.replacements;
      const text = reader.read(token, 0);
      if (text === undefined) {
        // The reference decodes nothing behind an unknown token before the message ends.
        if (!isResilient) break;
        flush();
        this.#tokenizer.encodeOrdinary("\uFFFD", encoded);
        reader.reset();
        continue;
      }
      // A character that replaces something broken is a piece of its own.
      const replaces = reader.replacements > before;
      this.#tokenizer.encodeOrdinary(replaces ? text.slice(0, -1) : text, encoded);
      if (replaces) this.#tokenizer.encodeOrdinary("\uFFFD", encoded);
    }
    return encoded;
  }
}

/** Without this check, a parser made without its encoding would fail at the first token. */
function checkEncoding(encoding: ParserEncoding): void {
  const { tokenText, tokenBytes } = ((encoding as Partial<ParserEncoding> | null | undefined)?.tokenizer ??
    {}) as Partial<Tokenizer>;
  if (typeof tokenText === "function" && typeof tokenBytes === "function") return;
  const remedy = "new StreamableParser(loadHarmonyEncoding(), role, options)";
  throw new TypeError(`encoding must be a HarmonyEncoding, not ${showValue(encoding)}; write ${remedy}`);
}

function notAToken(token: unknown): RangeError {
  return new RangeError(`a token must be an integer from 0 to 4294967295, not ${showValue(token)}`);
}

/**
 * Parses a whole completion: a {@link StreamableParser} fed to the end.
 * @throws HarmonyError, RangeError, TypeError as the parser does.
 */
export function parseMessages(
  encoding: ParserEncoding,
  tokens: Iterable<number>,
  role?: Role | null,
  options?: ParseOptions,
): Message[] {
  checkIterable(tokens, "tokens", "an iterable of tokens");
  const parser = new StreamableParser(encoding, role, options);
  for (const token of tokens) parser.process(token);
  return [...parser.processEos().messages];
}
