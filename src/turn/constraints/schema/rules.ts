/** The rules of a GBNF grammar. A rule's name is the one asked for, or that name with a number where it is taken. */
export class Rules {
  readonly #bodies = new Map<string, string | undefined>();
  readonly #names = new Map<string, string>();

  /** Adds a rule; a body that has been added before keeps its first name. */
  add(name: string, body: string): string {
    const known = this.#names.get(body);
    if (known !== undefined) return known;
    const reserved = this.reserve(name);
    this.define(reserved, body);
    this.#names.set(body, reserved);
    return reserved;
  }

  /** Takes a name for a rule that is defined later: for rules that lead back to themselves. */
  reserve(name: string): string {
    const plain = name.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "rule";
    let free = plain;
    for (let number = 2; this.#bodies.has(free); number++) free = `${plain}-${number}`;
    this.#bodies.set(free, undefined);
    return free;
  }

  /** Gives a reserved rule its body. */
  define(name: string, body: string): void {
    this.#bodies.set(name, body);
  }

  /** The grammar, `root` first. */
  toString(): string {
    const rules = Array.from(this.#bodies, ([name, body]) => `${name} ::= ${body}\n`);
    const root = rules.findIndex((rule) => rule.startsWith("root ::="));
    return [...rules.splice(root, root < 0 ? 0 : 1), ...rules].join("");
  }
}
