import { type ConversationLike, readConversation } from "../chat/conversation.js";
import { checkMessages, type Message, type MessageLike, readMessage } from "../chat/message.js";
import { checkPrefill, type Prefill } from "../chat/prefill.js";
import { checkRole, type Role } from "../chat/role.js";
import type { HarmonyEncoding } from "../encoding.js";
import { checkIterable, checkOptions } from "../options.js";
import type { Diagnostic } from "../parse/diagnostic.js";
import { type FinishReason, finishOf } from "../parse/finish.js";
import type { RecoveryOptions } from "../parse/options.js";
import type { MessageSpans } from "../parse/span.js";
import { StreamableParser } from "../parse/streamable-parser.js";
import { beginNextTurn, declaresFunctions } from "../render/conversation.js";
import { checkKeepAnalysis, type KeepAnalysis, leftOut } from "../render/keep-analysis.js";
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
import {
  type ChangeReason,
  changesBetween,
  commonPrefixLength,
  type Entry,
  lengthOf,
  maskOf,
  needsRestart,
  Reasons,
  type SessionChange,
  type Slice,
  type Source,
  slicesOf,
  tokensOf,
  whole,
} from "./sequence.js";
import { readSession, type SessionJSON, type SessionState, writeSession } from "./session-json.js";

/** How a session renders what it is given, and reads what the model writes. */
export interface SessionOptions extends Omit<RecoveryOptions, "prefill"> {
  /** Which analysis messages the prompts keep. Default: `"after-last-final"`, which never brings back what it left out. */
  readonly keepAnalysis?: KeepAnalysis | undefined;
  /**
   * Where the headers of assistants' messages that the session is given have their recipient. Default: `"role"`, as in the
   * reference. What the model wrote in the session stays as it is.
   */
  readonly recipientPlace?: RecipientPlace | undefined;
}

const SESSION_OPTIONS: readonly (keyof SessionOptions)[] = [
  "keepAnalysis",
  "recipientPlace",
  "tools",
  "continueAfterCall",
  "maxMessageLength",
];

/** Whose message a prompt begins, and what it holds of it. */
export interface PromptOptions {
  /** Default: `"assistant"`. */
  readonly role?: Role | undefined;
  /** What the prompt already holds of the message: its header, and perhaps the beginning of its content. */
  readonly prefill?: Prefill | undefined;
}

/** What the engine said about a completion. */
export interface CompletionOptions {
  /**
   * Why it ended, in the engine's own word. If the model stopped (`"stop"`, …), a message that has no stop token gets one,
   * since the engine has kept it to itself. Otherwise, and by default, such a message can be continued.
   */
  readonly finishReason?: FinishReason | null | undefined;
}

/** What a completion holds. */
export interface SessionCompletion {
  /** Its messages; one that has not ended is as much as there is of it, and is the last. */
  readonly messages: readonly Message[];
  /** Where it departs from the format; spans are indices of the completion's own tokens. */
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the last message, or header, has not ended: the next prompt can go on in its midst. */
  readonly isOpen: boolean;
}

/**
 * A conversation as the tokens that an engine has seen of it. It only appends: each prompt begins with the last one and
 * its completion, token for token, however the model wrote it, and {@link HarmonySession.changes} says where that cannot be.
 * It is plain data, and knows of no engine.
 */
export class HarmonySession {
  readonly #encoding: HarmonyEncoding;
  readonly #options: SessionOptions;
  #state: SessionState;
  /** The slices that stand now; `undefined` after a change. */
  #slices: readonly Slice[] | undefined;

  /**
   * @param encoding What `loadHarmonyEncoding()` returns.
   * @param conversation What precedes the first completion.
   * @throws HarmonyError where the conversation is not well formed, with the JSON path.
   * @throws TypeError for an unknown option, or a value of the wrong type; RangeError for a `maxMessageLength` out of range.
   */
  constructor(encoding: HarmonyEncoding, conversation: ConversationLike, options: SessionOptions = {}) {
    checkHarmonyEncoding(encoding, "new HarmonySession(loadHarmonyEncoding(), conversation, options)");
    this.#encoding = encoding;
    this.#options = checkedOptions(encoding, options);
    const { messages } = readConversation(conversation);
    const hasFunctionTools = messages.some(declaresFunctions);
    const reasons = new Reasons();
    this.#state = { entries: [], seen: [], reasons, hasFunctionTools, open: undefined, next: undefined };
    for (const [index, message] of messages.entries()) {
      this.#state.entries.push(this.#render(message, `messages[${index}]`, hasFunctionTools));
    }
    this.#leaveOutAnalysis();
  }

  /**
   * Reads what {@link HarmonySession.toJSON} wrote, as text or already parsed. The session goes on as the other would have.
   * @param options Only what is to be otherwise than it was; and `keepAnalysis`, if it was a function.
   * @throws HarmonyError `invalid-session` for what is not a saved session, with the JSON path; `invalid-json` for text that
   *   is not JSON.
   * @throws TypeError, RangeError as the constructor does; TypeError if the function `keepAnalysis` is missing.
   */
  static fromJSON(encoding: HarmonyEncoding, json: string | SessionJSON, options: SessionOptions = {}): HarmonySession {
    checkHarmonyEncoding(encoding, "HarmonySession.fromJSON(loadHarmonyEncoding(), json)");
    checkedOptions(encoding, options);
    const { state, options: saved } = readSession(json);
    if (saved.keepAnalysis === "function" && options.keepAnalysis === undefined) {
      throw new TypeError("the session was saved with a function as keepAnalysis; give it in the options once more");
    }
    const session = new HarmonySession(encoding, { messages: [] }, { ...saved, ...options } as SessionOptions);
    session.#state = state;
    return session;
  }

  /** All messages, also those that the prompt leaves out. A message that has not ended is the last. */
  get messages(): readonly Message[] {
    return this.#state.entries.flatMap(({ message }) => message ?? []);
  }

  /**
   * Where each of the messages stands in {@link HarmonySession.tokens}; `undefined` for one that is left out. Between two
   * messages there may be tokens of a completion that are in no message.
   */
  get spans(): readonly (MessageSpans | undefined)[] {
    const spans = new Map<Entry, MessageSpans>();
    slicesOf(this.#state.entries, (entry, start, restart) => {
      const header = start + (restart > 0 ? 0 : entry.lead);
      const content = start + restart + entry.lead + entry.header;
      const terminator = content + entry.content;
      spans.set(entry, {
        header: [header, content],
        content: [content, terminator],
        terminator: [terminator, terminator + entry.terminator],
      });
    });
    return this.#state.entries.filter(({ message }) => message !== undefined).map((entry) => spans.get(entry));
  }

  /** The tokens of the conversation so far, without the beginning of a message that the model has not gone on with. */
  get tokens(): number[] {
    return tokensOf(this.#now());
  }

  /** For each of {@link HarmonySession.tokens}, 1 if the model wrote it, and 0 if it was given to the model. */
  get mask(): Uint8Array<ArrayBuffer> {
    return maskOf(this.#now());
  }

  /** Whether the last completion has not ended: {@link HarmonySession.prompt} goes on in its midst unless it is told more. */
  get isOpen(): boolean {
    return this.#state.open !== undefined;
  }

  /**
   * What stands otherwise than in what the engine has seen, which is the last prompt and its completion, in order. Empty as
   * long as the session has only been added to, and before the first completion.
   */
  get changes(): readonly SessionChange[] {
    return changesBetween(this.#state.seen, this.#now(), this.#state.reasons);
  }

  /**
   * How many tokens at the beginning are those that the engine has seen, and so has in its cache. 0 before the first
   * completion.
   */
  get reusedTokens(): number {
    const { seen } = this.#state;
    return this.changes.length === 0 ? lengthOf(seen) : commonPrefixLength(tokensOf(seen), this.tokens);
  }

  /**
   * The prompt for the next completion. If the last completion is open, it is continued in place; with options, it is ended
   * first, and a new message begins. That is how a budget for thinking is kept: `prompt({ prefill: { channel: "final" } })`.
   * @returns Token ids, as inference engines take them. A new array with each call.
   * @throws HarmonyError `unknown-role`; TypeError for an unknown option, or a value of the wrong type.
   */
  prompt(options?: PromptOptions): number[] {
    checkOptions(options, ["role", "prefill"] satisfies (keyof PromptOptions)[], "prompt");
    const { role = "assistant", prefill } = options ?? {};
    checkRole(role, "role");
    checkPrefill(prefill);
    if (this.isOpen && options?.role === undefined && prefill === undefined) return this.tokens;
    const { tokens } = this.#beginNext(role, prefill);
    const prompt = this.tokens;
    for (const token of tokens) prompt.push(token);
    return prompt;
  }

  /** Begins the next completion. @returns What the prompt holds of it. */
  #beginNext(role: Role, prefill: Prefill | undefined): Source {
    this.#settle();
    const sink = new TokenList(this.#encoding.tokenizer);
    beginNextTurn(0, role, { prefill, recipientPlace: this.#options.recipientPlace }, sink);
    const given: Source = { tokens: sink.tokens, isSampled: false };
    this.#state.next = { role, prefill, given };
    return given;
  }

  /**
   * Adds what the model made of the last {@link HarmonySession.prompt}. It is read in the resilient mode, so nothing that
   * a model wrote is an error.
   * @param completion Its tokens, with the stop token if the engine gives it, or a parser that has been fed with them; of
   *   the parser only the tokens are taken, which are read as the session's own options say.
   * @throws TypeError, RangeError for what is not a list of tokens; the session is unchanged.
   */
  addCompletion(completion: Iterable<number> | StreamableParser, options: CompletionOptions = {}): SessionCompletion {
    checkOptions(options, ["finishReason"] satisfies (keyof CompletionOptions)[], "addCompletion");
    const { finishReason } = options;
    const isStopped = finishOf({ reason: finishReason }) === "stopped";
    const more = completion instanceof StreamableParser ? completion.tokens : completion;
    checkIterable(more, "completion", "a list of tokens, or a StreamableParser");
    const { open } = this.#state;
    const tokens = [...(open?.completion.tokens ?? []), ...more];
    const { role, prefill } = open ?? this.#state.next ?? { role: "assistant", prefill: undefined };
    const read = readCompletion(this.#encoding, tokens, this.#settingOf(role, prefill));

    const given = open?.given ?? this.#state.next?.given ?? this.#beginNext(role, prefill);
    const state = this.#state;
    const first = open?.first ?? state.entries.length;
    const source: Source = { tokens, isSampled: true };
    state.entries.splice(
      first,
      Number.POSITIVE_INFINITY,
      ...this.#entriesOf(given, source, tokens.length, read, prefill !== undefined),
    );
    state.open = read.isOpen ? { role, prefill, given, completion: source, first } : undefined;
    state.next = undefined;
    state.reasons.clear();
    this.#slices = undefined;
    state.seen = this.#now();
    const { diagnostics } = isStopped ? (this.#close(finishReason) ?? read) : read;
    const messages = state.entries.slice(first).flatMap(({ message }) => message ?? []);
    return { messages, diagnostics, isOpen: this.isOpen };
  }

  /**
   * Adds messages: the results of tools, a user's question, any others. An open completion is ended first.
   * @throws HarmonyError where a message is not well formed; the paths begin with `messages[…]`, which counts what is added.
   *   The session is unchanged.
   */
  add(...messages: readonly MessageLike[]): void {
    const read = messages.map((message, index) => readMessage(message, `messages[${index}]`, false));
    const hasFunctionTools = this.messages.some(declaresFunctions) || read.some(declaresFunctions);
    const entries = read.map((message, index) => this.#render(message, `messages[${index}]`, hasFunctionTools));
    this.close();
    for (const entry of entries) this.#state.entries.push(entry);
    this.#settle();
  }

  /**
   * Makes the session one of these messages: what differs from {@link HarmonySession.messages} is rendered, or removed, and
   * all else stays as it is, token for token. For a changed system message, a turn that is to be forgotten, or a client that
   * sends the whole conversation each time. An open completion is ended first.
   * @throws HarmonyError where a message is not well formed, with the JSON path. The session is unchanged.
   */
  update(messages: Iterable<MessageLike>): void {
    checkMessages(messages, "of a conversation, pass the field `messages`");
    const wanted = Array.from(messages, (message, index) => readMessage(message, `messages[${index}]`, false));
    const hasFunctionTools = wanted.some(declaresFunctions);
    const rendered = wanted.map((message, index) => this.#render(message, `messages[${index}]`, hasFunctionTools));
    this.close();
    const { entries, reasons } = this.#state;
    const kept = matchEntries(entries, wanted);
    const result: Entry[] = [];
    let next = 0;
    for (let index = 0; index <= wanted.length; index++) {
      const match = index < wanted.length ? kept[index] : entries.length;
      if (match === undefined) continue;
      // What stood between two messages that stay, and what is to stand there now.
      const gone = entries.slice(next, match).filter(({ message }) => message !== undefined);
      const come: Entry[] = [];
      for (let at = index - 1; at >= 0 && kept[at] === undefined; at--) come.push(rendered[at]!);
      come.reverse();
      const isEnd = match === entries.length;
      const reason: ChangeReason | undefined =
        gone.length > 0 && come.length > 0
          ? "message-changed"
          : gone.length > 0
            ? "message-removed"
            : isEnd
              ? undefined
              : "message-inserted";
      if (reason !== undefined) for (const { slices } of [...gone, ...come]) reasons.note(slices, reason);
      if (gone.length === 0) for (const entry of entries.slice(next, match)) result.push(entry);
      for (const entry of come) result.push(entry);
      if (!isEnd) {
        const entry = entries[match]!;
        if (gone.length > 0 || come.length > 0) this.#separate(entry);
        result.push(entry);
      }
      next = match + 1;
    }
    // Not as arguments: there may be more messages than a call can take.
    entries.length = 0;
    for (const entry of result) entries.push(entry);
    this.#settle();
  }

  /**
   * Ends an open completion: its last message gets the token that ends such a message, and a header that says nothing yet is
   * left out. Adding messages, and prompting for a new one, does so, too.
   * @returns The completion as it is then; `undefined` if none was open.
   */
  close(): SessionCompletion | undefined {
    return this.#close();
  }

  #close(finishReason?: FinishReason | null): SessionCompletion | undefined {
    const { open, entries } = this.#state;
    if (open === undefined) return undefined;
    const { role, prefill, given, completion, first } = open;
    const closed = closeCompletion(this.#encoding, completion.tokens, this.#settingOf(role, prefill), finishReason);
    const left =
      closed.kept === 0 && prefill === undefined
        ? []
        : this.#entriesOf(given, completion, closed.kept, closed, prefill !== undefined);
    if (closed.added !== undefined && left.length > 0) {
      left.at(-1)!.slices.push(whole({ tokens: [closed.added], isSampled: false }));
    }
    for (const { slices } of entries.splice(first, Number.POSITIVE_INFINITY, ...left)) {
      this.#state.reasons.note(slices, "incomplete-header");
    }
    this.#state.open = undefined;
    this.#slices = undefined;
    const { messages, diagnostics } = closed;
    return { messages, diagnostics, isOpen: false };
  }

  /** The session as plain data, for `JSON.stringify`; {@link HarmonySession.fromJSON} reads it. */
  toJSON(): SessionJSON {
    return writeSession(this.#state, this.#options);
  }

  #now(): readonly Slice[] {
    this.#slices ??= slicesOf(this.#state.entries);
    return this.#slices;
  }

  #settingOf(role: Role, prefill: Prefill | undefined): CompletionSetting {
    const { tools, continueAfterCall, maxMessageLength } = this.#options;
    return { role, prefill, recovery: { tools, continueAfterCall, maxMessageLength } };
  }

  #render(message: Message, path: string, hasFunctionTools: boolean): Entry {
    const { recipientPlace } = this.#options;
    const sink = new TokenList(this.#encoding.tokenizer);
    renderMessage(message, { index: 0, path, hasFunctionTools, recipientPlace }, sink);
    const { tokens } = sink;
    const header = tokens.indexOf(SpecialToken.MESSAGE) + 1;
    return {
      message,
      slices: [whole({ tokens, isSampled: false })],
      lead: 0,
      header,
      content: tokens.length - header - 1,
      terminator: 1,
      restart: undefined,
      isLeftOut: false,
    };
  }

  /** The entries of a completion: each message with all that follows it up to the next one, the first with what precedes it. */
  #entriesOf(given: Source, source: Source, length: number, read: ReadCompletion, isPrefilled: boolean): Entry[] {
    const { messages, spans } = read;
    const lead = given.tokens.length;
    const slices = (from: number, to: number): Slice[] => {
      const own = from < lead ? [{ source: given, start: from, end: lead }] : [];
      const start = Math.max(0, from - lead);
      if (to - lead > start) own.push({ source, start, end: to - lead });
      return own;
    };
    if (messages.length === 0) {
      const all = slices(0, lead + length);
      const nothing = { header: 0, content: 0, terminator: 0, restart: undefined, isLeftOut: false };
      return [{ message: undefined, slices: all, lead: lead + length, ...nothing }];
    }
    return messages.map((message, index) => {
      const { header, content, terminator } = spans[index]!;
      const from = index === 0 ? 0 : lead + header[0];
      const next = spans[index + 1];
      const startsAnew = header[0] > 0 || source.tokens[0] === SpecialToken.START;
      const headerStart = index > 0 || (startsAnew && !isPrefilled) ? lead + header[0] : 0;
      const contentStart =
        index === 0 && isPrefilled ? given.tokens.indexOf(SpecialToken.MESSAGE) + 1 : lead + content[0];
      const hasStart = index === 0 || source.tokens[header[0]] === SpecialToken.START;
      return {
        message,
        slices: slices(from, lead + (next === undefined ? length : next.header[0])),
        lead: headerStart - from,
        header: contentStart - headerStart,
        content: lead + content[1] - contentStart,
        terminator: terminator[1] - terminator[0],
        restart: hasStart ? undefined : this.#startOf(message, source.tokens[header[0]]!),
        isLeftOut: false,
      };
    });
  }

  /** The start token that a header lacks, and the role, unless the header has that. */
  #startOf({ role, name }: Message, firstToken: number): Source {
    const author = this.#encoding.tokenizer.encodeOrdinary(role === "tool" ? (name ?? role) : role);
    const tokens = [SpecialToken.START, ...(author[0] === firstToken ? [] : author)];
    return { tokens, isSampled: false };
  }

  /** Makes the conversation one that another message can follow. */
  #settle(): void {
    this.close();
    this.#state.next = undefined;
    this.#endPast();
    this.#declareFunctions();
    this.#leaveOutAnalysis();
    this.#slices = undefined;
  }

  /** Where a completion ended with return and is now followed by something, it ends as a message of the past does. */
  #endPast(): void {
    const { entries, reasons } = this.#state;
    for (let index = entries.length - 1; index >= 0; index--) {
      const { message, slices, lead, header, content, terminator } = entries[index]!;
      const last = slices.at(-1);
      if (message === undefined || last === undefined) continue;
      if (!last.source.isSampled) {
        // A completion that was closed here did not end with return. What it holds before its end stays as it is.
        if (slices.some(({ source }) => source.isSampled)) return;
        continue;
      }
      // Whatever stands before the last completion was settled when that one began.
      const { source, start, end } = last;
      const isLast = terminator === 1 && lead + header + content + terminator === lengthOf(slices);
      if (!isLast || source.tokens[end - 1] !== SpecialToken.RETURN) return;
      const replacement = whole({ tokens: [usualTerminator(message)], isSampled: false });
      const replaced = { source, start: end - 1, end };
      slices.splice(-1, 1, ...(end - 1 > start ? [{ source, start, end: end - 1 }] : []), replacement);
      reasons.note([replaced, replacement], "return-in-the-past");
      return;
    }
  }

  /** Lets the system messages say whether functions are declared. */
  #declareFunctions(): void {
    const state = this.#state;
    const hasFunctionTools = this.messages.some(declaresFunctions);
    if (hasFunctionTools === state.hasFunctionTools) return;
    state.hasFunctionTools = hasFunctionTools;
    for (const entry of state.entries) {
      const { message, slices, isLeftOut } = entry;
      if (message === undefined || !message.content.some(({ type }) => type === "system_content")) continue;
      const rendered = this.#render(message, "", hasFunctionTools);
      if (String(tokensOf(rendered.slices)) === String(tokensOf(slices))) continue;
      state.reasons.note([...slices, ...rendered.slices], "functions-declared");
      Object.assign(entry, rendered, { isLeftOut });
    }
  }

  #leaveOutAnalysis(): void {
    const { reasons } = this.#state;
    const entries = this.#state.entries.filter(({ message }) => message !== undefined);
    const isLeftOut = leftOut(this.messages, this.#options.keepAnalysis ?? "after-last-final");
    entries.forEach((entry, index) => {
      if (entry.isLeftOut === isLeftOut[index]) return;
      entry.isLeftOut = isLeftOut[index]!;
      reasons.note(entry.slices, entry.isLeftOut ? "analysis-left-out" : "analysis-restored");
    });
    this.#state.entries.forEach((entry, index, all) => {
      if (needsRestart(entry, all[index - 1])) reasons.note([whole(entry.restart!)], "start-restored");
    });
  }

  /** Gives a message that continued another its own start token for good, since it follows a different one now. */
  #separate(entry: Entry): void {
    const { restart } = entry;
    if (restart === undefined) return;
    this.#state.reasons.note([whole(restart)], "start-restored");
    entry.slices.unshift(whole(restart));
    entry.header += restart.tokens.length;
    entry.restart = undefined;
  }
}

/** For each wanted message, the index of the entry that is the same message; the indices rise. */
function matchEntries(entries: readonly Entry[], wanted: readonly Message[]): (number | undefined)[] {
  const places = entries.flatMap(({ message }, index) => (message === undefined ? [] : { message, index }));
  const texts = new Map<Message, string>();
  const textOf = (message: Message): string => {
    const text = texts.get(message) ?? JSON.stringify(message);
    texts.set(message, text);
    return text;
  };
  const isSame = (a: Message | undefined, b: Message | undefined): boolean =>
    a === b || (a !== undefined && b !== undefined && textOf(a) === textOf(b));
  const kept: (number | undefined)[] = wanted.map(() => undefined);
  let from = 0;
  while (from < wanted.length && from < places.length && isSame(wanted[from], places[from]!.message)) {
    kept[from] = places[from]!.index;
    from += 1;
  }
  let end = wanted.length;
  let last = places.length;
  while (end > from && last > from && isSame(wanted[end - 1], places[last - 1]!.message)) {
    end -= 1;
    last -= 1;
    kept[end] = places[last]!.index;
  }
  // Between what is the same at the beginning and at the end, each message is looked for behind the one before.
  const byText = new Map<string, number[]>();
  for (let at = last - 1; at >= from; at--) {
    const text = textOf(places[at]!.message);
    byText.set(text, [...(byText.get(text) ?? []), at]);
  }
  for (let index = from, next = from; index < end; index++) {
    const found = byText.get(textOf(wanted[index]!)) ?? [];
    while (found.length > 0 && found.at(-1)! < next) found.pop();
    const at = found.pop();
    if (at === undefined) continue;
    kept[index] = places[at]!.index;
    next = at + 1;
  }
  return kept;
}

/** @throws TypeError for an unknown option, or a value of the wrong type; RangeError for one out of range. */
function checkedOptions(encoding: HarmonyEncoding, options: SessionOptions): SessionOptions {
  checkOptions(options, SESSION_OPTIONS, "HarmonySession");
  const { keepAnalysis, recipientPlace, tools, continueAfterCall, maxMessageLength } = options;
  checkKeepAnalysis(keepAnalysis);
  checkRecipientPlace(recipientPlace);
  if (tools !== undefined) checkIterable(tools, "tools", 'a list of names, such as ["functions.bash"]');
  const checked = { ...options, ...(tools !== undefined && { tools: Array.from(tools) }) };
  // The parser checks what is its own.
  new StreamableParser(encoding, "assistant", {
    mode: "resilient",
    tools: checked.tools,
    continueAfterCall,
    maxMessageLength,
  });
  return checked;
}
