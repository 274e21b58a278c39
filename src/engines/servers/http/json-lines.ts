import type { HttpAnswer } from "./answer.js";
import { MAX_LINE, readLines } from "./lines.js";

/**
 * The objects of an answer that has one on each line, as Ollama streams them. Empty lines are left out, and the last line
 * need not end.
 *
 * @throws EngineError `not-understood` for a line that is not a JSON object, `interrupted` if that is the last and has not
 *   ended; and what the answer throws.
 */
export async function* readJsonLines(
  answer: HttpAnswer,
  maxLength: number = MAX_LINE,
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  for await (const { line, isWhole } of readLines(answer, maxLength)) {
    if (line.trim() === "") continue;
    if (isWhole) {
      yield answer.object(line);
      continue;
    }
    let last: Readonly<Record<string, unknown>>;
    try {
      last = answer.object(line);
    } catch (error) {
      throw answer.brokenOff(error);
    }
    yield last;
  }
}
