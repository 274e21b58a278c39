import type { Message } from "../chat/message.js";
import type { Role } from "../chat/role.js";
import type { Diagnostic } from "./diagnostic.js";
import type { HarmonyEvent } from "./event.js";
import { type FinishOptions, finishOf } from "./finish.js";
import type { State } from "./machine/grammar.js";
import type { Machine } from "./machine/machine.js";
import type { MessageSpans } from "./span.js";
import { StreamState } from "./stream-state.js";

const STREAM_STATES: Readonly<Record<State, StreamState>> = {
  between: StreamState.EXPECT_START,
  header: StreamState.HEADER,
  content: StreamState.CONTENT,
  undecodable: StreamState.CONTENT,
  overlong: StreamState.CONTENT,
  afterCall: StreamState.EXPECT_START,
  headerAfterCall: StreamState.HEADER,
  orphaned: StreamState.EXPECT_START,
};

/** What the two parsers have in common: how the state machine behind them is read, ended and started again. */
export abstract class MessageParser<Input> {
  readonly #createMachine: () => Machine<Input>;
  #machine: Machine<Input>;

  /** @internal */
  protected constructor(createMachine: () => Machine<Input>) {
    this.#createMachine = createMachine;
    this.#machine = createMachine();
  }

  /** @internal */
  protected get machine(): Machine<Input> {
    return this.#machine;
  }

  /** The messages that have ended. */
  get messages(): readonly Message[] {
    return this.#machine.messages;
  }

  /** Which part of the input each of the messages was made from. */
  get spans(): readonly MessageSpans[] {
    return this.#machine.spans;
  }

  /** Where the input departed from the format, in order (resilient mode). */
  get diagnostics(): readonly Diagnostic[] {
    return this.#machine.diagnostics;
  }

  /** What is being read. */
  get state(): StreamState {
    return STREAM_STATES[this.#machine.state];
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
    return this.#machine.header?.content_type;
  }

  /** The content so far of the message that is being read; `""` outside of a content. */
  get currentContent(): string {
    return this.#machine.content;
  }

  /**
   * Processes the end of the input: a content that is being read becomes a message.
   * @param options Why the engine stopped. Without it, a call that lacks its stop token is taken for one that may be cut
   *   short.
   * @throws HarmonyError `unexpected-end` inside of a header (strict and permissive modes).
   * @throws TypeError for an unknown option, or a reason that is not a string.
   */
  processEos(options?: FinishOptions): this {
    this.#machine.finish(finishOf(options) === "stopped");
    return this;
  }

  /**
   * Processes the end of the input, and returns what came of it; the last event is `end`.
   * @param options As for {@link MessageParser.processEos}.
   * @throws HarmonyError, TypeError as {@link MessageParser.processEos} does.
   */
  finish(options?: FinishOptions): HarmonyEvent[] {
    this.#machine.listen();
    this.processEos(options);
    return [...this.#machine.takeEvents(), { type: "end" }];
  }

  /** The events that could not be returned because the call to which they belong threw an error. */
  takeEvents(): HarmonyEvent[] {
    return this.#machine.takeEvents();
  }

  /** Makes the parser what it was when it was new. Messages and diagnostics that were handed out stay as they are. */
  reset(): void {
    this.#machine = this.#createMachine();
  }
}
