// Unicode's White_Space. JavaScript's own `trim` and `\s` are not that: they take U+FEFF for white space and miss U+0085.
//
// Expressions with classes of Unicode stand within functions here and in the files around: at the top of a module,
// every program that loads the package would wait a millisecond and more for the engine to collect the characters.

/** Whether a text is white space alone; the empty text is. */
export function isWhiteSpace(text: string): boolean {
  return !/\P{White_Space}/u.test(text);
}

/** A text without the white space around it. Linear, which a regular expression anchored at the end is not. */
export function trimWhiteSpace(text: string): string {
  const start = text.search(/\P{White_Space}/u);
  if (start < 0) return "";
  let end = text.length;
  while (/\p{White_Space}/u.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}
