// Unicode's White_Space. JavaScript's own `trim` and `\s` are not that: they take U+FEFF for white space and miss U+0085.
const WHITE_SPACE = /\p{White_Space}/u;
const NOT_WHITE_SPACE = /\P{White_Space}/u;

/** Whether a text is white space alone; the empty text is. */
export function isWhiteSpace(text: string): boolean {
  return !NOT_WHITE_SPACE.test(text);
}

/** A text without the white space around it. Linear, which a regular expression anchored at the end is not. */
export function trimWhiteSpace(text: string): string {
  const start = text.search(NOT_WHITE_SPACE);
  if (start < 0) return "";
  let end = text.length;
  while (WHITE_SPACE.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}
