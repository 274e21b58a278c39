import { TOKEN_COUNT } from "../merges.generated.js";
import { bytesOf, isOrdinaryToken } from "./vocabulary.js";

const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/**
 * The text of each token, decoded at its first use. A model says the same few thousand tokens over and over, so nearly
 * every look-up only reads an array, which takes 3 ns; decoding the bytes takes some hundred.
 */
export class TokenTexts {
  /** The texts by token id; `null` if the bytes of a token are not whole characters. */
  readonly #texts: (string | null | undefined)[] = [];

  readonly #special: SpecialNames;

  constructor(special: SpecialNames) {
    this.#special = special;
  }

  /** The text of a token whose bytes are whole characters; `undefined` for any other token, and for an unknown id. */
  textOf(token: number): string | undefined {
    const known = this.#texts[token];
    if (known !== undefined) return known ?? undefined;
    return this.#make(token);
  }

  #make(token: number): string | undefined {
    const texts = this.#texts;
    if (!isOrdinaryToken(token)) return this.#special.nameOf(token);
    // An array that is filled here and there would become a dictionary. One as long as the vocabulary stays an array.
    if (texts.length === 0) for (let id = 0; id < TOKEN_COUNT; id++) texts.push(undefined);
    let text: string | null;
    try {
      text = strict.decode(bytesOf(token));
    } catch {
      text = null;
    }
    texts[token] = text;
    return text ?? undefined;
  }
}

/** How special tokens are written, by id. */
export class SpecialNames {
  readonly #tokens: ReadonlyMap<string, number>;
  /** Made at the first look-up: with 1,091 special tokens, every program would notice it when it starts. */
  #names: Map<number, string> | undefined;

  constructor(tokens: ReadonlyMap<string, number>) {
    this.#tokens = tokens;
  }

  /** How a special token is written; `undefined` for any other id. */
  nameOf(token: number): string | undefined {
    if (this.#names === undefined) {
      this.#names = new Map();
      for (const [name, id] of this.#tokens) this.#names.set(id, name);
    }
    return this.#names.get(token);
  }
}
