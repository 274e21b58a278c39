import { Message } from "../../chat/message.js";
import type { Role } from "../../chat/role.js";
import { DIAGNOSTICS, type Diagnostic, type DiagnosticCode } from "../diagnostic.js";
import type { Ending, HarmonyEvent } from "../event.js";
import type { Mark } from "../input/mark.js";
import type { Reader } from "../input/reader.js";
import type { MessageSpans, Span } from "../span.js";
import type { Grammar, Row, State } from "./grammar.js";
import type { Header } from "./header.js";
import { Pending } from "./pending.js";
import type { ParserSettings } from "./settings.js";

/**
 * The state machine of the format. It knows what a message is made of and keeps the books; what each mark does in each
 * state is said by a {@link Grammar}, whose rules call the methods below.
 */
export class Machine<Input> {
  readonly messages: Message[] = [];
  /** Parallel to `messages`. */
  readonly spans: MessageSpans[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly settings: ParserSettings;
  readonly reader: Reader<Input>;
  /** What has been gathered of a header, or of what stands between messages. */
  readonly pending: Pending<Input> = new Pending();
  /** The role that the next header takes without saying so. */
  nextRole: Role | undefined;
  /** Where the input begins that is being processed; at the end of the input, where that is. */
  position = 0;
  /** Where the input ends that is being processed. */
  end = 0;
  /** What the last input added to the content, `undefined` for nothing. */
  lastDelta: string | undefined;
  /** Whether what has been gathered followed a call token. */
  followsCall = false;

  readonly #grammar: Grammar;
  #state: State;
  #row: Row;
  #header: Header | undefined;
  /** Where the header begins, with its start token where it has one. */
  #headerStart = 0;
  #hasStart = false;
  #contentStart = 0;
  #content = "";
  /** What has happened and was not yet told; `undefined` for as long as nobody has asked. */
  #events: HarmonyEvent[] | undefined;

  constructor(grammar: Grammar, reader: Reader<Input>, settings: ParserSettings) {
    this.#grammar = grammar;
    this.reader = reader;
    this.settings = settings;
    this.nextRole = settings.role;
    this.#state = settings.role === undefined ? "between" : "header";
    this.#row = grammar[this.#state]!;
    if (settings.prefill !== undefined) {
      this.open(settings.prefill.header);
      this.#content = settings.prefill.content;
    }
  }

  get state(): State {
    return this.#state;
  }

  set state(state: State) {
    this.#state = state;
    this.#row = this.#grammar[state]!;
  }

  /** The header of the message whose content is being read. */
  get header(): Header | undefined {
    return this.#header;
  }

  /** The content so far of the message that is being read. */
  get content(): string {
    return this.#content;
  }

  /** Where the content began of the message that is being read. */
  get contentStart(): number {
    return this.#contentStart;
  }

  /** What the prompt holds of the content of the message that is being read. */
  get prefilled(): string {
    const { prefill } = this.settings;
    return prefill !== undefined && this.messages.length === 0 ? prefill.content : "";
  }

  /** Whether a start token began the header that is being gathered. */
  get hasStart(): boolean {
    return this.#hasStart;
  }

  /** Processes one input of so many units: 1 for a token, its length for a text. */
  feed(mark: Mark, input: Input, width: number): void {
    this.position = this.end;
    this.end += width;
    // Nearly every input is text; the other marks are worth a lookup by name.
    if (mark === "text") this.#row.text(this, input);
    else this.#row[mark](this, input);
  }

  /** Begins to collect events; with those of a message that is being read already. */
  listen(): void {
    if (this.#events !== undefined) return;
    this.#events = [];
    if (this.#header === undefined) return;
    this.#tellStart(this.#header);
    if (this.#content !== "") this.#tellDelta(this.#content);
  }

  /** The events since the last call. */
  takeEvents(): HarmonyEvent[] {
    if (this.#events === undefined) return [];
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Processes the end of the input. */
  finish(): void {
    this.position = this.end;
    this.#row.finish(this);
  }

  /** Begins to gather behind the input that is being processed. */
  expect(state: State): void {
    this.#headerStart = this.end;
    this.#hasStart = false;
    this.#gatherFrom(state);
  }

  /** Begins a header of which the input that is being processed is the start token. */
  beginHeader(): void {
    this.#headerStart = this.position;
    this.#hasStart = true;
    this.followsCall = false;
    this.#gatherFrom("header");
  }

  /** Adds the input to what has been gathered; returns the text that it completed, as the reader does. */
  gather(input: Input): string | undefined {
    const text = this.reader.read(input);
    this.pending.add(input, text, this.position, this.end);
    return text;
  }

  /** What has been gathered, if it ends here. */
  get gatheredText(): string {
    return this.pending.text + this.reader.tail;
  }

  /** Whether what has been gathered is text without anything broken or unknown. */
  get gatheredIsText(): boolean {
    return this.pending.unreadable === undefined && this.reader.replacements === 0 && this.reader.tail === "";
  }

  /** Reports that what has been gathered, with the start token before it, is in no message. */
  skip(code: DiagnosticCode): void {
    const text = (this.#hasStart ? "<|start|>" : "") + this.gatheredText;
    this.report(code, [this.#headerStart, this.pending.end], text);
    this.nextRole = undefined;
  }

  /** Begins the content of a message with this header. */
  open(header: Header): void {
    this.#header = header;
    this.#contentStart = this.end;
    this.nextRole = undefined;
    this.followsCall = false;
    this.reader.reset();
    this.state = "content";
    this.#tellStart(header);
  }

  /** Adds text to the content. */
  append(text: string): void {
    if (text === "") {
      this.lastDelta = undefined;
      return;
    }
    this.lastDelta = text;
    // A rope: adding costs the same however long the content is, and so does reading its length.
    this.#content += text;
    if (this.#events !== undefined) this.#tellDelta(text);
  }

  /** Ends the message that is being read. */
  close(ending: Ending): void {
    this.append(this.reader.tail);
    this.#keep([this.#contentStart, this.position], ending);
  }

  /** Makes a message of what has been gathered: header and, from a position on, content. */
  add(header: Header, text: string, contentStart: number, ending: Ending): void {
    this.open(header);
    this.append(text);
    this.#keep([contentStart, this.position], ending);
  }

  report(code: DiagnosticCode, tokens: Span, text: string): void {
    const diagnostic = { code, ...DIAGNOSTICS[code], tokens, text };
    this.diagnostics.push(diagnostic);
    this.#events?.push({ type: "diagnostic", diagnostic });
  }

  #gatherFrom(state: State): void {
    this.pending.restart(this.end);
    this.reader.reset();
    this.state = state;
  }

  #tellStart(header: Header): void {
    this.#events?.push({ type: "message-start", index: this.messages.length, ...header });
  }

  #tellDelta(text: string): void {
    const { channel, recipient } = this.#header!;
    this.#events!.push({ type: "delta", index: this.messages.length, channel, recipient, text });
  }

  #keep(content: Span, ending: Ending): void {
    const { role, name, recipient, channel, contentType } = this.#header!;
    const text = this.#content;
    const message = new Message({
      role,
      name,
      recipient,
      content: [{ type: "text", text }],
      channel,
      content_type: contentType,
    });
    const terminator: Span = TERMINATORS.has(ending) ? [this.position, this.end] : [this.position, this.position];
    const spans: MessageSpans = { header: [this.#headerStart, content[0]], content, terminator };
    this.#events?.push({ type: "message-end", index: this.messages.length, message, ending, spans });
    this.messages.push(message);
    this.spans.push(spans);
    this.#header = undefined;
    this.#content = "";
    this.lastDelta = undefined;
    this.#headerStart = terminator[1];
    this.#hasStart = false;
    this.pending.restart(terminator[1]);
    this.reader.reset();
    this.state = "between";
  }
}

/** The endings that are a token of the message; any other belongs to the next message, or is none. */
const TERMINATORS: ReadonlySet<Ending> = new Set(["end", "call", "return", "endoftext"]);
