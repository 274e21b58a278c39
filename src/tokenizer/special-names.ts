/**
 * Special tokens by id. Turned round when first asked for: with 1,091 of them it would be felt by every program that
 * starts.
 */
export class SpecialNames {
  readonly #tokens: ReadonlyMap<string, number>;
  #names: Map<number, string> | undefined;

  constructor(tokens: ReadonlyMap<string, number>) {
    this.#tokens = tokens;
  }

  /** How a special token is written, `undefined` for any other id. */
  nameOf(token: number): string | undefined {
    if (this.#names === undefined) {
      this.#names = new Map();
      for (const [name, id] of this.#tokens) this.#names.set(id, name);
    }
    return this.#names.get(token);
  }
}
