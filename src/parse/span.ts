/**
 * A half-open range `[start, end)` of the input: token indices or, if text is parsed, UTF-16 units, counted from the
 * beginning of all that was fed.
 */
export type Span = readonly [start: number, end: number];

/** Which input a message was made from. The three spans follow each other without a gap. */
export interface MessageSpans {
  /** From the start token, if there is one, through the message token. */
  readonly header: Span;
  readonly content: Span;
  /**
   * The token that ended the message; empty if something else did, such as the end of the input or the next message, or if
   * the engine swallowed it.
   */
  readonly terminator: Span;
}
