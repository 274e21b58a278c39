import type { HttpAnswer } from "./answer.js";

/** How long a line may be, in UTF-16 units. No engine sends longer ones; a server that does may never end. */
export const MAX_LINE = 16_777_216;

/**
 * The lines of an answer in UTF-8, without their ends: LF, CR, or both together. A line comes as soon as its end does, and a
 * byte order mark at the beginning is left out. At the end of the answer, what stands behind the last line end comes with
 * `isWhole` false.
 *
 * @throws EngineError `not-understood` for a line that is too long; and what the answer throws.
 */
export async function* readLines(
  answer: HttpAnswer,
  maxLength: number = MAX_LINE,
): AsyncGenerator<{ readonly line: string; readonly isWhole: boolean }, void, undefined> {
  const decoder = new TextDecoder();
  let begun = "";
  let endedWithCR = false;
  const check = (line: string): string => {
    if (line.length <= maxLength) return line;
    const why = `the answer has a line of more than ${maxLength} characters; it does not seem to be an engine's`;
    throw answer.error("not-understood", why, { answer: line.slice(0, 100) });
  };
  for await (const bytes of answer) {
    const chunk = decoder.decode(bytes, { stream: true });
    let start = 0;
    // CR has ended the line already, and an LF behind it belongs to that end.
    if (chunk.length > 0) {
      if (endedWithCR && chunk.startsWith("\n")) start = 1;
      endedWithCR = false;
    }
    // Only the new characters are searched: a long line in many chunks would take quadratic time otherwise.
    for (let at = start; at < chunk.length; at++) {
      const unit = chunk.charCodeAt(at);
      if (unit !== LF && unit !== CR) continue;
      yield { line: check(begun + chunk.slice(start, at)), isWhole: true };
      begun = "";
      if (unit === CR) {
        if (at + 1 === chunk.length) endedWithCR = true;
        else if (chunk.charCodeAt(at + 1) === LF) at++;
      }
      start = at + 1;
    }
    begun = check(begun + chunk.slice(start));
  }
  begun += decoder.decode();
  if (begun !== "") yield { line: check(begun), isWhole: false };
}

const LF = 0x0a;
const CR = 0x0d;
