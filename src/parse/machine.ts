import { Message } from "../chat/message.js";
import type { Role } from "../chat/role.js";
import type { Grammar, Row, State } from "./grammar.js";
import type { Header } from "./header.js";
import type { Mark } from "./mark.js";
import { Pending } from "./pending.js";
import type { Reader } from "./reader.js";
import type { MessageSpans, Span } from "./span.js";
import { TextBuffer } from "./text-buffer.js";

/**
 * The state machine of the format. It knows what a message is made of and keeps the books; what each mark does in each
 * state is said by a {@link Grammar}, whose rules call the methods below.
 */
export class Machine<Input> {
  readonly messages: Message[] = [];
  /** Parallel to `messages`. */
  readonly spans: MessageSpans[] = [];
  readonly reader: Reader<Input>;
  /** What has been gathered of a header. */
  readonly pending: Pending<Input> = new Pending();
  /** The role that the next header takes without saying so. */
  nextRole: Role | undefined;
  /** Where the input begins that is being processed; at the end of the input, where that is. */
  position = 0;
  /** Where the input ends that is being processed. */
  end = 0;
  /** What the last input added to the content, `undefined` for nothing. */
  lastDelta: string | undefined;

  readonly #grammar: Grammar;
  readonly #content: TextBuffer = new TextBuffer();
  #state: State;
  #row: Row;
  #header: Header | undefined;
  #headerStart = 0;
  #contentStart = 0;

  constructor(grammar: Grammar, reader: Reader<Input>, role: Role | undefined) {
    this.#grammar = grammar;
    this.reader = reader;
    this.nextRole = role;
    this.#state = role === undefined ? "between" : "header";
    this.#row = grammar[this.#state];
  }

  get state(): State {
    return this.#state;
  }

  set state(state: State) {
    this.#state = state;
    this.#row = this.#grammar[state];
  }

  /** The header of the message whose content is being read. */
  get header(): Header | undefined {
    return this.#header;
  }

  /** The content so far of the message that is being read. */
  get content(): string {
    return this.#content.text;
  }

  /** Where the content began of the message that is being read. */
  get contentStart(): number {
    return this.#contentStart;
  }

  /** Processes one input of so many units: 1 for a token, its length for a text. */
  feed(mark: Mark, input: Input, width: number): void {
    this.position = this.end;
    this.end += width;
    if (mark === "text") this.#row.text(this, input);
    else this.#row[mark](this, input);
  }

  /** Processes the end of the input. */
  finish(): void {
    this.position = this.end;
    this.#row.finish(this);
  }

  /** Begins a header, which may have begun with the input that is being processed. */
  beginHeader(): void {
    this.#headerStart = this.position;
    this.pending.restart(this.end);
    this.reader.reset();
    this.state = "header";
  }

  /** Adds an input to the header. */
  gather(input: Input): void {
    this.pending.add(input, this.reader.read(input), this.position, this.end);
  }

  /** What has been gathered, if it ends here. */
  get headerText(): string {
    return this.pending.text + this.reader.tail;
  }

  /** Whether what has been gathered is text without anything broken or unknown. */
  get headerIsText(): boolean {
    return this.pending.unreadable === undefined && this.reader.replacements === 0 && this.reader.tail === "";
  }

  /** Begins the content of a message with this header. */
  open(header: Header): void {
    this.#header = header;
    this.#contentStart = this.end;
    this.nextRole = undefined;
    this.reader.reset();
    this.state = "content";
  }

  /** Adds text to the content. */
  append(text: string): void {
    if (text === "") {
      this.lastDelta = undefined;
    } else {
      this.lastDelta = text;
      this.#content.add(text);
    }
  }

  /** Ends the message that is being read. */
  close(): void {
    this.#content.add(this.reader.tail);
    this.#keep(this.#header!, this.#content.text, [this.#contentStart, this.position]);
    this.#content.clear();
    this.#header = undefined;
    this.lastDelta = undefined;
    this.state = "between";
  }

  /** Makes a message of which all has been gathered as a header. */
  add(header: Header, content: string): void {
    this.#keep(header, content, [this.position, this.position]);
  }

  #keep(header: Header, text: string, content: Span): void {
    this.messages.push(
      new Message({
        role: header.role,
        name: header.name,
        recipient: header.recipient,
        content: [{ type: "text", text }],
        channel: header.channel,
        content_type: header.contentType,
      }),
    );
    this.spans.push({ header: [this.#headerStart, content[0]], content, terminator: [this.position, this.end] });
  }
}
