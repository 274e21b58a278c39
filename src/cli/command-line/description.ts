/** One option, from which the parsing, the help, the completions and the manual page are made. */
export interface OptionDescription {
  /** Its name without the dashes. */
  readonly name: string;
  /** A single letter, if it has one. */
  readonly short?: string;
  /**
   * What it takes: nothing (`flag`), any text, the name of a file, a whole number, one of `choices`, or a text that can be
   * given several times (`list`; commas separate, too).
   */
  readonly kind: "flag" | "text" | "file" | "number" | "choice" | "list";
  /** What stands for its value in the help: `FILE`. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  /** What counts if it is not given. */
  readonly default?: string | number;
  /** The least that a number may be. Default: 1. */
  readonly least?: number;
  /** What it does, in a sentence or two. */
  readonly help: string;
}

/** A command line that a test runs, and what it prints. */
export interface Example {
  readonly run: string;
  readonly prints: string;
}

/** One command. */
export interface CommandDescription {
  readonly name: string;
  /** What it is for, in a few words. */
  readonly summary: string;
  /** What it does, in paragraphs of whole sentences. */
  readonly description: readonly string[];
  /** How its operands are written: `[FILE ...]`. */
  readonly operands: string;
  /** The words that its operand can be, if it is not a file. */
  readonly operandChoices?: readonly string[];
  readonly options: readonly OptionDescription[];
  readonly examples: readonly Example[];
}
