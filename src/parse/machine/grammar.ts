import type { Mark } from "../input/mark.js";
import type { Machine } from "./machine.js";

/** What is being read. */
export type State =
  /** A message has ended, or none has begun. */
  | "between"
  | "header"
  | "content"
  /** The rest of a content of which nothing can be decoded any more (strict and permissive modes). */
  | "undecodable"
  /** What follows a call token, as long as it is white space (resilient mode). */
  | "afterCall"
  /** What follows the end of the model's turn (resilient mode). */
  | "orphaned";

/** What happens at one mark in one state. */
export type Rule = <Input>(machine: Machine<Input>, input: Input) => void;

/** What happens at the end of the input in one state. */
export type FinalRule = <Input>(machine: Machine<Input>) => void;

/** What happens at each mark, and at the end of the input, in one state. */
export type Row = Readonly<Record<Mark, Rule>> & { readonly finish: FinalRule };

/** A mode of parsing: what happens in each state that it can be in. */
export type Grammar = { readonly [S in State]?: Row } & { readonly between: Row; readonly header: Row };

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
