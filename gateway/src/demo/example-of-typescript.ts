/**
 * A small value of a type as Harmony writes the parameters of a tool: the required members of an object, the first of a
 * union. `undefined` for what is not understood.
 */
export function exampleOfTypescript(type: string): unknown {
  const words = type.replaceAll(/^\s*\/\/.*$/gm, "").match(WORD) ?? [];
  try {
    return new TypeReader(words).value();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A string, a comment, a name, a number, or a sign. */
const WORD = /"(?:[^"\\]|\\.)*"|\/\/.*|[\w$-]+|\[\]|[^\s]/g;

const EXAMPLES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["string", "demonstration"],
  ["number", 1],
  ["integer", 1],
  ["boolean", true],
  ["object", {}],
  ["null", null],
  ["any", null],
]);

class TypeReader {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words.filter((word) => !word.startsWith("//"));
  }

  value(): unknown {
    let example = this.#single();
    while (this.#take("[]")) example = [];
    while (this.#take("|")) this.value();
    return example;
  }

  #single(): unknown {
    const word = this.#next();
    if (word === "{") return this.#members();
    if (EXAMPLES.has(word)) return EXAMPLES.get(word);
    if (word === "(") {
      const example = this.value();
      this.#take(")");
      return example;
    }
    // A literal; anything else is a SyntaxError, and so is not understood.
    return JSON.parse(word);
  }

  #members(): Readonly<Record<string, unknown>> {
    const members: [string, unknown][] = [];
    while (!this.#take("}")) {
      const word = this.#next();
      const name = word.startsWith('"') ? (JSON.parse(word) as string) : word;
      const isOptional = this.#take("?");
      if (!this.#take(":")) throw new SyntaxError(`no type for ${name}`);
      const example = this.value();
      if (!isOptional) members.push([name, example]);
      this.#take(",");
    }
    return Object.fromEntries(members);
  }

  #next(): string {
    const word = this.#words[this.#at];
    if (word === undefined) throw new SyntaxError("the type ends early");
    this.#at += 1;
    return word;
  }

  #take(sign: string): boolean {
    if (this.#words[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }
}
