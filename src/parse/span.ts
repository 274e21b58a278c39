/**
 * A half-open range `[start, end)` of the input: of tokens, by their index among all tokens fed; for text, of UTF-16
 * units of all text fed.
 */
export type Span = readonly [start: number, end: number];

/** Which input a message was made from. The three ranges follow each other without a gap. */
export interface MessageSpans {
  /** From the start token, where there is one, through the message token. */
  readonly header: Span;
  readonly content: Span;
  /** The token that ended the message; empty where something else did: the end of the input, or the next message. */
  readonly terminator: Span;
}
