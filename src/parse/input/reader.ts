/**
 * Turns pieces of input (tokens, or text) into text, holding back what is not yet a whole character. It is all that
 * the state machine knows of where its input comes from.
 */
export interface Reader<Input> {
  /** The text that this input completes, `""` where it completes none; `undefined` where nobody knows what it says. */
  read(input: Input): string | undefined;
  /** What the text would go on with if it ended here: what is held back, with U+FFFD for what is no character. */
  readonly tail: string;
  /** How often something that is no character was replaced by U+FFFD since {@link Reader.reset}. */
  readonly replacements: number;
  /** How a marker is written as text. */
  spell(input: Input): string;
  /** Begins a new text: forgets what is held back. */
  reset(): void;
}
