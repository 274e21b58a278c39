import type { MessageSpans, Span } from "./parse/span.js";
import { type PartSection, type PartSink, type RenderedPart, specialPart, textPart } from "./render/parts.js";
import type { MessageToLearn } from "./render/training.js";
import { SpecialToken } from "./special-tokens.js";
import type { Tokenizer } from "./tokenizer/tokenizer.js";

/** A part of a prompt, and the tokens of the prompt that it became. */
export interface TokenizedPart extends RenderedPart {
  /** The range of the part in the `tokens` of the prompt, by index. */
  readonly span: Span;
}

/** A message in rendered tokens. */
export interface RenderedMessageSpans extends MessageSpans {
  /** Index of the message in the conversation, in which messages that are left out count too. */
  readonly message: number;
}

/** Collects the tokens of parts. */
export class TokenList implements PartSink {
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
export class TokenizedPartList implements PartSink {
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
export class TokenCount implements PartSink {
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

/** Counts the tokens of parts by message. */
export class TokenCounts implements PartSink {
  readonly counts: number[];
  readonly #tokenizer: Tokenizer;

  /** @param length How many messages there can be. */
  constructor(tokenizer: Tokenizer, length: number) {
    this.counts = Array<number>(length).fill(0);
    this.#tokenizer = tokenizer;
  }

  special(_token: number, _section: PartSection, message: number): void {
    this.counts[message]! += 1;
  }

  text(text: string, _section: PartSection, message: number): void {
    this.counts[message]! += this.#tokenizer.countTokens(text);
  }
}

/** The parts that a prompt already holds of a completion's first message: the start token and the role. */
const GIVEN_PARTS = 2;
const FIRST_CAPACITY = 4096;
const MAX_HEADER_WORDS = 1024;

/** Collects the tokens of parts in typed arrays that grow, with a mask of the tokens that the model wrote. */
export class MaskedTokens implements PartSink {
  /** How many tokens there are. */
  length = 0;
  readonly #tokenizer: Tokenizer;
  #tokens = new Uint32Array(FIRST_CAPACITY);
  #mask = new Uint8Array(FIRST_CAPACITY);
  readonly #headerWords = new Map<string, readonly number[]>();
  #spans: RenderedMessageSpans[] | undefined;
  #message: MessageToLearn | undefined;
  /** How many of the next parts the mask leaves out although it has the message. */
  #givenParts = 0;
  #headerStart = 0;
  #contentStart = 0;
  /** The mask is complete up to here; what follows it is all {@link #isWritten}. */
  #maskEnd = 0;
  #isWritten = false;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** Begins anew, and puts the spans of the messages that follow into a list. */
  restart(spans: RenderedMessageSpans[]): void {
    this.length = 0;
    this.#maskEnd = 0;
    this.#spans = spans;
  }

  /** How many tokens there is room for. */
  get capacity(): number {
    return this.#tokens.length;
  }

  /** Says which message the next parts belong to. */
  begin(message: MessageToLearn): void {
    this.#message = message;
    this.#givenParts = message.beginsCompletion ? GIVEN_PARTS : 0;
    this.#headerStart = this.length;
  }

  special(token: number, section: PartSection): void {
    if (this.length === this.#tokens.length) this.#grow();
    this.#tokens[this.length] = token;
    this.#put(this.length + 1, section === "terminator");
    if (section === "terminator") this.#noteSpan();
    else if (token === SpecialToken.MESSAGE) this.#contentStart = this.length;
  }

  text(text: string, section: PartSection): void {
    if (section === "header") this.#putHeaderText(text);
    else this.#putContent(text);
  }

  /** The words of headers are few, and looking one up is faster than encoding it. */
  #putHeaderText(text: string): void {
    let tokens = this.#headerWords.get(text);
    if (tokens === undefined) {
      tokens = this.#tokenizer.encodeOrdinary(text);
      if (this.#headerWords.size < MAX_HEADER_WORDS) this.#headerWords.set(text, tokens);
    }
    while (this.length + tokens.length > this.#tokens.length) this.#grow();
    for (let index = 0; index < tokens.length; index++) this.#tokens[this.length + index] = tokens[index]!;
    this.#put(this.length + tokens.length, false);
  }

  #putContent(text: string): void {
    let end = this.length;
    for (let rest = text; rest !== ""; ) {
      const { read, written } = this.#tokenizer.encodeInto(rest, this.#tokens, end);
      end += written;
      if (read === rest.length) break;
      rest = rest.slice(read);
      this.#grow();
    }
    this.#put(end, false);
  }

  /** A copy of the tokens. */
  tokens(): Uint32Array<ArrayBuffer> {
    return this.#tokens.slice(0, this.length);
  }

  /** A copy of the mask. */
  mask(): Uint8Array<ArrayBuffer> {
    this.#fillMask();
    return this.#mask.slice(0, this.length);
  }

  #put(end: number, isTerminator: boolean): void {
    const { isLearned, endsAsWritten } = this.#message!;
    const isGiven = this.#givenParts > 0;
    if (isGiven) this.#givenParts -= 1;
    const isWritten = isLearned && !isGiven && (!isTerminator || endsAsWritten);
    if (isWritten !== this.#isWritten) {
      this.#fillMask();
      this.#isWritten = isWritten;
    }
    this.length = end;
  }

  /** Completes the mask: many parts at once, since most are as the one before. */
  #fillMask(): void {
    this.#mask.fill(this.#isWritten ? 1 : 0, this.#maskEnd, this.length);
    this.#maskEnd = this.length;
  }

  #noteSpan(): void {
    const contentEnd = this.length - 1;
    this.#spans?.push({
      message: this.#message!.setting.index,
      header: [this.#headerStart, this.#contentStart],
      content: [this.#contentStart, contentEnd],
      terminator: [contentEnd, this.length],
    });
  }

  #grow(): void {
    const tokens = new Uint32Array(this.#tokens.length * 2);
    const mask = new Uint8Array(tokens.length);
    tokens.set(this.#tokens);
    mask.set(this.#mask);
    this.#tokens = tokens;
    this.#mask = mask;
  }
}
