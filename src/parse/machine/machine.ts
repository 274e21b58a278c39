import type { Mark } from "../input/mark.js";
import type { Reader } from "../input/reader.js";
import { Assembler } from "./assembler.js";
import type { Grammar, Refusal, Row, State } from "./grammar.js";
import type { ParserSettings } from "./settings.js";

/**
 * The state machine of the format: an assembler that hands each mark to the rule that the grammar has for it in the
 * current state. (A subclass rather than a second object: the one more step to it was felt at every token.)
 */
export class Machine<Input> extends Assembler<Input> {
  readonly #grammar: Grammar;
  #state: State;
  /** What the grammar says about the current state. */
  #row: Row;

  constructor(grammar: Grammar, reader: Reader<Input>, settings: ParserSettings) {
    super(reader, settings);
    const { role, prefill } = settings;
    this.#grammar = grammar;
    this.#state = prefill !== undefined ? "content" : role !== undefined ? "header" : "between";
    this.#row = grammar[this.#state]!;
    if (prefill !== undefined) this.open(prefill.header, prefill.content);
  }

  /** What is being read. */
  get state(): State {
    return this.#state;
  }

  /**
   * Processes one input of so many units: 1 for a token, its length for a text.
   * @throws HarmonyError if the grammar refuses the input.
   */
  feed(mark: Mark, input: Input, width: number): void {
    this.position = this.end;
    this.end += width;
    const next = this.#row[mark](this, input);
    if (next !== this.#state) this.#enter(next);
  }

  /** As {@link Machine.feed} with the mark `text`, which nearly every input has; it saves the look-up by name. */
  feedText(input: Input, width: number): void {
    this.position = this.end;
    this.end += width;
    const next = this.#row.text(this, input);
    if (next !== this.#state) this.#enter(next);
  }

  /**
   * Processes the end of the input.
   * @param isStopped Whether the engine says that the model ended its turn, so that only the stop token is missing.
   * @throws HarmonyError if the grammar refuses the end.
   */
  finish(isStopped: boolean): void {
    this.isStopped = isStopped;
    this.position = this.end;
    this.#enter(this.#row.finish(this));
  }

  #enter(next: State | Refusal): void {
    const state = typeof next === "string" ? next : next.state;
    this.#state = state;
    this.#row = this.#grammar[state]!;
    if (typeof next !== "string") throw next.error;
  }
}
