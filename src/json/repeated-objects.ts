import type { JsonText } from "./text.js";

/** How many objects are remembered. */
const MOST = 4;
/** How long a text may be that is remembered, in UTF-16 units. */
const LONGEST = 1 << 14;

interface Known<Value> {
  readonly spelling: string;
  readonly depth: number;
  readonly value: Value;
}

/**
 * Remembers what the last objects in JSON text were read as, by their spelling. Conversations of one source begin with the
 * same system message and have the same tools, and to compare a text takes a hundredth of the time of reading it. What is
 * remembered is given out again, so it must be immutable.
 */
export class RepeatedObjects<Value> {
  /** The one that was used last comes first. */
  readonly #known: Known<Value>[] = [];

  /** What the object was read as that comes next in a text, which this moves past; `undefined` if it is not known. */
  find(text: JsonText): Value | undefined {
    const { depth, scanner } = text;
    if (scanner.peek() !== "{") return undefined;
    for (let index = 0; index < this.#known.length; index++) {
      const known = this.#known[index]!;
      // How deep a text may still nest depends on where it stands.
      if (known.depth !== depth || !scanner.text.startsWith(known.spelling, scanner.at)) continue;
      scanner.at += known.spelling.length;
      if (index > 0) {
        this.#known.splice(index, 1);
        this.#known.unshift(known);
      }
      return known.value;
    }
    return undefined;
  }

  /**
   * Remembers a value that a text has just moved past, if it is an object.
   * @param start Where it begins.
   */
  add(text: JsonText, start: number, value: Value): void {
    const spelling = text.scanner.text.slice(start, text.scanner.at);
    if (spelling.length > LONGEST || !spelling.startsWith("{")) return;
    if (this.#known.length === MOST) this.#known.pop();
    this.#known.unshift({ spelling: copied(spelling), depth: text.depth, value });
  }
}

/** The same text on its own: a part of a longer one would keep all of that in memory. */
function copied(part: string): string {
  return `${part} `.slice(0, part.length);
}
