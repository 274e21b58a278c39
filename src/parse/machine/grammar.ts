import type { HarmonyError } from "../../errors.js";
import type { Mark } from "../input/mark.js";
import type { Assembler } from "./assembler.js";

/** What is being read. */
export type State =
  /** A message has ended, or none has begun. */
  | "between"
  | "header"
  | "content"
  /** The rest of a content in which nothing more is decoded (strict and permissive modes). */
  | "undecodable"
  /** The rest of a content that has reached its greatest length (resilient mode). */
  | "overlong"
  /** What follows a call token, as long as it is white space (resilient mode). */
  | "afterCall"
  /** A header without a start token that follows a call token (resilient mode). */
  | "headerAfterCall"
  /** What follows the end of the model's turn (resilient mode). */
  | "orphaned";

/** The answer of a rule that refuses its input: what to throw, and the state in which the parser can go on. */
export class Refusal {
  readonly error: HarmonyError;
  readonly state: State;

  constructor(error: HarmonyError, state: State) {
    this.error = error;
    this.state = state;
  }
}

/** What happens at one mark in one state: a rule tells the assembler, and returns the next state. */
export type Rule = <Input>(assembler: Assembler<Input>, input: Input) => State | Refusal;

/** What happens at the end of the input in one state. */
export type FinalRule = <Input>(assembler: Assembler<Input>) => State | Refusal;

/** What happens at each mark, and at the end of the input, in one state. */
export type Row = Readonly<Record<Mark, Rule>> & { readonly finish: FinalRule };

/** A mode of parsing: what happens in each state that the mode knows. */
export type Grammar = { readonly [S in State]?: Row } & { readonly [S in "between" | "header" | "content"]: Row };

/** The same rule for every mark: what a row begins with, to say then what is different. */
export function always(rule: Rule): Record<Mark, Rule> {
  return {
    start: rule,
    message: rule,
    channel: rule,
    constrain: rule,
    call: rule,
    return: rule,
    end: rule,
    endoftext: rule,
    other: rule,
    text: rule,
  };
}

/** A start token begins a header, in every mode. */
export const beginHeader: Rule = (assembler) => {
  assembler.gatherBehindStart();
  return "header";
};
