/** How long a line may be, in characters. */
const WIDTH = 80;

/** The white space at which a line may end. */
const SPACE = "[\\t\\n\\v\\f\\r ]";
const NOT_SPACE = "[^\\t\\n\\v\\f\\r ]";
const WORD = "[\\p{L}\\p{N}_]";
const LETTER = "[\\p{L}\\p{Nl}\\p{No}_]";
const WORD_OR_MARK = "[\\p{L}\\p{N}_!\"'&.,?]";

/**
 * What a line is cut into: white space, dashes between words, and words, of which one with hyphens can be cut behind each of
 * them. The rules are those of Python's textwrap.
 */
const PIECES = new RegExp(
  [
    `${SPACE}+`,
    `(?<=${WORD_OR_MARK})-{2,}(?=${WORD})`,
    `${NOT_SPACE}+?(?:` +
      `-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${WORD_OR_MARK}-))(?=${LETTER}-?${LETTER})` +
      `|(?=${SPACE}|$)` +
      `|(?<=${WORD_OR_MARK})(?=-{2,}${WORD})` +
      ")",
  ].join("|"),
  "gu",
);

/**
 * The lines of a text as the model sees and counts them: none longer than 80 characters, with all their white space. They are
 * those of Python's `textwrap.wrap(line, 80, replace_whitespace=False, drop_whitespace=False)`, since a line of one page has
 * to have the same number wherever it is shown.
 */
export function wrapLines(text: string): string[] {
  return text.split("\n").flatMap((line) => (line === "" ? [""] : wrapLine(withoutTabs(line))));
}

function wrapLine(line: string): string[] {
  if (lengthOf(line) <= WIDTH) return [line];
  // The last is the next.
  const pieces = (line.match(PIECES) ?? []).reverse();
  const lines: string[] = [];
  while (pieces.length > 0) {
    let current = "";
    let length = 0;
    let next = pieces.at(-1);
    while (next !== undefined && length + lengthOf(next) <= WIDTH) {
      current += next;
      length += lengthOf(next);
      pieces.pop();
      next = pieces.at(-1);
    }
    if (next !== undefined && lengthOf(next) > WIDTH) {
      const [start, rest] = cut(next, WIDTH - length);
      current += start;
      pieces[pieces.length - 1] = rest;
    }
    lines.push(current);
  }
  return lines;
}

/** A piece that is longer than a line, in two: behind its last hyphen, if there is one that is not among the first. */
function cut(piece: string, length: number): [string, string] {
  const characters = Array.from(piece);
  const hyphen = characters.slice(0, length).lastIndexOf("-");
  const isBehind = hyphen > 0 && characters.slice(0, hyphen).some((character) => character !== "-");
  const at = isBehind ? hyphen + 1 : length;
  return [characters.slice(0, at).join(""), characters.slice(at).join("")];
}

/** A line with spaces in place of tabs, as many as lead to the next column that is a multiple of eight. */
function withoutTabs(line: string): string {
  if (!line.includes("\t")) return line;
  let result = "";
  let column = 0;
  for (const character of line) {
    if (character === "\t") {
      const count = 8 - (column % 8);
      result += " ".repeat(count);
      column += count;
    } else {
      result += character;
      column = character === "\r" ? 0 : column + 1;
    }
  }
  return result;
}

/** How many characters a text has. */
function lengthOf(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length;
}
