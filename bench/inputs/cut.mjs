/** The length that long texts are cut into, in UTF-16 units. */
export const PIECE_LENGTH = 20_000;

/**
 * Cuts a text into strings of {@link PIECE_LENGTH}, one shorter where a surrogate pair would be cut in two.
 * @param {string} text
 */
export function cut(text) {
  const pieces = [];
  for (let start = 0; start < text.length; ) {
    const end = wholeCharacters(text, start + PIECE_LENGTH);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/**
 * The text's beginning, of at most `length` UTF-16 units.
 * @param {string} text
 * @param {number} length
 */
export function beginning(text, length) {
  return text.slice(0, wholeCharacters(text, length));
}

/** `end`, or one less where it lies within a surrogate pair. */
function wholeCharacters(text, end) {
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}
