/**
 * Where a text may be cut so that its parts, encoded by themselves, give the tokens of the whole: at the latest such
 * place within `size` UTF-16 units from `start`, else at the first stretch of that size that has one, else at the end
 * of the text.
 */
export function cutBefore(text: string, start: number, size: number): number {
  for (let limit = start + size; limit < text.length; limit += size) {
    for (let at = limit; at > limit - size; at--) {
      if (mayCut(text.charCodeAt(at - 1), text.charCodeAt(at))) return at;
    }
  }
  return text.length;
}

/**
 * Whether a piece always ends between two UTF-16 units, and ends there too if the text does. There are more such
 * places, but any text that people write has these: before a blank that follows a visible character, and after a line
 * feed that a visible character follows, but for the slash, which goes with line feeds after punctuation.
 */
function mayCut(before: number, after: number): boolean {
  if (after === BLANK) return before > BLANK && before < DELETE;
  return before === LINE_FEED && ((after > BLANK && after < DELETE && after !== SLASH) || after > LAST_SPACE);
}

const LINE_FEED = 0x0a;
const BLANK = 0x20;
const SLASH = 0x2f;
const DELETE = 0x7f;
/** No white space lies beyond it. */
const LAST_SPACE = 0x3000;
