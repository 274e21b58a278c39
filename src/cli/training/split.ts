import type { RenderedMessageSpans, Span } from "../../index.js";

/**
 * Cuts a conversation that is too long into pieces, at the borders of messages: as few pieces as that allows. A message that
 * is too long by itself is cut into pieces of its own.
 * @param spans Where its messages stand.
 * @param most How many tokens a piece may have.
 */
export function cutBetweenMessages(spans: readonly RenderedMessageSpans[], most: number): Span[] {
  const pieces: Span[] = [];
  let start = 0;
  let end = 0;
  const cut = (): void => {
    if (end > start) pieces.push([start, end]);
    start = end;
  };
  for (const { terminator } of spans) {
    const next = terminator[1];
    if (next - start > most) cut();
    for (; next - end > most; cut()) end += most;
    end = next;
  }
  cut();
  return pieces;
}
