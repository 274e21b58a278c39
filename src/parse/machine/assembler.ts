import { Message } from "../../chat/message.js";
import type { Role } from "../../chat/role.js";
import { DIAGNOSTICS, type Diagnostic, type DiagnosticAction, type DiagnosticCode } from "../diagnostic.js";
import type { Ending, HarmonyEvent } from "../event.js";
import { type Header, isCall } from "../header.js";
import type { Reader } from "../input/reader.js";
import type { MessageSpans, Span } from "../span.js";
import { Gathered } from "./gathered.js";
import type { ParserSettings } from "./settings.js";

/**
 * Assembles messages out of what the rules of a grammar tell it: here a header begins, this text belongs to it, here it
 * ends and a content begins. It knows what a message consists of, where in the input each part of it stands, and which
 * events and diagnostics to report; it does not know which mark means what.
 */
export class Assembler<Input> {
  readonly messages: Message[] = [];
  /** Parallel to `messages`. */
  readonly spans: MessageSpans[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly settings: ParserSettings;
  readonly reader: Reader<Input>;
  /** The header that is being read, or what stands between messages. */
  readonly gathered: Gathered<Input>;
  /** The role that the next header takes if it does not name one. */
  nextRole: Role | undefined;
  /** Where the current input begins; at the end of the input, where the input ends. */
  position = 0;
  /** Where the current input ends. */
  end = 0;
  /** What the last input added to the content; `undefined` if it added nothing. */
  lastDelta: string | undefined;
  /** At the end of the input: whether the engine says that a stop token, which it swallowed, ended what is being read. */
  isStopped = false;
  /** From where on the content was too long to be kept; `undefined` if all of it was. */
  excessFrom: number | undefined;

  readonly #maxLength: number;
  #header: Header | undefined;
  /** Where the header begins, with its start token if it has one. */
  #headerStart = 0;
  #hasStart = false;
  #contentStart = 0;
  #content = "";
  /** What has happened and was not yet returned; `undefined` until somebody asks for events. */
  #events: HarmonyEvent[] | undefined;

  constructor(reader: Reader<Input>, settings: ParserSettings) {
    this.reader = reader;
    this.settings = settings;
    this.#maxLength = settings.maxMessageLength;
    this.gathered = new Gathered(settings.maxMessageLength);
    this.nextRole = settings.role;
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

  // ---- headers, and what stands between messages

  /** Begins to gather behind the current input. */
  gatherBehind(): void {
    this.#headerStart = this.end;
    this.#hasStart = false;
    this.#restartGathering();
  }

  /** Begins to gather a header, of which the current input is the start token. */
  gatherBehindStart(): void {
    this.#headerStart = this.position;
    this.#hasStart = true;
    this.#restartGathering();
  }

  /** Adds the current input to what is gathered; returns the text that it completed, as the reader does. */
  gather(input: Input): string | undefined {
    const text = this.reader.read(input, this.position);
    this.gathered.add(input, text, this.position, this.end, this.reader.broken);
    return text;
  }

  /** Adds to the gathered text what the reader holds back, because nothing can complete it any more. */
  endGathering(): void {
    while (!this.reader.isEmpty) this.gathered.addHeldBack(this.reader.flush(), this.reader.broken);
  }

  /** The gathered text, if it ends here. */
  get gatheredText(): string {
    return this.gathered.text + this.reader.tail;
  }

  /** Whether what is gathered is text without anything broken or unknown. */
  get gatheredIsText(): boolean {
    return this.gathered.unreadable === undefined && this.reader.replacements === 0 && this.reader.isEmpty;
  }

  /** Reports that what is gathered, with the start token before it, is in no message. */
  skip(code: DiagnosticCode): void {
    const text = (this.#hasStart ? "<|start|>" : "") + this.gatheredText;
    this.report(code, [this.#headerStart, this.gathered.end], text, "skipped");
    this.nextRole = undefined;
  }

  // ---- messages

  /** Begins the content of a message with this header. */
  open(header: Header, prefilled = ""): void {
    this.#header = header;
    this.#contentStart = this.end;
    this.#content = prefilled;
    this.nextRole = undefined;
    this.excessFrom = undefined;
    this.reader.reset();
    this.#reportStart(header);
  }

  /** Whether the content may have so much more text. */
  hasRoomFor(text: string): boolean {
    return this.#content.length + text.length <= this.#maxLength;
  }

  /** Adds text to the content. */
  append(text: string): void {
    if (text === "") {
      this.lastDelta = undefined;
      return;
    }
    this.lastDelta = text;
    // A rope: adding to it costs the same however long the content is, and so does reading its length.
    this.#content += text;
    if (this.#events !== undefined) this.#reportDelta(text);
  }

  /** Ends the message that is being read, which the current input or the end of the input does. */
  close(ending: Ending): void {
    this.#keep([this.#contentStart, this.position], ending);
  }

  /** Makes a message of what is gathered: its header and, from a position of the input on, its content. */
  add(header: Header, text: string, contentStart: number, ending: Ending): void {
    this.open(header);
    this.append(text);
    this.#keep([contentStart, this.position], ending);
  }

  // ---- events and diagnostics

  report(code: DiagnosticCode, span: Span, text: string, action: DiagnosticAction = DIAGNOSTICS[code].action): void {
    const diagnostic = { code, message: DIAGNOSTICS[code].message, action, span, text };
    this.diagnostics.push(diagnostic);
    this.#events?.push({ type: "diagnostic", diagnostic });
  }

  /** Begins to collect events, with those of a message that is being read already. */
  listen(): void {
    if (this.#events !== undefined) return;
    this.#events = [];
    if (this.#header === undefined) return;
    this.#reportStart(this.#header);
    if (this.#content !== "") this.#reportDelta(this.#content);
  }

  /** The events since the last call. */
  takeEvents(): HarmonyEvent[] {
    if (this.#events === undefined) return [];
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #restartGathering(): void {
    this.gathered.restart(this.end);
    this.reader.reset();
  }

  #reportStart(header: Header): void {
    this.#events?.push({ type: "message-start", index: this.messages.length, ...header });
  }

  #reportDelta(text: string): void {
    const { channel, recipient } = this.#header!;
    this.#events!.push({ type: "delta", index: this.messages.length, channel, recipient, text });
  }

  #keep(content: Span, given: Ending): void {
    const message = new Message({ ...this.#header!, content: this.#content });
    const ending = given === "end-of-input" && this.isStopped ? swallowedStop(this.#header!) : given;
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
    this.gathered.restart(terminator[1]);
    this.reader.reset();
  }
}

/** The endings that are a token of the message itself; any other belongs to the next message, or is not a token. */
const TERMINATORS: ReadonlySet<Ending> = new Set(["end", "call", "return", "endoftext"]);

/** The stop token that must have ended a message if the engine stopped there and does not return the token. */
function swallowedStop(header: Header): Ending {
  return isCall(header) ? "call" : "return";
}
