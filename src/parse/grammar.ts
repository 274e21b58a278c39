import type { Machine } from "./machine.js";
import type { Mark } from "./mark.js";

/** What is being read. */
export type State =
  /** A message has ended, or none has begun. */
  | "between"
  | "header"
  | "content"
  /** The rest of a content of which nothing can be decoded any more. */
  | "undecodable";

/** What happens at one mark in one state. */
export type Rule = <Input>(machine: Machine<Input>, input: Input) => void;

/** What happens at the end of the input in one state. */
export type FinalRule = <Input>(machine: Machine<Input>) => void;

/** What happens at each mark in one state. */
export type Row = Readonly<Record<Mark, Rule>> & { readonly finish: FinalRule };

/** A mode of parsing: what happens at each mark in each state. */
export type Grammar = Readonly<Record<State, Row>>;
